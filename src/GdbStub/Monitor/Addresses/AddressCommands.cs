using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Addresses;

namespace GdbHost.GdbStub.Monitor.Addresses;

/// <summary>"monitor reach", "ipa", "s1", "s2" and "tlb": where addresses lead, one or all.</summary>
internal static class AddressCommands
{
    public static readonly MonitorCommand[] Rows =
    [
        new("reach", "PA", "says what answers at a physical address: RAM, a device and its register, a PCI function's configuration space, or nothing", Reach, Offered)
        {
            Examples =
            [
                new("0x4010000000", "which device, function or register is there"),
            ],
        },
        new("ipa", "ADDR [r|w|x]", "follows an intermediate physical address through stage 2, with every descriptor, to what answers", Ipa, Offered)
        {
            Examples =
            [
                new("0x09000000 w", "whether the guest may store to its UART, and where that goes"),
            ],
        },
        new("s1", "map [el1|el2|el3]", "prints the ranges that stage 1 maps, merged, with their attributes", Stage1, Offered)
        {
            Examples =
            [
                new("map", "the kernel's mappings"),
                new("map el2", "the hypervisor's"),
            ],
        },
        new("s2", "map|check [IPA]", "prints the ranges that stage 2 maps and where they lead; check: every range of the guest's device tree (searched for in its memory, or at an IPA), with what stage 2 does not map or maps wrong", Stage2, Offered)
        {
            Examples =
            [
                new("map", "what the guest can reach"),
                new("check", "what it needs and cannot reach"),
            ],
        },
        new("tlb", "[stale|N]", "prints the TLB of this vCPU; stale: entries that the tables no longer agree with", Tlb, Offered)
        {
            Examples =
            [
                new("", "what this vCPU keeps"),
                new("stale", "a TLBI that was forgotten"),
            ],
        },
    ];

    private const int MostLines = 400;
    private const ulong TlbLines = 40;

    private static bool Offered(ITarget target) => target is IInspected and ITranslation;

    /// <summary>What is at a place, in words.</summary>
    public static string Words(PlaceReport? place) => place switch
    {
        null => "nothing; an access ends in an external abort",
        { Pci: ConfigPlace { Name: string name } pci } => $"{place.Region}+0x{place.Offset:x}: PCIe configuration space of {pci.Function}, register 0x{pci.Register:x}, function {name}",
        { Pci: ConfigPlace pci } => $"{place.Region}+0x{place.Offset:x}: PCIe configuration space of {pci.Function}, register 0x{pci.Register:x}, no function there: reads are all ones",
        { Window: WindowPlace { Function: string function } bar } => $"{place.Region}+0x{place.Offset:x}: BAR{bar.Bar}+0x{bar.Offset:x} of {function}",
        { Window: WindowPlace } => $"{place.Region}+0x{place.Offset:x}: no function answers there: reads are all ones, writes are lost",
        { Register: string register } => $"{place.Region}+0x{place.Offset:x}: register {register}",
        _ => $"{place.Region}+0x{place.Offset:x} ({place.Kind})",
    };

    private static MachineInspection Machine(MonitorRequest request) => ((IInspected)request.Target).Inspection;

    private static void Reach(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1 || !MonitorArguments.TryAddress(request, arguments[0], out ulong address))
        {
            MonitorArguments.Usage(request, "reach");
            return;
        }

