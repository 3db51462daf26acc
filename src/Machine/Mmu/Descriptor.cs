using GdbHost.Machine.Common;

namespace GdbHost.Machine.Mmu;

/// <summary>What a descriptor is at its level.</summary>
internal enum DescriptorKind : byte
{
    /// <summary>Bit 0 is clear.</summary>
    Invalid,

    /// <summary>Bit 0 is set, but this level has no blocks, or is level 3 without bit 1.</summary>
    Reserved,

    Table,
    Block,
    Page,
}

/// <summary>A stage-1 or stage-2 descriptor (DDI 0487, VMSAv8-64 translation table format descriptors), Armv8.0 fields.</summary>
internal readonly record struct Descriptor(ulong Raw)
{
    private const ulong AddressBits = 0x0000_ffff_ffff_f000;

    /// <summary>Table descriptor: tables below are Non-secure.</summary>
    public bool NsTable => Raw.Bit(63);

    /// <summary>Table descriptor: limits AP of the tables below; bit 1 takes write access, bit 0 takes EL0 access.</summary>
    public int ApTable => (int)Raw.Field(62, 61);

    /// <summary>Table descriptor: UXNTable, or XNTable in a regime without EL0.</summary>
    public bool UxnTable => Raw.Bit(60);

    public bool PxnTable => Raw.Bit(59);

    /// <summary>UXN, or XN in a regime without EL0 and in stage 2.</summary>
    public bool Uxn => Raw.Bit(54);

    public bool Pxn => Raw.Bit(53);

    /// <summary>A hint that neighbors are alike; nothing here depends on it.</summary>
    public bool Contiguous => Raw.Bit(52);

    public bool NotGlobal => Raw.Bit(11);

    public bool AccessFlag => Raw.Bit(10);

    public byte Shareability => (byte)Raw.Field(9, 8);

    /// <summary>AP[2:1] of stage 1, S2AP of stage 2.</summary>
    public int Ap => (int)Raw.Field(7, 6);

    public bool Ns => Raw.Bit(5);

    /// <summary>AttrIndx[2:0] of stage 1.</summary>
    public int AttributeIndex => (int)Raw.Field(4, 2);

    /// <summary>MemAttr[3:0] of stage 2.</summary>
    public byte MemAttr => (byte)Raw.Field(5, 2);

    public DescriptorKind KindAt(int level, Granule granule)
    {
        if (!Raw.Bit(0))
        {
            return DescriptorKind.Invalid;
        }

        if (Raw.Bit(1))
        {
            return level == 3 ? DescriptorKind.Page : DescriptorKind.Table;
        }

        return granule.AllowsBlock(level) ? DescriptorKind.Block : DescriptorKind.Reserved;
    }

    /// <summary>The address field with all 48 bits, as the check against the output size sees it.</summary>
    public ulong Address(Granule granule) => Raw & AddressBits & (ulong.MaxValue << granule.Shift);
}
