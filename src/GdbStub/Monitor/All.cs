using GdbHost.GdbStub.Monitor.Addresses;
using GdbHost.GdbStub.Monitor.Linux;
using GdbHost.GdbStub.Monitor.State;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Monitor.Watches;
using GdbHost.GdbStub.Monitor.Why;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Worlds;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Every monitor command, in the order in which the help lists them.</summary>
internal static class All
{
    public static MonitorCommand[] Rows { get; } =
    [
        .. Help.Rows,
        .. SystemRegisters.Rows,
        .. Translate.Rows,
        .. WhyCommands.Rows,
        .. MessageCommands.Rows,
        .. TrapCommands.Rows,
        .. TrapStops.Rows,
        .. WatchCommands.Rows,
        .. AddressCommands.Rows,
        .. MemoryMap.Rows,
        .. Cpus.Rows,
        .. LinuxCommands.Rows,
        .. InterruptCommands.Rows,
        .. Choices.Rows,
        .. WorldCommands.Rows,
        .. Snapshots.Rows,
        .. PciDevices.Rows,
        .. Dma.Rows,
        .. DeviceCommands.Rows,
        .. ReportCommand.Rows,
        .. QemuNames.Rows,
    ];
}
