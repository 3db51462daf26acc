using System.IO;

namespace GdbHost.Machine.Mmu;

/// <summary>
/// One kept translation. It answers for the aligned range <see cref="Shift"/>, and goes when TLB maintenance names
/// any address of stage 1's block or page, which may be larger.
/// </summary>
internal struct TlbEntry
{
    private const uint Valid = 1u << 31;
    private const int RegimeShift = 28;
    private const uint GlobalBit = 1u << 30;
    private const uint SecureBit = 1u << 27;
    private const uint Stage1Bit = 1u << 26;
    private const uint Stage2Bit = 1u << 25;
    private const uint DefaultCacheableBit = 1u << 24;
    private const int VmidShift = 16;
    private const uint AsidMask = 0xffff;
    private const uint RegimeMask = 3u << RegimeShift;
    private const uint VmidMask = 0xffu << VmidShift;
    private const int SmallestShift = 12;

    /// <summary>First input address of the range, without tag byte.</summary>
    public ulong Page;

    /// <summary>Physical address of the range's start.</summary>
    public ulong Output;

    /// <summary>Intermediate physical address of the range's start.</summary>
    public ulong Intermediate;

    /// <summary>Whose translation it is; zero for a free place.</summary>
    public uint Context;

    public Permissions Stage1Permissions;

    public Permissions Stage2Permissions;

    /// <summary>Combined attributes in MAIR encoding; MemAttr as it stands in the descriptor for an entry of stage 2 alone.</summary>
    public byte Mair;

    public byte Shareability;

    /// <summary>log2 of the range.</summary>
    public byte Shift;

    /// <summary>log2 of stage 1's block or page.</summary>
    public byte Stage1Shift;

    public byte Stage1Level;

    public byte Stage2Level;

    /// <summary>1 where the output is Non-secure. Its width fills the entry, which is saved as bytes.</summary>
    public uint NonSecure;

    public readonly bool IsValid => Context != 0;

    public readonly bool IsGlobal => (Context & GlobalBit) != 0;

    public readonly Regime Regime => (Regime)(Context >> RegimeShift & 3);

    public readonly bool IsSecure => (Context & SecureBit) != 0;

    public readonly byte Vmid => (byte)(Context >> VmidShift);

    public readonly ushort Asid => (ushort)(Context & AsidMask);

    public readonly MemoryAttributes Attributes => new(Mair, Shareability);

    private readonly ulong Within => (1UL << Shift) - 1;

    /// <summary>
    /// The context of a regime with this ASID. Which stages are on is part of it, so that turning one on or off never
    /// meets what was kept in the other state; DDI 0487 asks no TLB maintenance for that of SCTLR_ELx.M.
    /// </summary>
    public static uint ContextOf(in TranslationSetup setup, ushort asid) =>
        Valid
        | ((uint)setup.Stage1.Regime << RegimeShift)
        | (setup.Stage1.Secure ? SecureBit : 0)
        | (setup.Stage1.Enabled ? Stage1Bit : 0)
        | (setup.Stage2.Enabled ? Stage2Bit : 0)
        | (setup.Stage1.DefaultCacheable ? DefaultCacheableBit : 0)
        | ((uint)setup.Stage2.Vmid << VmidShift)
        | asid;

    /// <summary>The same context for entries that stand for every ASID.</summary>
    public static uint GlobalContextOf(uint context) => (context & ~AsidMask) | GlobalBit;

    /// <summary>The context of stage 2 alone.</summary>
    public static uint Stage2Context(byte vmid) => Valid | Stage2Bit | ((uint)vmid << VmidShift);

    /// <summary>
    /// The contexts whose entries an operation concerns: for one on an address those in whose name there may be entries of it.
    /// </summary>
    public static TlbContexts ContextsOf(in TlbInvalidation invalidation)
    {
        Regime regime = invalidation.Operation switch
        {
            TlbiOperation.Alle2 or TlbiOperation.Vae2 or TlbiOperation.Vale2 => Regime.El2,
            TlbiOperation.Alle3 or TlbiOperation.Vae3 or TlbiOperation.Vale3 => Regime.El3,
            _ => Regime.El10,
        };
        uint mask = Valid | RegimeMask;
        uint value = Valid | ((uint)regime << RegimeShift);
        if (regime == Regime.El10)
        {
            mask |= SecureBit;
            value |= invalidation.Secure ? SecureBit : 0;
            if (invalidation.Operation != TlbiOperation.Alle1)
            {
                mask |= VmidMask;
                value |= (uint)invalidation.Vmid << VmidShift;
            }

            if (invalidation.Operation == TlbiOperation.Aside1)
            {
                mask |= GlobalBit | AsidMask;
                value |= invalidation.Asid;
            }
        }

        return new TlbContexts(mask, value);
    }

    public static TlbEntry ForStage2(byte vmid, ulong intermediate, in Stage2Leaf leaf)
    {
        ulong within = (1UL << leaf.Shift) - 1;
        return new TlbEntry
        {
            Page = intermediate & ~within,
            Output = leaf.Output & ~within,
            Intermediate = intermediate & ~within,
            Context = Stage2Context(vmid),
            Stage1Permissions = PermissionRules.All,
            Stage2Permissions = leaf.Permissions,
            Mair = leaf.MemAttr,
            Shareability = leaf.Shareability,
            Shift = (byte)leaf.Shift,
            Stage1Shift = (byte)leaf.Shift,
            Stage2Level = (byte)leaf.Level,
            NonSecure = 1,
        };
    }

    /// <summary>Keeps the result of a walk.</summary>
    /// <param name="address">The input address, without tag byte.</param>
    /// <param name="context">From <see cref="ContextOf"/>.</param>
    /// <param name="result">A result without fault.</param>
    public static TlbEntry ForWalk(ulong address, uint context, in WalkResult result)
    {
        ulong within = (1UL << result.RangeShift) - 1;
        return new TlbEntry
        {
            Page = address & ~within,
            Output = result.Physical & ~within,
            Intermediate = result.Intermediate & ~within,
            Context = result.Global ? GlobalContextOf(context) : context,
            Stage1Permissions = result.Stage1Permissions,
            Stage2Permissions = result.Stage2Permissions,
            Mair = result.Attributes.Mair,
            Shareability = result.Attributes.Shareability,
            Shift = (byte)result.RangeShift,
            Stage1Shift = (byte)((context & Stage1Bit) != 0 ? result.Stage1Shift : result.RangeShift),
            Stage1Level = (byte)result.Stage1Level,
            Stage2Level = (byte)result.Stage2Level,
            NonSecure = result.NonSecure ? 1u : 0,
        };
    }

    /// <summary>Refuses a saved entry that no walk can have made: what uses entries relies on ranges that are aligned.</summary>
    public readonly void Check()
    {
        const int LargestShift = 48;
        const int Levels = 4;
        bool possible = Shift is >= SmallestShift and <= LargestShift
            && Stage1Shift >= Shift && Stage1Shift <= LargestShift
            && ((Page | Output | Intermediate) & Within) == 0
            && Stage1Level < Levels && Stage2Level < Levels && Regime <= Regime.El3;
        if (!possible)
        {
            throw new InvalidDataException($"saved state has an impossible TLB entry for 0x{Page:x}");
        }
    }

    public readonly ulong OutputOf(ulong address) => Output | (address & Within);

    public readonly ulong IntermediateOf(ulong address) => Intermediate | (address & Within);
}

/// <summary>Contexts that have a value where a mask has ones.</summary>
internal readonly record struct TlbContexts(uint Mask, uint Value)
{
    public bool Include(uint context) => (context & Mask) == Value;
}
