using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Smmu.Caches;

/// <summary>Translations of the VMIDs that have the same bits [15:8], or of EL2 with E2H.</summary>
/// <param name="entries">Entries of each of its two TLBs.</param>
internal sealed class CacheBank(int entries)
{
    /// <summary>Stage 1, with stage 2 where it is on.</summary>
    public Tlb Combined { get; } = new(entries);

    /// <summary>Stage 2 alone: for streams without stage 1, and for the descriptors of those with both.</summary>
    public Tlb Stage2 { get; } = new(entries);

    public int Count => Combined.Count + Stage2.Count;

    public void Invalidate(in TlbInvalidation invalidation)
    {
        bool stage2Only = invalidation.Operation is TlbiOperation.Ipas2e1 or TlbiOperation.Ipas2le1;
        if (!stage2Only)
        {
            Combined.Invalidate(in invalidation);
        }

        if (stage2Only || invalidation.Operation is TlbiOperation.Vmalls12e1 or TlbiOperation.Alle1)
        {
            Stage2.Invalidate(in invalidation);
        }
    }

    public void Save(StateWriter to)
    {
        Combined.Save(to);
        Stage2.Save(to);
    }

    public void Restore(StateReader from)
    {
        Combined.Restore(from);
        Stage2.Restore(from);
    }
}

/// <summary>A kept translation.</summary>
/// <param name="Bank">VMID [15:8], or <see cref="TranslationCaches.HostBank"/>.</param>
internal readonly record struct KeptEntry(int Bank, TlbEntry Entry)
{
    public int Vmid => (Bank << 8) | Entry.Vmid;
}
