using GdbHost.GdbStub.Commands.Objects;
using GdbHost.GdbStub.Commands.Tracing;

namespace GdbHost.GdbStub.Commands;

/// <summary>Every family of packets.</summary>
internal static class All
{
    public static CommandTable Table { get; } = new(
    [
        .. General.Rows,
        .. Lifetime.Rows,
        .. Threads.Rows,
        .. Registers.Rows,
        .. Memory.Rows,
        .. MemoryQueries.Rows,
        .. Resume.Rows,
        .. NonStop.Rows,
        .. Breakpoints.Rows,
        .. TraceDefinitions.Rows,
        .. TraceControl.Rows,
        .. TraceQueries.Rows,
        .. TraceFrames.Rows,
        .. StaticMarkers.Rows,
        .. Transfers.Rows,
        .. Files.Rows,
        .. MonitorRequests.Rows,
        .. QemuPackets.Rows,
        .. Lldb.Rows,
    ]);
}
