using GdbHost.GdbStub.Monitor.Traps;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Every monitor command, in the order in which the help lists them.</summary>
internal static class All
{
    public static MonitorCommand[] Rows { get; } =
    [
        .. Help.Rows,
        .. SystemRegisters.Rows,
        .. Translate.Rows,
        .. TrapCommands.Rows,
        .. TrapStops.Rows,
        .. MemoryMap.Rows,
        .. Choices.Rows,
        .. Snapshots.Rows,
        .. PciDevices.Rows,
    ];
}
