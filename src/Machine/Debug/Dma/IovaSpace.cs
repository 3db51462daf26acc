using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>A range of addresses that a stream's requests may have, and where it leads.</summary>
/// <param name="First">First address as the function sends it (IOVA).</param>
/// <param name="Last">Last address.</param>
/// <param name="Physical">Where <paramref name="First"/> goes.</param>
/// <param name="Kind">What is there.</param>
/// <param name="Name">Of the memory region.</param>
/// <param name="IsRam">It can be written and keeps what is written.</param>
/// <param name="Permissions">In the words of the manual; empty where nothing translates.</param>
public sealed record IovaRange(ulong First, ulong Last, ulong Physical, DmaPlaceKind Kind, string Name, bool IsRam, string Permissions);

/// <summary>Where all addresses of a stream lead, as memory has it now. Looking leaves no trace.</summary>
internal sealed class IovaSpace
{
    private const int MostWalks = 1 << 17;

    private readonly Boards.Machine _machine;
    private readonly List<IovaRange> _ranges = [];

    /// <param name="substream">The PASID that its requests carry; null for those without.</param>
    public IovaSpace(Boards.Machine machine, uint stream, uint? substream = null)
    {
        _machine = machine;
        Title = Fill(stream, substream);
    }

    /// <summary>How the stream's addresses are translated, or why they lead nowhere.</summary>
    public string Title { get; }

    /// <summary>By rising address.</summary>
    public IReadOnlyList<IovaRange> Ranges => _ranges;

    /// <summary>False where the tables are too many to be walked.</summary>
    public bool IsComplete { get; private set; } = true;

    private string Fill(uint stream, uint? substream)
    {
        if (_machine.Smmu is not SmmuV3 smmu || (!smmu.Control.SmmuEnable && !smmu.AbortsWhileOff))
        {
            Add(0, ulong.MaxValue, 0, "");
            return _machine.Smmu is null ? "no SMMU: addresses are physical" : "the SMMU is off: addresses are physical";
        }

        if (!smmu.Control.SmmuEnable)
        {
            return "the SMMU is off and aborts (GBPA.ABORT): no address leads anywhere";
        }

        Resolution resolved = smmu.Streams.Look(smmu.StreamTable, stream, substream);
        if (resolved.Context is not StreamContext context)
        {
            return resolved.Problem is EventRecord problem ? SmmuStructures.Words(problem.Kind) : "STE.Config aborts: no address leads anywhere";
        }

        if (context.Ste.Config == StreamConfig.Bypass)
        {
            Add(0, (1UL << Features.AddressBits) - 1, 0, "");
            return "bypass: addresses are physical";
        }

        int bits = context.Cd is ContextDescriptor cd ? 64 - cd.T0Sz : 64 - context.Ste.S2T0Sz;
        Walk(smmu, context, 0, (1UL << bits) - 1, bits);
        if (context.Cd is { Epd1: false } upper && !context.Ste.IsEl2)
        {
            // TTB1 has the top of the address space.
            Walk(smmu, context, ulong.MaxValue << (64 - upper.T1Sz), ulong.MaxValue, 64 - upper.T1Sz);
        }

        return SmmuState.Of(context.Ste);
    }

    private void Walk(SmmuV3 smmu, StreamContext context, ulong address, ulong last, int bits)
    {
        for (int walks = 0; ; walks++)
        {
            if (walks == MostWalks)
            {
                IsComplete = false;
                return;
            }

            WalkTrace trace = new();
            Translation result = smmu.Translations.Look(context, address, AccessType.Read, unprivileged: false, trace);
            int shift = result.Fault.Happened ? HoleShift(trace, bits) : result.RangeShift;
            ulong step = 1UL << shift;
            ulong first = address & ~(step - 1);
            if (!result.Fault.Happened)
            {
                Add(first, first + (step - 1), result.Physical & ~(step - 1), MemoryWords.Of(result.Permissions));
            }

            if (last - first <= step - 1)
            {
                return;
            }

            address = first + step;
        }
    }

    /// <summary>log2 of the range around an address that has no mapping for the same reason.</summary>
    private static int HoleShift(WalkTrace trace, int bits)
    {
        int shift = bits;
        foreach (bool stage2 in (bool[])[false, true])
        {
            // What stage 2 says of a stage-1 descriptor is of the whole range that the descriptor is for.
            StageStart? start = trace.Events.OfType<StageStart>().LastOrDefault(e => e.Stage2 == stage2 && e.ServesStage1Level is null);
            DescriptorRead? read = trace.Events.OfType<DescriptorRead>().LastOrDefault(e => e.Stage2 == stage2 && e.ServesStage1Level is null);
            shift = start is not null && read is not null ? int.Min(shift, start.Granule.EntryShift(read.Level)) : shift;
        }

        return shift;
    }

    private void Add(ulong first, ulong last, ulong physical, string permissions)
    {
        foreach ((ulong from, ulong to, BusRegion region) in DmaPlaces.Parts(_machine, physical, physical + (last - first)))
        {
            DmaPlaceKind kind = DmaPlaces.KindOf(_machine, region, from, to - from + 1);
            IovaRange next = new(first + (from - physical), first + (to - physical), from, kind, region.Name, region is { Ram: not null, ReadOnly: false }, permissions);
            if (_ranges.Count > 0 && _ranges[^1] is IovaRange before && before.Last + 1 == next.First && before.Physical + (next.First - before.First) == from
                && before with { First = next.First, Last = next.Last, Physical = from } == next)
            {
                _ranges[^1] = before with { Last = next.Last };
            }
            else
            {
                _ranges.Add(next);
            }
        }
    }
}
