using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu.Caches;

/// <summary>What a stream and substream's transactions go through, made from valid structures.</summary>
internal sealed class StreamContext
{
    /// <param name="ste">A valid entry.</param>
    /// <param name="cd">A valid descriptor; null where stage 1 is bypassed.</param>
    public StreamContext(StreamTableEntry ste, ContextDescriptor? cd)
    {
        Ste = ste;
        Cd = cd;
        Setup = new TranslationSetup(cd?.Stage1(ste.IsEl2) ?? default, ste.Stage2);
        Tag = TlbEntry.ContextOf(in Setup, ste.IsEl2 ? (ushort)0 : cd?.Asid ?? 0);
        GlobalTag = TlbEntry.GlobalContextOf(Tag);
        Bank = TranslationCaches.BankFor(in ste);
    }

    public StreamTableEntry Ste { get; }

    public ContextDescriptor? Cd { get; }

    /// <summary>Both stages as the walker takes them.</summary>
    public readonly TranslationSetup Setup;

    /// <summary>Whose entries in the TLB its translations are: stream world, VMID and ASID.</summary>
    public uint Tag { get; }

    public uint GlobalTag { get; }

    /// <summary>VMID [15:8], for which the tag has no room: which bank of the caches has its translations. EL2 with E2H has one of its own.</summary>
    public int Bank { get; }

    /// <summary>An address without the tag byte that TBI takes no notice of.</summary>
    public ulong WithoutTag(ulong address)
    {
        const ulong TagByte = 0xffUL << 56;
        Stage1Setup stage1 = Setup.Stage1;
        bool high = stage1.TwoRanges && (address >> 55 & 1) != 0;
        return !stage1.RangeOf(address).TopByteIgnored ? address : high ? address | TagByte : address & ~TagByte;
    }
}
