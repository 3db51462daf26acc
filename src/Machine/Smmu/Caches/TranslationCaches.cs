using System.Collections.Generic;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Smmu.Caches;

/// <summary>
/// The IOTLB and the walker behind it, which is the cores'. Entries stay until a TLBI command names them or a new one needs
/// their place: what software forgets to invalidate, devices meet again.
/// </summary>
internal sealed class TranslationCaches(PhysicalBus bus)
{
    private const int Entries = 1 << 12;

    private readonly PageTableWalker _walker = new(bus, "SMMU");

    // Stage 1, with stage 2 where it is on.
    private readonly Tlb _tlb = new(Entries);

    // Stage 2 alone: for streams without stage 1, and for the descriptors of those with both.
    private readonly Tlb _stage2Tlb = new(Entries);

    /// <summary>Entries in use.</summary>
    public int Count => _tlb.Count + _stage2Tlb.Count;

    /// <summary>Entries of stage 1, with stage 2 where it is on.</summary>
    public IEnumerable<TlbEntry> Combined => _tlb.Entries;

    /// <summary>Entries of stage 2 alone.</summary>
    public IEnumerable<TlbEntry> Stage2 => _stage2Tlb.Entries;

    public Translation Translate(StreamContext context, ulong address, AccessType type, bool unprivileged)
    {
        WalkRequest request = new() { Type = type, Unprivileged = unprivileged, DataAttributes = true, Stage2Cache = _stage2Tlb };
        if (context.Cd is null)
        {
            return TranslateStage2(in context.Setup.Stage2, address, in request);
        }

        ulong input = context.WithoutTag(address);
        ref TlbEntry kept = ref _tlb.Find(input, context.Tag, context.GlobalTag);
        if (!Unsafe.IsNullRef(ref kept))
        {
            return Translation.Of(in kept, input, PermissionRules.Needed(type, unprivileged));
        }

        _walker.Walk(in context.Setup, input, in request, out WalkResult result);
        if (!result.Fault.Happened)
        {
            _tlb.Insert(TlbEntry.ForWalk(input, context.Tag, in result));
        }

        return Translation.Of(in result);
    }

    /// <summary>Stage 2 for the address of a context descriptor, which is read.</summary>
    public Translation TranslateDescriptor(in Stage2Setup stage2, ulong address) =>
        TranslateStage2(in stage2, address, new WalkRequest { Stage2Cache = _stage2Tlb });

    /// <summary>Walks beside the caches and leaves no trace.</summary>
    public Translation Look(StreamContext context, ulong address, AccessType type, bool unprivileged, WalkTrace? trace)
    {
        WalkRequest request = new() { Type = type, Unprivileged = unprivileged, Debug = true, Trace = trace };
        if (context.Cd is null)
        {
            return TranslateStage2(in context.Setup.Stage2, address, in request);
        }

        _walker.Walk(in context.Setup, context.WithoutTag(address), in request, out WalkResult result);
        return Translation.Of(in result);
    }

    /// <summary>As <see cref="TranslateDescriptor"/>, beside the caches.</summary>
    public Translation LookDescriptor(in Stage2Setup stage2, ulong address) =>
        TranslateStage2(in stage2, address, new WalkRequest { Debug = true });

    /// <summary>Does a TLBI operation.</summary>
    public void Invalidate(in TlbInvalidation invalidation)
    {
        bool stage2Only = invalidation.Operation is TlbiOperation.Ipas2e1 or TlbiOperation.Ipas2le1;
        if (!stage2Only)
        {
            _tlb.Invalidate(in invalidation);
        }

        if (stage2Only || invalidation.Operation is TlbiOperation.Vmalls12e1 or TlbiOperation.Alle1)
        {
            _stage2Tlb.Invalidate(in invalidation);
        }
    }

    public void Clear()
    {
        _tlb.Clear();
        _stage2Tlb.Clear();
    }

    public void Save(StateWriter to)
    {
        _tlb.Save(to);
        _stage2Tlb.Save(to);
    }

    public void Restore(StateReader from)
    {
        _tlb.Restore(from);
        _stage2Tlb.Restore(from);
    }

    // Where stage 1 is bypassed an address that is too wide is stage 1's Address Size fault.
    private Translation TranslateStage2(in Stage2Setup stage2, ulong address, in WalkRequest request)
    {
        if (address >> Features.AddressBits != 0)
        {
            return new Translation { Fault = new Fault(FaultKind.AddressSize, Level: 0, Stage2: false, OnWalk: false) };
        }

        WalkResult result = _walker.WalkStage2(in stage2, address, in request);
        return Translation.Of(in result);
    }
}
