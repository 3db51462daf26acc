using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Virtio.Console;
using GdbHost.Machine.Virtio.Net;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>How a kind of virtio device shows itself on PCI (Virtual I/O Device Specification 1.2, PCI Device Discovery); classes and vectors are QEMU's.</summary>
/// <param name="Kind">QEMU's name without the transport.</param>
/// <param name="Id">The virtio device ID.</param>
/// <param name="TransitionalId">The PCI device ID of old.</param>
/// <param name="ClassCode">24 bits.</param>
/// <param name="Vectors">Messages.</param>
/// <param name="Summary">One line for users.</param>
/// <param name="Backend">What is behind it.</param>
/// <param name="Configure">Makes it from its keys.</param>
/// <param name="Keys">What the user may say of it, beside what is behind it.</param>
internal sealed record VirtioPciClass(
    string Kind, ushort Id, ushort TransitionalId, uint ClassCode, int Vectors, string Summary, BackendKind Backend,
    Func<PciDeviceOptions, VirtioDeviceConfiguration> Configure, params IReadOnlyList<PciDeviceKey> Keys)
{
    private const ushort Vendor = 0x1af4;
    private const ushort ModernIds = 0x1040;
    private const ushort ModernSubsystem = 0x1100;

    private static readonly string[] Suffixes = ["-pci", "-pci-transitional", "-pci-non-transitional"];

    private static readonly VirtioPciClass[] Classes =
    [
        new("virtio-net", 1, 0x1000, 0x02_0000, 4, "network card", BackendKind.Network,
            static o => new NetDeviceConfiguration(o.Backend<NetworkBackend>().Network, o.Backend<NetworkBackend>().HardwareAddress)
            {
                Offloads = NetOffloads.From(key => o.Flag(key, true)),
            },
            [.. NetOffloads.Keys.Select(static k => new PciDeviceKey(k.Key, "on|off", k.Help))]),
        new("virtio-blk", 2, 0x1001, 0x01_0000, 2, "disk", BackendKind.Block,
            static o => new BlockDeviceConfiguration(o.Backend<BlockBackend>().Storage, o.Text("serial")), new PciDeviceKey("serial", "TEXT", "its serial number, up to 20 bytes")),
        new("virtio-serial", 3, 0x1003, 0x07_8000, 2, "consoles and ports", BackendKind.Ports,
            static o => new SerialDeviceConfiguration(o.Backend<PortsBackend>().Ports), new PciDeviceKey("max_ports", "N", "taken for QEMU's sake: there are always 31")),
        new("virtio-rng", 4, 0x1005, 0x00_ff00, 2, "numbers that are the same in every run", BackendKind.None,
            static o => new RngDeviceConfiguration(o.Number("seed", 0)), new PciDeviceKey("seed", "N", "what they are made from"), new PciDeviceKey("rng", "ID", "taken for QEMU's sake"), new PciDeviceKey("max-bytes", "N", "taken for QEMU's sake"),
            new PciDeviceKey("period", "N", "taken for QEMU's sake")),
    ];

    private static readonly PciDeviceKey[] CommonKeys =
    [
        new("disable-legacy", "on|off|auto", "no legacy interface; auto: only behind a port"),
        new("disable-modern", "on|off", "no modern interface"),
        new("packed", "on|off", "offer packed rings"),
        new("indirect_desc", "on|off", "offer indirect descriptors"),
        new("event_idx", "on|off", "offer event indices"),
        new("queue_reset", "on|off", "offer resets of single queues"),
        new("iommu_platform", "on|off", "the driver must take the IOMMU into account"),
    ];

    /// <summary>One row for each kind and form of it.</summary>
    public static IEnumerable<PciDeviceKind> Kinds =>
        from kind in Classes
        from suffix in Suffixes
        select kind.Row(suffix);

    public FunctionIdentity Identity(VirtioPciForm form, bool multiFunction) => new(Vendor, form.Legacy ? TransitionalId : (ushort)(ModernIds + Id), ClassCode)
    {
        Revision = form.Legacy ? (byte)0 : (byte)1,
        Subsystem = form.Legacy ? Id : ModernSubsystem,
        InterruptPin = 1,
        MultiFunction = multiFunction,
        IsExpress = form.Express,
    };

    private PciDeviceKind Row(string suffix) => new(Kind + suffix, $"virtio: {Summary}", [.. Keys, .. CommonKeys])
    {
        Backend = Backend,
        Make = (options, context) => Make(suffix, options, context),
    };

    private static VirtioSettings Settings(PciDeviceOptions options) => new()
    {
        Packed = options.Flag("packed", false),
        Indirect = options.Flag("indirect_desc", true),
        EventIndex = options.Flag("event_idx", true),
        QueueReset = options.Flag("queue_reset", true),
        AccessPlatform = options.Flag("iommu_platform", false),
    };

    private VirtioPci Make(string suffix, PciDeviceOptions options, PciDeviceContext context)
    {
        VirtioDeviceConfiguration configuration = Configure(options) with { Settings = Settings(options) };
        bool behindPort = options.Text("bus") is string bus && context.Root.FindBus(bus) is { Bridge: not null };
        VirtioPciForm form = suffix switch
        {
            "-pci-transitional" => new VirtioPciForm(Legacy: true, Modern: true, behindPort),
            "-pci-non-transitional" => new VirtioPciForm(Legacy: false, Modern: true, behindPort),
            _ => new VirtioPciForm(
                Legacy: !options.Choice("disable-legacy", behindPort, ("on", true), ("off", false), ("auto", behindPort)),
                Modern: !options.Flag("disable-modern", false),
                behindPort),
        };
        return form is { Legacy: false, Modern: false }
            ? throw new PciDeviceException($"{options.Where}: with disable-legacy and disable-modern nothing is left of it; leave one out")
            : new VirtioPci(context, this, configuration, form, options.Flag("multifunction", false));
    }
}
