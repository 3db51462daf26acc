using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.Machine.Pcie.Bridges;

/// <summary>The ports of a switch: QEMU's x3130-upstream, which is behind a port, and on its bus xio3130-downstream, each with a slot.</summary>
internal static class SwitchPorts
{
    private const ushort TexasInstruments = 0x104c;
    private const int MsiAt = 0x70;
    private const int SubsystemAt = 0x80;
    private const int ExpressAt = 0x90;

    public static readonly PciDeviceKind Upstream = new(
        "x3130-upstream", "upstream port of a switch; its id is the name of the bus inside", new PciDeviceKey("port", "N", "its port number, 0 to 255"))
    {
        Make = static (options, context) => new ExpressPort(
            Settings(0x8232, 2, ExpressType.SwitchUpstream, SlotKeys.Port(options)), options, context),
    };

    public static readonly PciDeviceKind Downstream = new(
        "xio3130-downstream", "downstream port of a switch with a hot-plug slot; its id is the name of the bus behind it", SlotKeys.All)
    {
        Make = static (options, context) => new ExpressPort(
            Settings(0x8233, 1, ExpressType.SwitchDownstream, SlotKeys.Port(options)) with { Slot = SlotKeys.Read(options) }, options, context),
        FitsRoot = false,
        FitsLink = false,
        IsSwitchPort = true,
    };

    private static PortSettings Settings(ushort device, byte revision, ExpressType type, uint port) => new(
        new FunctionIdentity(TexasInstruments, device, 0x060400) { Revision = revision },
        new ExpressSettings(type)
        {
            At = ExpressAt,
            Port = port,
            FunctionLevelReset = true,
            HidesLink = type == ExpressType.SwitchDownstream,
        })
        {
            MsiAt = MsiAt,
            SubsystemAt = SubsystemAt,
        };
}
