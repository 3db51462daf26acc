using System.Collections.Generic;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu;

/// <summary>What is known of a stream: its context, or that it aborts in silence, or the event or fault that says why there is none.</summary>
/// <param name="Context">Null where transactions are aborted.</param>
/// <param name="Problem">Null for <see cref="StreamConfig.Abort"/> and where there is a context.</param>
internal readonly record struct Resolution(StreamContext? Context, EventRecord? Problem)
{
    /// <summary>What stage 2 said of the address of a context descriptor; the problem is the event for it.</summary>
    public Fault Fault { get; init; }

    /// <summary>The entry whose stage 2 it was.</summary>
    public StreamTableEntry Ste { get; init; }
}

/// <summary>A stream's entry, or why there is none.</summary>
internal readonly record struct StreamSource(KeptStream? Kept, EventKind Problem, ulong Address);

/// <summary>
/// From StreamID and SubstreamID to a context (IHI 0070, Data structures and translation procedure): through the
/// configuration cache, or beside it for those who look on.
/// </summary>
internal sealed class StreamResolver(GuestTables memory, TranslationCaches translations, ConfigurationCache cache)
{
    /// <summary>As a transaction does, which keeps what it reads.</summary>
    public Resolution Resolve(in StreamTable table, uint stream, uint? substream) => Resolve(in table, stream, substream, keep: true);

    /// <summary>As memory has it now, without a trace.</summary>
    public Resolution Look(in StreamTable table, uint stream, uint? substream) => Resolve(in table, stream, substream, keep: false);

    /// <summary>The entry of a stream, kept or read.</summary>
    public StreamSource Find(in StreamTable table, uint stream) => Find(in table, stream, keep: true);

    /// <summary>The entry of a stream as memory has it now.</summary>
    public StreamSource LookSource(in StreamTable table, uint stream) => Find(in table, stream, keep: false);

    /// <summary>The stream table entry as memory has it now.</summary>
    public Lookup<StreamTableEntry> LookEntry(in StreamTable table, uint stream) => table.Find(memory, stream);

    /// <summary>The context descriptor as memory has it now; a problem is an event's number.</summary>
    public Lookup<ContextDescriptor> LookDescriptor(in StreamTableEntry ste, uint substream, out Fault fault) =>
        Read(ste, substream, keep: false, out fault);

    /// <summary>The substreams of a stream that have a valid context descriptor, as memory has it now.</summary>
    public IEnumerable<uint> LookSubstreams(StreamTable table, uint stream)
    {
        if (LookSource(in table, stream).Kept is not { IsLegal: true, Ste: { HasStage1: true, S1CdMax: > 0 } ste } kept)
        {
            yield break;
        }

        uint leaf = ste.S1Fmt switch { 1 => 1u << 6, 2 => 1u << 10, _ => 1 };
        for (uint substream = 0; substream >> ste.S1CdMax == 0; substream++)
        {
            Lookup<ContextDescriptor> found = LookDescriptor(in ste, substream, out Fault fault);
            if (found.Problem == EventKind.BadSubstreamId)
            {
                // No table, so none of those that it would have.
                substream |= leaf - 1;
            }
            else if (!fault.Happened && found.Problem is null && ConfigurationCache.Descriptor(kept, substream, found.Value).Context is not null)
            {
                yield return substream;
            }
        }
    }

    private Resolution Resolve(in StreamTable table, uint stream, uint? substream, bool keep)
    {
        EventRecord record = new(EventKind.BadSte, stream) { Substream = substream };
        StreamSource found = Find(in table, stream, keep);
        if (found.Kept is not KeptStream kept)
        {
            return new(null, record with { Kind = found.Problem, Second = found.Address });
        }

        if (!kept.IsLegal)
        {
            return new(null, record);
        }

        StreamTableEntry ste = kept.Ste;
        if (ste.Config == StreamConfig.Abort)
        {
            return default;
        }

        bool hasSubstreams = ste.HasStage1 && ste.S1CdMax != 0;
        if (substream is uint given && (!hasSubstreams || given >> ste.S1CdMax != 0))
        {
            return new(null, record with { Kind = EventKind.BadSubstreamId });
        }

        bool disabled = substream is null ? ste.S1Dss == DefaultSubstream.Terminate : substream == 0 && ste.S1Dss == DefaultSubstream.UseSubstream0;
        if (hasSubstreams && disabled)
        {
            return new(null, record with { Kind = EventKind.StreamDisabled });
        }

        bool bypass = !ste.HasStage1 || (hasSubstreams && substream is null && ste.S1Dss == DefaultSubstream.BypassStage1);
        return bypass ? new(kept.WithoutStage1, null) : WithDescriptor(kept, substream ?? 0, record, keep);
    }

    private StreamSource Find(in StreamTable table, uint stream, bool keep)
    {
        // A table that has become smaller has no such stream, whatever is kept.
        if (keep && stream >> table.Bits == 0 && cache.Find(stream) is KeptStream known)
        {
            return new(known, default, 0);
        }

        Lookup<StreamTableEntry> found = table.Find(memory, stream);
        if (found.Problem is EventKind problem)
        {
            return new(null, problem, found.Address);
        }

        KeptStream kept = new(stream, found.Value);
        if (keep)
        {
            cache.Keep(kept);
        }

        return new(kept, default, found.Address);
    }

    private Resolution WithDescriptor(KeptStream stream, uint substream, EventRecord record, bool keep)
    {
        KeptDescriptor? kept = stream.Find(substream);
        if (kept is null)
        {
            Lookup<ContextDescriptor> found = Read(stream.Ste, substream, keep, out Fault fault);
            if (fault.Happened)
            {
                EventRecord why = Faults.EventOf(fault, record, EventClass.ContextDescriptor);
                why = fault.Kind == FaultKind.ExternalAbort ? why with { Second = AbortedAt(stream.Ste, found.Address) } : why;
                return new(null, why) { Fault = fault, Ste = stream.Ste };
            }

            if (found.Problem is EventKind problem)
            {
                return new(null, record with { Kind = problem, Second = found.Address });
            }

            kept = ConfigurationCache.Descriptor(stream, substream, found.Value);
            if (keep)
            {
                ConfigurationCache.Keep(stream, kept);
            }
        }

        return kept.Context is null ? new(null, record with { Kind = EventKind.BadCd }) : new(kept.Context, null);
    }

    private Lookup<ContextDescriptor> Read(StreamTableEntry ste, uint substream, bool keep, out Fault fault) =>
        ContextTable.Find(memory, in ste, substream, address => Place(in ste, address, keep), out fault);

    private Translation Place(in StreamTableEntry ste, ulong address, bool keep) =>
        keep ? translations.TranslateDescriptor(in ste, address) : translations.LookDescriptor(in ste, address);

    /// <summary>Where the stage-2 descriptor is that could not be read for an address.</summary>
    private ulong AbortedAt(in StreamTableEntry ste, ulong address)
    {
        WalkTrace trace = new();
        translations.LookDescriptor(in ste, address, trace);
        return trace.Reason is FaultReason.BusRefused refused ? refused.DescriptorAddress : 0;
    }
}
