using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>A translation that the function was given.</summary>
/// <param name="Prefix">With whose PASID it asked, and whether as privileged; without the execute flag.</param>
/// <param name="Address">First untranslated address of the range.</param>
internal readonly record struct KeptTranslation(PasidPrefix Prefix, ulong Address, CompletionEntry Entry)
{
    /// <summary>The translated address of one in the range.</summary>
    public ulong Of(ulong address) => Entry.Address + (address - Address);
}

/// <summary>
/// An address translation cache (PCI Express Base Specification, Address Translation Cache): keeps what it was given until an Invalidate
/// Request names it or a newer one needs its place.
/// </summary>
internal sealed class TranslationCache
{
    private const int Most = 64;
    private const uint Execute = 1u << 20;

    // The oldest first.
    private readonly List<KeptTranslation> _kept = [];

    /// <summary>What is kept, in words.</summary>
    public IEnumerable<string> Lines => _kept.Select(static k =>
        $"0x{k.Address:x} to 0x{k.Address + ((1UL << k.Entry.Shift) - 1):x}{(k.Prefix.IsPresent ? $", PASID 0x{k.Prefix.Pasid:x}{(k.Prefix.Privileged ? ", privileged" : "")}" : "")}"
        + $" -> 0x{k.Entry.Address:x}, {(k.Entry.Read ? "r" : "-")}{(k.Entry.Write ? "w" : "-")}{(k.Entry.Execute ? "x" : "-")}");

    /// <summary>Null where there is none that permits the access.</summary>
    public KeptTranslation? Find(PasidPrefix prefix, ulong address, bool write)
    {
        PasidPrefix owner = Owner(prefix);
        int at = _kept.FindIndex(k => k.Prefix == owner && address >> k.Entry.Shift == k.Address >> k.Entry.Shift
            && (write ? k.Entry.Write : k.Entry.Read) && (!prefix.Execute || write || k.Entry.Execute));
        return at < 0 ? null : _kept[at];
    }

    /// <summary>An entry that permits nothing is not kept.</summary>
    public void Keep(PasidPrefix prefix, ulong address, CompletionEntry entry)
    {
        PasidPrefix owner = Owner(prefix);
        _kept.RemoveAll(k => k.Prefix == owner && Meet(k, address, entry.Shift));
        if (!entry.Read && !entry.Write)
        {
            return;
        }

        if (_kept.Count == Most)
        {
            _kept.RemoveAt(0);
        }

        _kept.Add(new KeptTranslation(owner, address >> entry.Shift << entry.Shift, entry));
    }

    public void Invalidate(CacheInvalidation invalidation) => _kept.RemoveAll(k =>
        invalidation.Meets(k.Address, k.Entry.Shift)
        && k.Prefix.IsPresent == invalidation.Prefix.IsPresent
        && (invalidation.Global || k.Prefix.Pasid == invalidation.Prefix.Pasid));

    public void Clear() => _kept.Clear();

    public void Save(StateWriter to)
    {
        to.Write(_kept.Count);
        foreach (KeptTranslation kept in _kept)
        {
            to.Write(kept.Prefix.Raw);
            to.Write([kept.Address, kept.Entry.Raw]);
        }
    }

    public void Restore(StateReader from)
    {
        Clear();
        ulong[] words = new ulong[2];
        int count = from.ReadBelow(Most + 1, "a number of kept translations");
        for (int i = 0; i < count; i++)
        {
            PasidPrefix prefix = new(from.ReadUInt32());
            from.ReadWords(words);
            _kept.Add(new KeptTranslation(prefix, words[0], new CompletionEntry(words[1])));
        }
    }

    private static bool Meet(KeptTranslation kept, ulong address, int shift)
    {
        int larger = int.Max(kept.Entry.Shift, shift);
        return kept.Address >> larger == address >> larger;
    }

    private static PasidPrefix Owner(PasidPrefix prefix) => new(prefix.Raw & ~Execute);
}