        PlaceReport? place = Machine(request).Place(address);
        Place(request, $"PA 0x{address:x10}", address, place);
    }

    private static void Place(MonitorRequest request, string name, ulong physical, PlaceReport? place)
    {
        string text = $"{name}: {Words(place)}";
        if (place is null)
        {
            request.Fail(text, new Fact("pa", physical));
            return;
        }

        request.Line(text, new("pa", physical), new("region", place.Region), new("offset", place.Offset), new("kind", $"{place.Kind}"), new("register", place.Register),
            new("function", place.Pci?.Function), new("config-register", place.Pci?.Register), new("device", place.Pci?.Name),
            new("bar-function", place.Window?.Function), new("bar", place.Window is { Function: not null } bar ? (ulong)bar.Bar : null));
    }

    private static void Ipa(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        var access = WalkAccess.Read;
        bool good = arguments.Length is 1 or 2 && (arguments.Length == 1 || Translate.TryAccess(arguments[1], ref access));
        if (!good || !MonitorArguments.TryAddress(request, arguments[0], out ulong address))
        {
            MonitorArguments.Usage(request, "ipa");
            return;
        }

        WalkReport report = ((ITranslation)request.Target).ExplainIntermediate(request.Cpu, address, access);
        Translate.Whole(request, report, address, "IPA");
        if (report.Physical is ulong physical)
        {
            Place(request, "reaches", physical, Machine(request).Place(physical));
        }
    }

    private static void Stage1(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MemorySpace? space = arguments switch
        {
            ["map"] or ["map", "el1"] => MemorySpace.El1,
            ["map", "el2"] => MemorySpace.El2,
            ["map", "el3"] => MemorySpace.El3,
            _ => null,
        };
        if (space is null)
        {
            MonitorArguments.Usage(request, "s1");
            return;
        }

        MapReport map = Machine(request).Map(request.Cpu, space.Value);
        Ranges(request, map, "stage 1 is off: addresses pass as they are");
        if (map is { IsOn: true, IsComplete: true } && space == MemorySpace.El1)
        {
            StageTwoCheck.Holes(
                request, Machine(request).GuestTree(request.Cpu), r => map.Ranges.Any(m => m.Output <= r.Last && r.First <= m.Output + (m.Last - m.Start)) ? null : r.First,
                "the device tree has, and no virtual address leads to");
        }
    }

    private static void Stage2(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ulong at = 0;
        if (arguments is not (["map"] or ["check"] or ["check", _]) || (arguments.Length > 1 && !MonitorArguments.TryAddress(request, arguments[1], out at)))
        {
            MonitorArguments.Usage(request, "s2");
            return;
        }

        MapReport map = Machine(request).Map(request.Cpu, MemorySpace.Intermediate);
        if (arguments[0] == "check" && map.IsOn)
        {
            StageTwoCheck.Write(request, map, arguments.Length > 1 ? at : null);
            return;
        }

        Ranges(request, map, "stage 2 is off: addresses pass as they are");
        if (map is { IsOn: true, IsComplete: true })
        {
            StageTwoCheck.Holes(request, Machine(request).GuestTree(request.Cpu), r => StageTwoCheck.FirstHole(map, r), "the guest's device tree has, and stage 2 maps nothing at IPA");
        }
    }

    private static void Ranges(MonitorRequest request, MapReport map, string off)
    {
        if (!map.IsOn)
        {
            request.Line(off);
            return;
        }

        foreach (MappedRange r in map.Ranges.Take(MostLines))
        {
            request.Line($"0x{r.Start:x12}-0x{r.Last:x12} -> 0x{r.Output:x10} {r.Attributes}{(r.Place is null ? "" : $"  {r.Place}")}",
                new("first", r.Start), new("last", r.Last), new("output", r.Output), new("attributes", r.Attributes), new("place", r.Place));
        }

        if (map.Ranges.Count > MostLines)
        {
            request.Line($"and {map.Ranges.Count - MostLines} ranges more");
        }

        request.Line(map.Ranges.Count == 0 ? "nothing is mapped" : map.IsComplete ? $"{map.Ranges.Count} ranges" : "and more: the tables are too many to be walked whole");
    }

    private static void Tlb(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ulong most = TlbLines;
        bool stale = arguments is ["stale"];
        if (!stale && (arguments.Length > 1 || (arguments.Length == 1 && !MonitorArguments.TryNumber(arguments[0], out most))))
        {
            MonitorArguments.Usage(request, "tlb");
            return;
        }

        IReadOnlyList<TlbReport> all = Machine(request).Tlb(request.Cpu);
        TlbReport[] wanted = [.. all.Where(e => !stale || e.Stale)];
        foreach (TlbReport e in wanted.Take((int)ulong.Min(most, int.MaxValue)))
        {
            request.Line(Line(e), new("regime", e.Regime), new("vmid", e.Vmid), new("asid", e.Asid), new("address", e.Address), new("bytes", e.Bytes),
                new("ipa", e.Intermediate), new("pa", e.Physical), new("attributes", e.Attributes), new("stale", e.Stale),
                new("stale-stage", e.Stale ? e.StaleStage : null), new("missing", e.Stale ? Missing(e) : null));
        }

        request.Line($"cpu{request.Cpu}: {all.Count} entries, {all.Count(static e => e.Stale)} stale{(wanted.Length > (int)most ? $"; \"monitor tlb {wanted.Length}\" prints all" : "")}");
    }

    private static string Line(TlbReport e)
    {
        string who = e.Regime == "EL1&0" ? $"{e.Regime} VMID {e.Vmid} {(e.Asid is int asid ? $"ASID {asid}" : "global")}" : e.Regime;
        return $"{who} 0x{e.Address:x12} {e.Bytes >> 10} KiB -> IPA 0x{e.Intermediate:x10} PA 0x{e.Physical:x10} {e.Attributes}"
            + (e.Stale ? $"  stale: the tables of stage {e.StaleStage} say something else now, and {Missing(e)} has not been done since (kernels defer it for what they no longer use)" : "");
    }

    /// <summary>The maintenance that would remove an entry, with its operand (DDI 0487, TLBI VAE1IS, TLBI IPAS2E1IS).</summary>
    private static string Missing(TlbReport e)
    {
        const int PageShift = 12;
        const int AsidShift = 48;
        ulong page = (e.Address >> PageShift) & 0xfff_ffff_ffff;
        return e switch
        {
            { Regime: not "EL1&0" } => $"TLBI VA{e.Regime.Replace("EL", "E", StringComparison.Ordinal)}IS, 0x{page:x}",
            { StaleStage: 2 } => $"TLBI IPAS2E1IS, 0x{e.Intermediate >> PageShift:x}, then TLBI VMALLE1IS",
            { Asid: int asid } => $"TLBI VAE1IS, 0x{((ulong)asid << AsidShift) | page:x}",
            _ => $"TLBI VAAE1IS, 0x{page:x}",
        };
    }
}
