using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu.Caches;

/// <summary>A context descriptor that the SMMU keeps.</summary>
/// <param name="Context">What it makes together with the stream's entry; null where it is invalid or ILLEGAL.</param>
internal sealed record KeptDescriptor(uint Substream, ContextDescriptor Cd, StreamContext? Context);

/// <summary>A stream table entry that the SMMU keeps, with the context descriptors that it led to.</summary>
internal sealed class KeptStream(uint stream, StreamTableEntry ste)
{
    // Derived from the entry, as they are asked for with each transaction.
    private readonly bool _hasStage1 = ste.HasStage1;
    private readonly bool _isPlain = ste.V && ste.Broken is null && ste.Config != StreamConfig.Abort && !(ste.HasStage1 && ste.S1CdMax != 0);

    public uint Stream { get; } = stream;

    public StreamTableEntry Ste { get; } = ste;

    /// <summary>Derived from the entry: it is valid and not ILLEGAL.</summary>
    public bool IsLegal { get; } = ste.V && ste.Broken is null;

    /// <summary>
    /// What a transaction without SubstreamID goes through, where that is known without more ado: null where nothing is, or where
    /// there are substreams.
    /// </summary>
    public StreamContext? Plain => !_isPlain ? null : _hasStage1 ? Find(0)?.Context : WithoutStage1;

    /// <summary>For transactions that bypass stage 1.</summary>
    public StreamContext WithoutStage1 => field ??= new StreamContext(Ste, null);

    /// <summary>In the order in which they were read.</summary>
    public List<KeptDescriptor> Descriptors { get; } = [];

    /// <summary>The descriptor of a substream, or null.</summary>
    public KeptDescriptor? Find(uint substream)
    {
        foreach (KeptDescriptor descriptor in Descriptors)
        {
            if (descriptor.Substream == substream)
            {
                return descriptor;
            }
        }

        return null;
    }
}

/// <summary>
/// Structures that the SMMU keeps, valid or not, until a CFGI command names them or others need their place (IHI 0070,
/// Configuration structures and configuration invalidation completion). First-level descriptors are not kept.
/// </summary>
/// <param name="passing">Gets streams whose kept entry bypasses, while it is kept.</param>
internal sealed class ConfigurationCache(PassingRequesters passing)
{
    private const int MostStreams = 1024;
    private const int MostDescriptors = 64;

    // By StreamID, and in the order in which they were read.
    private readonly Dictionary<uint, KeptStream> _byStream = [];
    private readonly List<KeptStream> _streams = [];

    public IReadOnlyList<KeptStream> Streams => _streams;

    /// <summary>Structures in use.</summary>
    public int Count
    {
        get
        {
            int count = _streams.Count;
            foreach (KeptStream stream in _streams)
            {
                count += stream.Descriptors.Count;
            }

            return count;
        }
    }

    public KeptStream? Find(uint stream) => _byStream.GetValueOrDefault(stream);

    public void Keep(KeptStream stream)
    {
        if (_streams.Count == MostStreams)
        {
            Remove(_streams[0]);
        }

        _streams.Add(stream);
        _byStream[stream.Stream] = stream;
        if (stream.Plain is { IsBypass: true })
        {
            passing.Add(stream.Stream);
        }
    }

    public static void Keep(KeptStream stream, KeptDescriptor descriptor)
    {
        if (stream.Descriptors.Count == MostDescriptors)
        {
            stream.Descriptors.RemoveAt(0);
        }

        stream.Descriptors.Add(descriptor);
    }

    /// <summary>CMD_CFGI_STE, CMD_CFGI_STE_RANGE: entries go with all that they led to.</summary>
    /// <param name="first">First StreamID.</param>
    /// <param name="last">Last StreamID.</param>
    public void ForgetStreams(uint first, uint last)
    {
        if (first == last)
        {
            if (Find(first) is KeptStream one)
            {
                Remove(one);
            }

            return;
        }

        for (int i = _streams.Count - 1; i >= 0; i--)
        {
            if (_streams[i].Stream >= first && _streams[i].Stream <= last)
            {
                Remove(_streams[i]);
            }
        }
    }

    /// <summary>CMD_CFGI_CD, and CMD_CFGI_CD_ALL without a substream.</summary>
    public void ForgetDescriptors(uint stream, uint? substream) =>
        Find(stream)?.Descriptors.RemoveAll(d => substream is null || d.Substream == substream);

    public void Clear()
    {
        _streams.Clear();
        _byStream.Clear();
        passing.Clear();
    }

    public void Save(StateWriter to)
    {
        to.Write(_streams.Count);
        foreach (KeptStream stream in _streams)
        {
            to.Write(stream.Stream);
            to.Write([stream.Ste.D0, stream.Ste.D1, stream.Ste.D2, stream.Ste.D3]);
            to.Write(stream.Ste.E2h);
            to.Write(stream.Descriptors.Count);
            foreach (KeptDescriptor descriptor in stream.Descriptors)
            {
                to.Write(descriptor.Substream);
                to.Write([descriptor.Cd.D0, descriptor.Cd.D1, descriptor.Cd.D2, descriptor.Cd.D3]);
            }
        }
    }

    public void Restore(StateReader from)
    {
        Clear();
        ulong[] words = new ulong[StreamTableEntry.Words];
        int count = from.ReadBelow(MostStreams + 1, "a number of stream table entries");
        for (int i = 0; i < count; i++)
        {
            uint number = from.ReadUInt32();
            from.ReadWords(words);
            KeptStream stream = new(number, StreamTableEntry.From(words) with { E2h = from.ReadBool() });
            Keep(stream);
            int descriptors = from.ReadBelow(MostDescriptors + 1, "a number of context descriptors");
            for (int k = 0; k < descriptors; k++)
            {
                uint substream = from.ReadUInt32();
                from.ReadWords(words);
                Keep(stream, Descriptor(stream, substream, ContextDescriptor.From(words)));
            }
        }
    }

    /// <summary>A descriptor with what it makes of its stream.</summary>
    public static KeptDescriptor Descriptor(KeptStream stream, uint substream, ContextDescriptor cd)
    {
        bool isLegal = stream.IsLegal && cd.V && !cd.IsIllegal(stream.Ste);
        return new KeptDescriptor(substream, cd, isLegal ? new StreamContext(stream.Ste, cd) : null);
    }

    private void Remove(KeptStream stream)
    {
        _streams.Remove(stream);
        _byStream.Remove(stream.Stream);
        passing.Remove(stream.Stream);
    }
}
