using System.Collections.Generic;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.Machine.Pcie.Bridges;

/// <summary>The keys of ports with a slot.</summary>
internal static class SlotKeys
{
    public static readonly IReadOnlyList<PciDeviceKey> All =
    [
        new("port", "N", "its port number, 0 to 255"),
        new("chassis", "N", "taken for QEMU's sake"),
        new("slot", "N", "its physical slot number, 0 to 8191"),
        new("hotplug", "on|off", "devices may come and go while the machine runs; on by default"),
        new("power_controller_present", "on|off", "software switches the slot's power; on by default"),
        new("link-events", "on|off", "the slot has Data Link Layer State Changed events, which QEMU 7.2's has not"),
    ];

    public static uint Port(PciDeviceOptions options) => (uint)options.Number("port", 0, byte.MaxValue);

    public static SlotSettings Read(PciDeviceOptions options)
    {
        const ulong LastSlot = 8191;
        options.Number("chassis", 0, byte.MaxValue);
        return new SlotSettings(
            (uint)options.Number("slot", 0, LastSlot), options.Flag("hotplug", true), options.Flag("power_controller_present", true),
            options.Flag("link-events", false));
    }
}
