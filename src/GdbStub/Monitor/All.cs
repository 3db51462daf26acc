namespace GdbHost.GdbStub.Monitor;

/// <summary>Every monitor command, in the order in which the help lists them.</summary>
internal static class All
{
    public static MonitorCommand[] Rows { get; } =
    [
        .. Help.Rows,
        .. SystemRegisters.Rows,
        .. Translate.Rows,
        .. MemoryMap.Rows,
        .. Choices.Rows,
        .. Snapshots.Rows,
        .. PciDevices.Rows,
        .. Dma.Rows,
    ];
}
