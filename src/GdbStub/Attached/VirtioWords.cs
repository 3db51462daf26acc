using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Virtio;

namespace GdbHost.GdbStub.Attached;

/// <summary>
/// One kind of virtio device as -device names it: the kind, then "-device" for virtio-mmio, or one of three forms on PCI, of which the usual one
/// needs no suffix (QEMU 7.2, -device help).
/// </summary>
/// <param name="Kind">Without the transport.</param>
/// <param name="Keys">What it takes, for messages.</param>
/// <param name="Build">Makes it from its keys.</param>
internal sealed record VirtioWords(string Kind, string Keys, Func<VirtioMaking, VirtioDeviceConfiguration> Build)
{
    public const string SerialKind = "virtio-serial";

    private const string MmioSuffix = "-device";
    private const string PciSuffix = "-pci";
    private const string CommonKeys = "packed=, indirect_desc=, event_idx=, queue_reset= or iommu_platform=";

    private static readonly VirtioWords[] Table =
    [
        new("virtio-blk", "drive=ID, serial=TEXT", MakeBlock),
        new("virtio-rng", "seed=N", MakeRng),
        new("virtio-net", "netdev=ID, mac=ADDRESS", MakeNet),
        new(SerialKind, "no keys of its own", MakeSerial),
    ];

    public KeyValues Pairs { get; init; } = new("-device", "");

    /// <summary>As the user wrote it.</summary>
    public string Driver { get; init; } = "";

    public bool IsOnPci => !Driver.EndsWith(MmioSuffix, StringComparison.Ordinal);

    private string Option => $"-device {Driver}";

    /// <summary>Names of the devices on virtio-mmio.</summary>
    public static IEnumerable<string> MmioNames => Table.Select(w => w.Kind + MmioSuffix);

    /// <summary>The kind that a name of QEMU's stands for; null where there is none.</summary>
    public static VirtioWords? Find(string driver)
    {
        string[] forms = [MmioSuffix, PciSuffix, PciSuffix + "-transitional", PciSuffix + "-non-transitional", ""];
        return Array.Find(Table, w => Array.Exists(forms, f => w.Kind + f == driver)) is not VirtioWords words ? null
            : words with { Driver = driver == words.Kind ? driver + PciSuffix : driver };
    }

    /// <param name="unused">Drives that no device has named yet.</param>
    public VirtioDeviceConfiguration Make(DeviceRequest request, HostDevices host, HashSet<string> unused)
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
        VirtioDeviceConfiguration made = Build(new VirtioMaking(Option, Pairs, request, host, unused));
        if (IsOnPci)
        {
            // The machine knows the keys of PCI devices, and refuses others.
            return made with { Settings = settings };
        }

        Pairs.Take("id");
        Pairs.Take("bus");
        Pairs.RefuseRest($"{Keys}, {CommonKeys}");
        return made with { Settings = settings };
    }

    private static BlockDeviceConfiguration MakeBlock(VirtioMaking making)
    {
        string drive = making.Pairs.Take("drive") ?? throw QemuRequest.Refusal(making.Option, "it has no drive; add drive=ID of a -drive");
        string? serial = making.Pairs.Take("serial");
        making.Pairs.Take("bootindex");
        if (!making.Request.Drives.TryGetValue(drive, out DriveWords? words))
        {
            throw QemuRequest.Refusal($"{making.Option},drive={drive}", $"there is no -drive with id={drive}");
        }

        return making.Unused.Remove(drive)
            ? new BlockDeviceConfiguration(words.Open(making.Host), serial)
            : throw QemuRequest.Refusal($"{making.Option},drive={drive}", "another device uses this drive already");
    }

    private static RngDeviceConfiguration MakeRng(VirtioMaking making)
    {
        // Where the host would take its numbers from, and how fast: a run has no chance.
        making.Pairs.Take("rng");
        making.Pairs.Take("max-bytes");
        making.Pairs.Take("period");
        return new RngDeviceConfiguration(making.Pairs.TakeNumber("seed") ?? 0);
    }

    private static NetDeviceConfiguration MakeNet(VirtioMaking making)
    {
        string id = making.Pairs.Take("netdev") ?? throw QemuRequest.Refusal(making.Option, "it is on no network; add netdev=ID of a -netdev");
        string? mac = making.Pairs.Take("mac");
        making.Pairs.Take("bootindex");
        making.Pairs.Take("romfile");
        if (!making.Request.Networks.Remove(id, out NetworkWords? network))
        {
            throw QemuRequest.Refusal($"{making.Option},netdev={id}", $"there is no -netdev with id={id}, or another device uses it already");
        }

        return new NetDeviceConfiguration(network.Open(making.Host), Mac(making, mac));
    }

    // QEMU's first card ends in 56, the next one in 57.
    private static byte[] Mac(VirtioMaking making, string? text)
    {
        const byte FirstCard = 0x56;
        const int MacBytes = 6;
        byte[] usual = [0x52, 0x54, 0x00, 0x12, 0x34, (byte)(FirstCard + making.Host.Cards++)];
        if (text is null)
        {
            return usual;
        }

        string[] parts = text.Split(':', '-');
        byte[] bytes = new byte[MacBytes];
        for (int i = 0; i < MacBytes; i++)
        {
            if (parts.Length != MacBytes || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
            {
                throw QemuRequest.Refusal($"{making.Option}: mac={text}", "it is no address; write it like 52:54:00:12:34:56");
            }
        }

        return bytes;
    }

    private static SerialDeviceConfiguration MakeSerial(VirtioMaking making)
    {
        making.Pairs.Take("max_ports");
        return new SerialDeviceConfiguration(making.Request.MakePorts(making.Host));
    }
}

/// <summary>What a device is made from.</summary>
/// <param name="Unused">Drives that no device has named yet.</param>
internal sealed record VirtioMaking(string Option, KeyValues Pairs, DeviceRequest Request, HostDevices Host, HashSet<string> Unused);
