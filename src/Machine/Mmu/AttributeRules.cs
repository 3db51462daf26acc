namespace GdbHost.Machine.Mmu;

/// <summary>
/// How memory attributes come about: cacheability controls of stage 1, decoding of stage 2, and the combination of
/// both (DDI 0487, Combining memory type attributes). Results are in MAIR_EL1's encoding.
/// </summary>
internal static class AttributeRules
{
    private const byte OuterShareable = 2;
    private const byte InnerShareable = 3;
    private const byte NonCacheable = 0x44;
    private const int NibbleNonCacheable = 4;
    private const int NibbleWriteBack = 3;
    private const int NibbleWriteThrough = 2;

    /// <summary>Attributes while stage 1 is off.</summary>
    public static MemoryAttributes Stage1Off(in Stage1Setup setup, AccessType type)
    {
        if (setup.DefaultCacheable)
        {
            return MemoryAttributes.NormalWriteBack;
        }

        if (type != AccessType.Fetch)
        {
            return MemoryAttributes.DeviceNgnrne;
        }

        // SCTLR.I lets fetches be Write-Through Read-Allocate.
        return setup.InstructionCacheable ? new MemoryAttributes(0xaa, OuterShareable) : MemoryAttributes.NormalNonCacheable;
    }

    /// <summary>Attributes of a stage-1 leaf, after SCTLR.C and SCTLR.I.</summary>
    public static MemoryAttributes Stage1(in Stage1Setup setup, Descriptor leaf, AccessType type)
    {
        var attributes = new MemoryAttributes((byte)(setup.Mair >> (leaf.AttributeIndex * 8)), leaf.Shareability);
        bool cacheable = type == AccessType.Fetch ? setup.InstructionCacheable : setup.DataCacheable;
        return Settle(attributes.IsDevice || cacheable ? attributes : MemoryAttributes.NormalNonCacheable);
    }

    /// <summary>Attributes of a stage-2 leaf, after HCR_EL2.CD and HCR_EL2.ID.</summary>
    public static MemoryAttributes Stage2(in Stage2Setup setup, byte memAttr, byte shareability, AccessType type)
    {
        int outer = memAttr >> 2;
        int inner = memAttr & 3;
        if (outer == 0)
        {
            return new MemoryAttributes((byte)(inner << 2), OuterShareable);
        }

        bool disabled = type == AccessType.Fetch ? setup.InstructionCacheDisabled : setup.DataCacheDisabled;
        byte mair = disabled ? NonCacheable : (byte)((Stage2Nibble(outer) << 4) | Stage2Nibble(inner));
        return Settle(new MemoryAttributes(mair, shareability));
    }

    /// <summary>What both stages together say.</summary>
    public static MemoryAttributes Combine(MemoryAttributes stage1, MemoryAttributes stage2)
    {
        byte mair;
        if (stage1.IsDevice && stage2.IsDevice)
        {
            // The types are ordered nGnRnE, nGnRE, nGRE, GRE from strict to lax; the stricter one holds.
            mair = stage1.Mair < stage2.Mair ? stage1.Mair : stage2.Mair;
        }
        else if (stage1.IsDevice || stage2.IsDevice)
        {
            mair = stage1.IsDevice ? stage1.Mair : stage2.Mair;
        }
        else
        {
            mair = (byte)((CombineNibble(stage1.Mair >> 4, stage2.Mair >> 4) << 4)
                | CombineNibble(stage1.Mair & 15, stage2.Mair & 15));
        }

        return Settle(new MemoryAttributes(mair, CombineShareability(stage1.Shareability, stage2.Shareability)));
    }

    // Device memory and memory that is Non-cacheable in both domains is Outer Shareable, whatever was asked for.
    private static MemoryAttributes Settle(MemoryAttributes attributes) =>
        attributes.IsDevice || attributes.Mair == NonCacheable ? new MemoryAttributes(attributes.Mair, OuterShareable) : attributes;

    // Stage 2 has no allocation hints: cacheable means allocate on reads and writes. Inner 0 is reserved: Non-cacheable.
    private static int Stage2Nibble(int field) => field > 1 ? (field << 2) | 3 : NibbleNonCacheable;

    // Non-cacheable wins over Write-Through, which wins over Write-Back; the hints are stage 1's.
    private static int CombineNibble(int stage1, int stage2)
    {
        if (stage1 == NibbleNonCacheable || stage2 == NibbleNonCacheable)
        {
            return NibbleNonCacheable;
        }

        bool stage1WriteBack = (stage1 >> 2 & 1) != 0;
        bool stage2WriteBack = stage2 >> 2 == NibbleWriteBack;
        return stage1WriteBack && !stage2WriteBack ? (NibbleWriteThrough << 2) | (stage1 & 3) : stage1;
    }

    private static byte CombineShareability(byte stage1, byte stage2)
    {
        if (stage1 == OuterShareable || stage2 == OuterShareable)
        {
            return OuterShareable;
        }

        return stage1 == InnerShareable || stage2 == InnerShareable ? InnerShareable : (byte)0;
    }
}
