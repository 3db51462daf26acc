using GdbHost.Machine.Devices;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu;

/// <summary>What is known of a stream: its context, or that it aborts in silence, or the event that says why there is none.</summary>
/// <param name="Context">Null where transactions are aborted.</param>
/// <param name="Problem">Null for <see cref="StreamConfig.Abort"/> and where there is a context.</param>
internal readonly record struct Resolution(StreamContext? Context, EventRecord? Problem);

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

    /// <summary>The stream table entry as memory has it now.</summary>
    public Lookup<StreamTableEntry> LookEntry(in StreamTable table, uint stream) => table.Find(memory, stream);

    /// <summary>The context descriptor as memory has it now; a problem is an event's number.</summary>
    public Lookup<ContextDescriptor> LookDescriptor(in StreamTableEntry ste, uint substream, out Fault fault) =>
        Read(ste, substream, keep: false, out fault);

    private Resolution Resolve(in StreamTable table, uint stream, uint? substream, bool keep)
    {
        EventRecord record = new(EventKind.BadSte, stream) { Substream = substream };
        KeptStream? kept = keep ? cache.Find(stream) : null;
        if (kept is null)
        {
            Lookup<StreamTableEntry> found = table.Find(memory, stream);
            if (found.Problem is EventKind problem)
            {
                return new(null, record with { Kind = problem, Second = found.Address });
            }

            kept = new KeptStream(stream, found.Value);
            if (keep)
            {
                cache.Keep(kept);
            }
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

    private Resolution WithDescriptor(KeptStream stream, uint substream, EventRecord record, bool keep)
    {
        KeptDescriptor? kept = stream.Find(substream);
        if (kept is null)
        {
            Lookup<ContextDescriptor> found = Read(stream.Ste, substream, keep, out Fault fault);
            if (fault.Happened)
            {
                return new(null, Faults.EventOf(fault, record, EventClass.ContextDescriptor));
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

    private Translation Place(in StreamTableEntry ste, ulong address, bool keep)
    {
        Stage2Setup stage2 = ste.Stage2;
        return keep ? translations.TranslateDescriptor(in stage2, address) : translations.LookDescriptor(in stage2, address);
    }
}
