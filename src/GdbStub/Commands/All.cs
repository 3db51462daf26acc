namespace GdbHost.GdbStub.Commands;

/// <summary>Every family of packets.</summary>
internal static class All
{
    public static CommandTable Table { get; } = new(
    [
        .. General.Rows,
        .. Threads.Rows,
        .. Registers.Rows,
        .. Memory.Rows,
        .. Resume.Rows,
        .. Breakpoints.Rows,
        .. Transfers.Rows,
        .. MonitorRequests.Rows,
    ]);
}
