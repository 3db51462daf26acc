using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Boards;
using static GdbHost.GdbStub.Qemu.QemuOption;

namespace GdbHost.GdbStub.Qemu;

/// <summary>Options that say what the machine is.</summary>
internal static class BoardOptionRows
{
    private const string MachineName = "virt";
    private const string CpuName = "cortex-a53";

    /// <summary>The versions of the board that QEMU 7.2 has are one and the same here.</summary>
    private const string VersionedMachine = "virt-";

    /// <summary>QEMU rounds RAM up to this.</summary>
    private const ulong MemoryAlignment = 8192;


    public static readonly IReadOnlyList<QemuOption> Table =
    [
        Honored("machine|M", "virt[,KEY=VALUE...]", "gic-version=2|3, virtualization=, secure=, highmem=, iommu=none|smmuv3, dumpdtb=FILE, accel=tcg; may be given again", ReadMachine),
        Honored("cpu", CpuName, "the only core there is; QEMU's default, cortex-a15, is not built", ReadCpu),
        Honored("smp", "N[,sockets=,clusters=,cores=,threads=,maxcpus=]", "1 to 8 cores with GICv2, to 123 with GICv3", ReadSmp),
        Honored("m", "[size=]N[b|k|M|G]", "RAM; without a suffix in MiB; 128 MiB by default", ReadMemory),
        Honored("accel", "tcg[,...]", "the machine is always emulated", (request, value) => ReadAccelerator("-accel", new KeyValues("-accel", value, "accel").Take("accel") ?? "")),
        Refused("enable-kvm", "", "there is no accelerator; the machine is emulated: leave it out"),
    ];

    private static void ReadMachine(QemuRequest request, string value)
    {
        if (value is "help" or "?")
        {
            request.Text = "Supported machines are:\nvirt    QEMU 7.2's virt board";
            return;
        }

        var pairs = new KeyValues("-machine", value, "type");
        if (pairs.Take("type") is string type)
        {
            ReadType(request, type);
        }

        request.GicVersion = pairs.Take("gic-version") is string gic ? Gic(gic) : request.GicVersion;
        request.Virtualization = pairs.TakeFlag("virtualization") ?? request.Virtualization;
        request.Secure = pairs.TakeFlag("secure") ?? request.Secure;
        request.HighMemory = pairs.TakeFlag("highmem") ?? request.HighMemory;
        request.DumpDtb = pairs.Take("dumpdtb") ?? request.DumpDtb;
        request.Kernel = pairs.Take("kernel") ?? request.Kernel;
        request.Initrd = pairs.Take("initrd") ?? request.Initrd;
        request.Append = pairs.Take("append") ?? request.Append;
        request.Dtb = pairs.Take("dtb") ?? request.Dtb;
        request.Bios = pairs.Take("firmware") ?? request.Bios;
        if (pairs.Take("accel") is string accelerator)
        {
            ReadAccelerator("-machine", accelerator);
        }

        pairs.ForEachLeft((key, text) => ReadSwitch(request, key, text));
    }

    private static void ReadType(QemuRequest request, string type)
    {
        if (type.StartsWith(VersionedMachine, StringComparison.Ordinal) && type != VersionedMachine + "7.2")
        {
            request.Note($"-machine {type} is taken as virt-7.2");
        }
        else if (type is not (MachineName or VersionedMachine + "7.2"))
        {
            throw QemuRequest.Refusal($"-machine {type}", "this machine is not built; use -machine virt");
        }

        request.HasMachine = true;
    }

    private static int Gic(string value) => BoardSettings.GicVersions.Contains(value)
        ? value[0] - '0'
        : throw QemuRequest.Refusal(
            $"-machine gic-version={value}", $"not built; use {string.Join(" or ", BoardSettings.GicVersions.Select(v => "gic-version=" + v))}");

    /// <summary>Switches with one value that is ours; another one is refused, or noted where no guest could tell.</summary>
    private static void ReadSwitch(QemuRequest request, string key, string value)
    {
        switch (key)
        {
            case "iommu":
                request.Smmu = value == "smmuv3" || (value == "none" ? false : throw QemuRequest.Refusal($"-machine iommu={value}", "use iommu=none or iommu=smmuv3"));
                return;
            case "mte" or "usb" or "ras" when KeyValues.Flag($"-machine: {key}", value):
                throw QemuRequest.Refusal($"-machine {key}={value}", $"not built; use {key}=off");
            case "mte" or "usb" or "ras":
                return;
            case "its" or "graphics" or "dump-guest-core" or "mem-merge" or "suppress-vmdesc" or "default-bus-bypass-iommu" or "compact-highmem":
                KeyValues.Flag($"-machine: {key}", value);
                return;
            case "acpi" or "dtb-randomness" or "dtb-kaslr-seed" or "phandle-start" or "dt-compatible" or "x-oem-id" or "x-oem-table-id":
                request.Note($"-machine {key}={value} is ignored: there are no ACPI tables, and the device tree's seeds are always the same");
                return;
            default:
                throw QemuRequest.Refusal(
                    $"-machine {key}={value}", "there is no such switch here; use gic-version=, virtualization=, secure=, highmem=, iommu= or dumpdtb=");
        }
    }

