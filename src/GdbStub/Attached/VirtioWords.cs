using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Network;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Console;
using GdbHost.Machine.Virtio.Net;

namespace GdbHost.GdbStub.Attached;

/// <summary>One kind of virtio device as -device names it on virtio-mmio: the kind, then "-device" (QEMU 7.2, -device help).</summary>
/// <param name="Kind">Without the transport.</param>
/// <param name="Backend">What is behind it.</param>
/// <param name="Keys">What it takes, for messages.</param>
/// <param name="Build">Makes it from its keys and what is behind it.</param>
internal sealed record VirtioWords(string Kind, BackendKind Backend, string Keys, Func<KeyValues, DeviceBackend?, VirtioDeviceConfiguration> Build)
{
    private const string MmioSuffix = "-device";
    private const string PciSuffix = "-pci";
    private const string CommonKeys = "packed=, indirect_desc=, event_idx=, queue_reset= or iommu_platform=";

    private static readonly VirtioWords[] Table =
    [
        new("virtio-blk", BackendKind.Block, "drive=ID, serial=TEXT",
            static (pairs, back) => new BlockDeviceConfiguration(((BlockBackend)back!).Storage, pairs.Take("serial"))),
        new("virtio-rng", BackendKind.None, "seed=N", static (pairs, _) => MakeRng(pairs)),
        new("virtio-net", BackendKind.Network, "netdev=ID, mac=ADDRESS, csum=, guest_csum=, host_tso4=, guest_tso4=",
            static (pairs, back) => new NetDeviceConfiguration(((NetworkBackend)back!).Network, ((NetworkBackend)back).HardwareAddress)
            {
                Offloads = NetOffloads.From(pairs.TakeFlag),
            }),
        new("virtio-serial", BackendKind.Ports, "no keys of its own", static (_, back) => new SerialDeviceConfiguration(((PortsBackend)back!).Ports)),
    ];

    /// <summary>Keys that change nothing here.</summary>
    private static readonly string[] Ignored = ["id", "bus", "bootindex", "romfile", "max_ports"];

    public KeyValues Pairs { get; init; } = new("-device", "");

    private string Option => $"-device {Kind}{MmioSuffix}";

    /// <summary>Names of the devices on virtio-mmio.</summary>
    public static IEnumerable<string> MmioNames => Table.Select(w => w.Kind + MmioSuffix);

    /// <summary>The kind of a device on virtio-mmio; null where there is none of this name.</summary>
    public static VirtioWords? OnMmio(string driver) => Array.Find(Table, w => w.Kind + MmioSuffix == driver);

    /// <summary>The name on PCI that a kind without a transport stands for; other names stay.</summary>
    public static string OnPci(string driver) => Array.Exists(Table, w => w.Kind == driver) ? driver + PciSuffix : driver;

    public VirtioDeviceConfiguration Make(BackendOpener opener)
    {
        Pairs.NamedBy(Option);
        VirtioSettings settings = new()
        {
            Packed = Pairs.TakeFlag("packed") ?? false,
            Indirect = Pairs.TakeFlag("indirect_desc") ?? true,
            EventIndex = Pairs.TakeFlag("event_idx") ?? true,
            QueueReset = Pairs.TakeFlag("queue_reset") ?? true,
            AccessPlatform = Pairs.TakeFlag("iommu_platform") ?? false,
        };
        VirtioDeviceConfiguration made = Build(Pairs, opener.Open(Option, Backend, Pairs.Take)) with { Settings = settings };
        foreach (string key in Ignored)
        {
            Pairs.Take(key);
        }

        Pairs.RefuseRest($"{Keys}, {CommonKeys}");
        return made;
    }

    private static RngDeviceConfiguration MakeRng(KeyValues pairs)
    {
        // Where the host would take its numbers from, and how fast: a run has no chance.
        pairs.Take("rng");
        pairs.Take("max-bytes");
        pairs.Take("period");
        return new RngDeviceConfiguration(pairs.TakeNumber("seed") ?? 0);
    }
}
