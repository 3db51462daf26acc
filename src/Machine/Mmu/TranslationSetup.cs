namespace GdbHost.Machine.Mmu;

/// <summary>One input address range of stage 1 and the tables that translate it (TTBRn and its half of TCR).</summary>
internal readonly record struct TableRange
{
    /// <summary>The table base, bits [47:1] as they stand in TTBR; bits below the table's size are ignored.</summary>
    public ulong Base { get; init; }

    /// <summary>TnSZ as written.</summary>
    public int SizeField { get; init; }

    public Granule Granule { get; init; }

    /// <summary>EPDn: a miss in this range faults instead of walking.</summary>
    public bool WalkDisabled { get; init; }

    /// <summary>TBIn: bits [63:56] of the address take no part.</summary>
    public bool TopByteIgnored { get; init; }

    /// <summary>HPDn, HADn: permissions in table descriptors mean nothing. Cortex-A53 has no such control.</summary>
    public bool HierarchyDisabled { get; init; }

    /// <summary>Width of the range's addresses.</summary>
    public int InputBits => 64 - SizeField;
}

/// <summary>
/// Everything stage 1 of a regime depends on, decoded. A core makes it from its registers; an SMMU makes it from a
/// context descriptor.
/// </summary>
internal readonly record struct Stage1Setup
{
    public Regime Regime { get; init; }

    /// <summary>False: addresses pass through, checked against <see cref="PageTableWalker.PhysicalBits"/>.</summary>
    public bool Enabled { get; init; }

    /// <summary>The regime belongs to the Secure state.</summary>
    public bool Secure { get; init; }

    /// <summary>TTBR0's range; the only one but in <see cref="Regime.El10"/>.</summary>
    public TableRange Low { get; init; }

    /// <summary>TTBR1's range.</summary>
    public TableRange High { get; init; }

    /// <summary>Width of output addresses: IPS or PS, limited to what is implemented.</summary>
    public int OutputBits { get; init; }

    /// <summary>MAIR: eight attribute bytes.</summary>
    public ulong Mair { get; init; }

    /// <summary>SCTLR.EE: descriptors are big-endian.</summary>
    public bool BigEndian { get; init; }

    /// <summary>SCTLR.WXN: what is writable is not executable.</summary>
    public bool WriteImpliesExecuteNever { get; init; }

    /// <summary>SCTLR.C: cacheable data accesses stay cacheable.</summary>
    public bool DataCacheable { get; init; }

    /// <summary>SCTLR.I: cacheable instruction fetches stay cacheable.</summary>
    public bool InstructionCacheable { get; init; }

    /// <summary>HCR_EL2.DC: while stage 1 is off, memory is Normal write-back.</summary>
    public bool DefaultCacheable { get; init; }

    /// <summary>SCR_EL3.SIF: Secure state does not execute from Non-secure memory.</summary>
    public bool SecureFetchOnly { get; init; }

    /// <summary>AFFD of a context descriptor: a clear Access flag is no fault. A core has no such control.</summary>
    public bool AccessFlagFaultDisabled { get; init; }

    public bool TwoRanges => Regime == Regime.El10;

    /// <summary>The range an address selects: bit 55 decides where there are two.</summary>
    public TableRange RangeOf(ulong address) => TwoRanges && (address >> 55 & 1) != 0 ? High : Low;
}

/// <summary>
/// Everything stage 2 depends on, decoded. A core makes it from VTCR_EL2, VTTBR_EL2 and HCR_EL2; an SMMU makes it
/// from a stream table entry.
/// </summary>
internal readonly record struct Stage2Setup
{
    /// <summary>False: intermediate addresses are physical ones.</summary>
    public bool Enabled { get; init; }

    /// <summary>VMID: 8 bits on Cortex-A53.</summary>
    public byte Vmid { get; init; }

    /// <summary>The table base, bits [47:1] as they stand in VTTBR_EL2.</summary>
    public ulong Base { get; init; }

    /// <summary>T0SZ as written.</summary>
    public int SizeField { get; init; }

    /// <summary>SL0 as written.</summary>
    public int StartLevelField { get; init; }

    public Granule Granule { get; init; }

    /// <summary>Width of output addresses: PS, limited to what is implemented.</summary>
    public int OutputBits { get; init; }

    /// <summary>SCTLR_EL2.EE: descriptors are big-endian.</summary>
    public bool BigEndian { get; init; }

    /// <summary>HCR_EL2.PTW: a stage-1 walk must not touch Device memory.</summary>
    public bool ProtectedTableWalk { get; init; }

    /// <summary>S2AFFD of a stream table entry: a clear Access flag is no fault. A core has no such control.</summary>
    public bool AccessFlagFaultDisabled { get; init; }

    /// <summary>HCR_EL2.CD: stage 2 makes data accesses Non-cacheable.</summary>
    public bool DataCacheDisabled { get; init; }

    /// <summary>HCR_EL2.ID: stage 2 makes instruction fetches Non-cacheable.</summary>
    public bool InstructionCacheDisabled { get; init; }

    /// <summary>Width of intermediate addresses.</summary>
    public int InputBits => 64 - SizeField;

    /// <summary>Level the walk starts at; meaningful when <see cref="IsConsistent"/>.</summary>
    public int StartLevel => Granule == Granule.Size4KiB ? 2 - StartLevelField : 3 - StartLevelField;

    /// <summary>
    /// Whether SL0 is allowed and fits T0SZ, with up to sixteen concatenated tables at the start level (DDI 0487,
    /// VTCR_EL2.SL0). With 40-bit physical addresses a 4 KiB walk may start at level 1 or 2, a 64 KiB walk at 2 or 3.
    /// </summary>
    public bool IsConsistent
    {
        get
        {
            // CONSTRAINED UNPREDICTABLE: an input wider than the implemented physical size faults, as QEMU has it.
            if (StartLevelField > 1 || SizeField > PageTableWalker.LargestSizeField || InputBits > PageTableWalker.PhysicalBits)
            {
                return false;
            }

            int firstTableBits = InputBits - Granule.EntryShift(StartLevel);
            return firstTableBits >= 1 && firstTableBits <= Granule.Stride + 4;
        }
    }
}

/// <summary>Both stages of one regime. Fields, so that a walk can go by reference.</summary>
internal readonly struct TranslationSetup(Stage1Setup stage1, Stage2Setup stage2)
{
    public readonly Stage1Setup Stage1 = stage1;

    public readonly Stage2Setup Stage2 = stage2;
}
