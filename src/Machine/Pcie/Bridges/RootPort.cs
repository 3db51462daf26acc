using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.Machine.Pcie.Bridges;

/// <summary>QEMU's pcie-root-port: a port of the root complex with a slot into which one device goes.</summary>
internal static class RootPort
{
    public static readonly PciDeviceKind Kind = new(
        "pcie-root-port", "root port with a hot-plug slot; its id is the name of the bus behind it",
        [.. SlotKeys.All,
            new("x-speed", "2_5|5|8|16", "GT/s of its link; 16 by default"),
            new("x-width", "1|2|4|8|12|16|32", "lanes of its link; 32 by default"),
            new("disable-acs", "on|off", "it has no Access Control Services")])
    {
        Make = static (options, context) => new ExpressPort(Settings(options), options, context),
        FitsLink = false,
    };

    private static PortSettings Settings(PciDeviceOptions options) => new(
        new FunctionIdentity(0x1b36, 0x000c, 0x060400) { InterruptPin = 1 },
        new ExpressSettings(ExpressType.RootPort)
        {
            At = 0x54,
            Speed = options.Choice("x-speed", 4u, ("2_5", 1u), ("5", 2u), ("8", 3u), ("16", 4u)),
            Width = options.Choice("x-width", 32u, ("1", 1u), ("2", 2u), ("4", 4u), ("8", 8u), ("12", 12u), ("16", 16u), ("32", 32u)),
            Port = SlotKeys.Port(options),
            NamesSpeeds = true,
        })
        {
            Slot = SlotKeys.Read(options),
            SubsystemAt = 0x40,
            SubsystemVendor = 0x1b36,
            ClosesWindows = true,
            HasAccessControl = !options.Flag("disable-acs", false),
        };
}