    private static void ReadAccelerator(string option, string names)
    {
        // A list is a wish: QEMU takes the first that works.
        if (!names.Split(':').Contains("tcg"))
        {
            throw QemuRequest.Refusal($"{option} {(option == "-machine" ? "accel=" : "")}{names}", "the machine is emulated; use tcg or leave it out");
        }
    }

    private static void ReadCpu(QemuRequest request, string value)
    {
        if (value is "help" or "?")
        {
            request.Text = $"Available CPUs:\n  {CpuName}";
            return;
        }

        var pairs = new KeyValues("-cpu", value, "model");
        if (pairs.Take("model") is string model && model != CpuName)
        {
            throw QemuRequest.Refusal($"-cpu {model}", $"not built; use -cpu {CpuName}");
        }

        pairs.ForEachLeft((key, text) => throw QemuRequest.Refusal($"-cpu {CpuName},{key}={text}", $"the core's features are fixed; use -cpu {CpuName}"));
        request.HasCpu = true;
    }

    private static void ReadSmp(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-smp", value, "cpus");
        ulong? cpus = Count(pairs, "cpus");
        ulong? most = Count(pairs, "maxcpus");
        ulong? sockets = Count(pairs, "sockets");
        ulong? clusters = Count(pairs, "clusters");
        ulong? cores = Count(pairs, "cores");
        ulong? threads = Count(pairs, "threads");
        if (Count(pairs, "dies") is > 1)
        {
            throw QemuRequest.Refusal("-smp dies", "this board has none; use clusters");
        }

        pairs.RefuseRest("cpus, maxcpus, sockets, clusters, cores and threads");

        // QEMU fills in what is missing, cores before sockets, so that the product is the number of cores.
        ulong wanted = most ?? cpus ?? 0;
        ulong known = (sockets ?? 1) * (clusters ?? 1) * (cores ?? 1) * (threads ?? 1);
        wanted = wanted == 0 ? known : wanted;
        cores ??= Math.Max(1, wanted / known);
        sockets ??= Math.Max(1, wanted / ((clusters ?? 1) * cores.Value * (threads ?? 1)));
        ulong product = sockets.Value * (clusters ?? 1) * cores.Value * (threads ?? 1);
        ulong present = cpus ?? wanted;
        if (product != wanted || present > wanted)
        {
            throw QemuRequest.Refusal(
                $"-smp {value}", $"sockets x clusters x cores x threads is {product}, not {wanted}; leave some of them out, or make their product the number of cores");
        }

        request.Cpus = (int)present;
        request.Topology = new CpuTopology((int)(clusters ?? 1), (int)cores.Value, (int)(threads ?? 1));
    }

    private static ulong? Count(KeyValues pairs, string key) => pairs.TakeNumber(key) switch
    {
        null => null,
        0 or > 512 => throw QemuRequest.Refusal($"-smp {key}", "it is a number from 1 to 512"),
        ulong number => number,
    };

    private static void ReadMemory(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-m", value, "size");
        if (pairs.Take("size") is string size)
        {
            ulong bytes = Size(size);
            request.MemoryBytes = bytes == 0 ? request.MemoryBytes : (bytes + MemoryAlignment - 1) / MemoryAlignment * MemoryAlignment;
        }

        if (pairs.Take("slots") is not null | pairs.Take("maxmem") is not null)
        {
            request.Note("-m slots and maxmem are ignored: memory cannot be plugged in");
        }

        pairs.RefuseRest("size");
    }

    /// <summary>Without a suffix in MiB; with one also a fraction.</summary>
    private static ulong Size(string text)
    {
        const string Suffixes = "BKMGT";
        int suffix = text.Length == 0 ? -1 : Suffixes.IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal);
        double unit = Math.Pow(1024, suffix < 0 ? 2 : suffix);
        ReadOnlySpan<char> digits = suffix < 0 ? text : text.AsSpan(0, text.Length - 1);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * unit < 1UL << 62
            ? (ulong)(number * unit)
            : throw QemuRequest.Refusal($"-m {text}", "this is no size; write MiB, or a number with k, M or G, for example 512M");
    }
}
