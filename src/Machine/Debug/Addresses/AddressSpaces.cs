using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Debug.Addresses;

/// <summary>Makes reports of addresses and address spaces of a core as it is now.</summary>
internal static class AddressSpaces
{
    /// <summary>Walks after which a map is given up: a second of host time or two.</summary>
    private const int MostWalks = 1 << 20;

    private const int TopBit = 55;

    public static PlaceReport? PlaceOf(Boards.Machine machine, ulong physical)
    {
        if (machine.Bus.Find(new PhysicalAddress(physical)) is not BusRegion region)
        {
            return null;
        }

        ulong offset = physical - region.Start;
        string kind = region.Ram is null ? "device" : region.ReadOnly ? "rom" : "ram";
        return new PlaceReport(region.Name, offset, kind, (region.Device as IRegisterNames)?.RegisterAt(offset), region.Device is Ecam ? Config(machine, offset) : null)
        {
            Window = region.Device is PciBusPort and not Ecam ? Window(machine, physical) : null,
        };
    }

    /// <summary>The ranges of stage 2 of the present VTTBR_EL2, or of stage 1 of a regime, by rising address.</summary>
    public static MapReport MapOf(Boards.Machine machine, Core core, MemorySpace space)
    {
        List<MappedRange> ranges = [];
        bool isOn = Walk(machine, core, space, 0, ranges, out bool complete);
        if (isOn && complete && space == MemorySpace.El1)
        {
            Walk(machine, core, space, ulong.MaxValue << TopBit, ranges, out complete);
        }

        return new MapReport(isOn, complete, ranges);
    }

    public static IReadOnlyList<TlbReport> TlbOf(Core core) =>
    [
        .. core.System.Translation.Entries.OrderBy(static e => e.Regime).ThenBy(static e => e.Vmid).ThenBy(static e => e.Page).Select(e => new TlbReport(
            e.Regime switch { Regime.El2 => "EL2", Regime.El3 => "EL3", _ => "EL1&0" },
            e.Vmid,
            e.IsGlobal ? null : e.Asid,
            e.Page,
            1UL << e.Shift,
            e.Intermediate,
            e.Output,
            MemoryWords.Of(e.Attributes) + ", " + MemoryWords.Of(e.Stage1Permissions & e.Stage2Permissions),
            StaleStage(core, e))),
    ];

    /// <summary>The stage that says something else; 0 for none. Only what answers in the present contexts can be compared with the tables of now.</summary>
    private static int StaleStage(Core core, in TlbEntry entry)
    {
        ExceptionLevel level = entry.Regime switch { Regime.El2 => ExceptionLevel.El2, Regime.El3 => ExceptionLevel.El3, _ => ExceptionLevel.El1 };
        ITranslationView view = core.TranslationView;
        if (view.Kept(entry.Page, AccessType.Read, level) is not Translation kept || kept.Fault.Happened || kept.Physical != entry.Output)
        {
            return 0;
        }

        Translation walked = view.Look(entry.Page, AccessType.Read, level);
        return walked.Fault.Happened ? (walked.Fault.Stage2 ? 2 : 1)
            : walked.Physical == kept.Physical ? 0
            : walked.Intermediate == kept.Intermediate ? 2
            : 1;
    }

    private static WindowPlace Window(Boards.Machine machine, ulong physical)
    {
        IBusDevice? found = machine.Pcie!.DecodeOutbound(physical, out ulong offset);
        return found is null
            ? new WindowPlace(null, 0, 0)
            : (from function in MachinePci.All(machine.Pcie.Bus)
               from bar in function.BaseAddresses
               where bar.Region == found
               select new WindowPlace($"{function.Requester} {function.StateName}", bar.Index, offset)).First();
    }

    private static ConfigPlace Config(Boards.Machine machine, ulong offset)
    {
        RootComplex root = machine.Pcie!;
        int register = root.Model.Access == ConfigAccess.Ecam ? 12 : 8;
        int bus = (int)offset.Field(register + 15, register + 8);
        int function = (int)offset.Field(register + 7, register);
        RequesterId id = new((ushort)((bus << 8) | function));
        return new ConfigPlace(id.ToString(), (int)offset.Field(register - 1, 0), root.Bus.Find(bus, function)?.StateName);
    }

    /// <summary>Goes from leaf to leaf and hole to hole; false where the stage is off.</summary>
    private static bool Walk(Boards.Machine machine, Core core, MemorySpace space, ulong from, List<MappedRange> ranges, out bool complete)
    {
        bool stage2 = space == MemorySpace.Intermediate;
        ulong address = from;
        complete = true;
        for (int walks = 0; walks < MostWalks; walks++)
        {
            WalkTrace trace = new();
            Spaces.Look(core, space, address, AccessType.Read, unprivileged: false, trace);
            if (trace.Events.Any(e => e is StageOff && e.Stage2 == stage2))
            {
                return false;
            }

            StageStart? start = trace.Events.OfType<StageStart>().FirstOrDefault(e => e.Stage2 == stage2);
            ulong step;
            if (start is null)
            {
                // Out of range: the gap below an upper half, or the end of a lower one.
                if (from == 0 || address >= ulong.MaxValue << 12)
                {
                    return true;
                }

                step = NextUpper(address);
            }
            else if (trace.Events.OfType<StageEnd>().FirstOrDefault(e => e.Stage2 == stage2) is StageEnd leaf)
            {
                step = 1UL << leaf.RangeShift;
                Add(machine, ranges, address & ~(step - 1), step, leaf, isPhysical: stage2 || !trace.Events.Any(static e => e.Stage2 && e is StageStart));
            }
            else
            {
                int level = trace.Events.OfType<DescriptorRead>().LastOrDefault(e => e.Stage2 == stage2)?.Level ?? start.StartLevel;
                step = 1UL << start.Granule.EntryShift(level);
            }

            ulong next = (address & ~(step - 1)) + step;
            if (next <= address)
            {
                return true;
            }

            address = next;
        }

        complete = false;
        return true;
    }

    // Upper halves begin at a power of two below the top: the next candidate leaves half the distance.
    private static ulong NextUpper(ulong address) => (~address + 1) >> 1;

    private static void Add(Boards.Machine machine, List<MappedRange> ranges, ulong start, ulong bytes, StageEnd leaf, bool isPhysical)
    {
        ulong output = leaf.Output & ~(bytes - 1);
        string attributes = MemoryWords.Of(leaf.Attributes) + ", " + MemoryWords.Of(leaf.Permissions);
        if (ranges.Count > 0 && ranges[^1] is MappedRange last && last.Last + 1 == start && last.Attributes == attributes
            && last.Output + (start - last.Start) == output)
        {
            ranges[^1] = last with { Last = start + (bytes - 1) };
            return;
        }

        ranges.Add(new MappedRange(start, start + (bytes - 1), output, attributes, isPhysical ? machine.Bus.Find(new PhysicalAddress(output))?.Name : null));
    }
}
