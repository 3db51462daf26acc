using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>What an exerciser and an IOMMU say to each other beside reads and writes: translations, invalidations, page requests, hints.</summary>
internal sealed class TranslationUnit
{
    private const int MostLate = 32;
    private const ulong PageMask = ~0xfffUL;

    private readonly DmaExerciser _exerciser;
    private readonly AddressTranslation? _translation;
    private readonly PageRequests? _pages;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _answer;
    private readonly TranslationCache _cache = new();

    // Invalidations that are answered late.
    private readonly List<CacheInvalidation> _late = [];

    public TranslationUnit(DmaExerciser exerciser, AddressTranslation? translation, PageRequests? pages, Scheduler scheduler)
    {
        _exerciser = exerciser;
        _translation = translation;
        _pages = pages;
        _scheduler = scheduler;
        _answer = scheduler.Create(exerciser.StateName + " invalidation", AnswerLate);
    }

    /// <summary>Software has enabled ATS.</summary>
    public bool IsEnabled => _translation is { Enabled: true };

    /// <summary>What is kept, in words; null where there is no ATS.</summary>
    public IReadOnlyList<string>? Lines => _translation is null ? null : [.. _cache.Lines];

    public InvalidationAnswer Invalidate(in CacheInvalidation invalidation)
    {
        if (!IsEnabled)
        {
            return InvalidationAnswer.Unsupported;
        }

        uint answering = _exerciser.Registers[ExerciserRegisters.Answering];
        _exerciser.Registers[ExerciserRegisters.Invalidations]++;
        if (answering >= ExerciserRegisters.AnswersNever || _late.Count == MostLate)
        {
            return InvalidationAnswer.None;
        }

        if (answering == ExerciserRegisters.AnswersLate)
        {
            _late.Add(invalidation);
            _answer.Arm(_scheduler.Clock.Now + Math.Max(1, _exerciser.Registers[ExerciserRegisters.Delay]));
            return InvalidationAnswer.Later;
        }

        _cache.Invalidate(invalidation);
        return InvalidationAnswer.Done;
    }

    public void Respond(in PageResponse response)
    {
        _pages?.Answered(in response);
        _exerciser.Registers[ExerciserRegisters.PageAnswer] = (1u << 31) | ((uint)response.Code << 12) | (uint)response.Group;
        _exerciser.Registers[ExerciserRegisters.PageAnswerPasid] = response.Prefix.Raw;
    }

    /// <summary>The translated address of one, which is asked for where none is kept that permits the access.</summary>
    public DmaResult TryFind(ref ulong address, bool write)
    {
        PasidPrefix prefix = _exerciser.Prefix;
        KeptTranslation? kept = _cache.Find(prefix, address, write);
        if (kept is null)
        {
            DmaResult asked = Ask(address, write, out _);
            if (asked != DmaResult.Ok)
            {
                return asked;
            }

            kept = _cache.Find(prefix, address, write);
        }

        address = kept?.Of(address) ?? address;
        return kept is null ? DmaResult.TranslationFault : DmaResult.Ok;
    }

    /// <summary>Sends a translation request for the page of an address and keeps the answer.</summary>
    public DmaResult Ask(ulong address, bool write, out CompletionEntry entry)
    {
        entry = default;
        DmaAttributes attributes = (_exerciser.Attributes & DmaAttributes.Unruly) | DmaAttributes.TranslationRequest | (write ? 0 : DmaAttributes.NoWrite);
        if (!_exerciser.MayCarry || (!IsEnabled && !attributes.HasFlag(DmaAttributes.Unruly)))
        {
            return DmaResult.NotSent;
        }

        ulong page = address & PageMask;
        Span<byte> answer = stackalloc byte[sizeof(ulong)];
        DmaResult result = _exerciser.Dma.Read(page, answer, attributes, _exerciser.ForgedRequester, _exerciser.Prefix);
        entry = new CompletionEntry(result == DmaResult.Ok ? BinaryPrimitives.ReadUInt64LittleEndian(answer) : 0);
        _exerciser.Registers[ExerciserRegisters.TranslationLow] = (uint)entry.Raw;
        _exerciser.Registers[ExerciserRegisters.TranslationLow + 4] = (uint)(entry.Raw >> 32);
        if (result == DmaResult.Ok)
        {
            _cache.Keep(_exerciser.Prefix, page, entry);
        }

        return result;
    }

    public DmaResult RequestPage(ulong address)
    {
        uint group = _exerciser.Registers[ExerciserRegisters.PageGroup];
        PageRequest request = new(Requester, _exerciser.Prefix, address & PageMask, (int)group.Field(8, 0), group.Bit(9), group.Bit(10), group.Bit(11));
        bool allowed = _pages is { Enabled: true } && (request.IsStopMarker || _pages.HasCredit) && _exerciser is { MayCarry: true, MayMaster: true };
        if (!allowed && !_exerciser.Attributes.HasFlag(DmaAttributes.Unruly))
        {
            return DmaResult.NotSent;
        }

        if (_exerciser.Iommu is not IIommu iommu)
        {
            return DmaResult.UnsupportedRequest;
        }

        _pages?.Sent(in request);
        iommu.Requested(in request);
        return DmaResult.Ok;
    }

    public DmaResult HintPage(ulong address)
    {
        int span = (int)_exerciser.Registers[ExerciserRegisters.Length].Field(7, 0);
        bool writes = !_exerciser.Attributes.HasFlag(DmaAttributes.NoWrite);
        _exerciser.Iommu?.Hinted(new PageHint(Requester, _exerciser.Prefix, address & PageMask, span, writes));
        return _exerciser.Iommu is null ? DmaResult.UnsupportedRequest : DmaResult.Ok;
    }

    /// <summary>Keeps no translation any more.</summary>
    public void Forget() => _cache.Clear();

    public void Discard() => _scheduler.Remove(_answer);

    public void Reset()
    {
        _cache.Clear();
        _late.Clear();
        _answer.Disarm();
    }

    public void Save(StateWriter to)
    {
        _cache.Save(to);
        to.Write(_late.Count);
        foreach (CacheInvalidation late in _late)
        {
            to.Write([late.Function.Value, late.Tag, late.Prefix.Raw, late.Address, (ulong)late.Shift, late.Global ? 1UL : 0]);
        }
    }

    public void Restore(StateReader from)
    {
        _cache.Restore(from);
        _late.Clear();
        int late = from.ReadBelow(MostLate + 1, "a number of invalidations");
        ulong[] words = new ulong[6];
        for (int i = 0; i < late; i++)
        {
            from.ReadWords(words);
            _late.Add(new CacheInvalidation(new RequesterId((ushort)words[0]), (uint)words[1], new PasidPrefix((uint)words[2]), words[3], (int)words[4], words[5] != 0));
        }
    }

    private RequesterId Requester => _exerciser.ForgedRequester ?? _exerciser.Requester;

    private void AnswerLate()
    {
        CacheInvalidation[] late = [.. _late];
        _late.Clear();
        foreach (CacheInvalidation invalidation in late)
        {
            _cache.Invalidate(invalidation);
            _exerciser.Iommu?.Invalidated(invalidation.Tag);
        }
    }
}
