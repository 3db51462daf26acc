using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Mmu;

/// <summary>The descriptor or control bit that refused an access.</summary>
internal enum PermissionSource : byte
{
    /// <summary>AP[2:1] of the leaf descriptor.</summary>
    Ap,

    /// <summary>APTable of a table descriptor above it.</summary>
    ApTable,

    /// <summary>UXN of the leaf; XN in a regime without EL0.</summary>
    Uxn,

    UxnTable,
    Pxn,
    PxnTable,

    /// <summary>SCTLR.WXN and the page is writable.</summary>
    Wxn,

    /// <summary>EL1 never executes what EL0 may write.</summary>
    WritableAtEl0,

    /// <summary>SCR_EL3.SIF and the memory is Non-secure.</summary>
    SecureFetchOnly,

    /// <summary>S2AP of the stage-2 leaf.</summary>
    S2Ap,

    /// <summary>XN of the stage-2 leaf.</summary>
    S2Xn,

    /// <summary>HCR_EL2.PTW: a stage-1 walk reached memory that stage 2 calls Device.</summary>
    TableWalkOnDevice,
}

/// <summary>Which register limits an address range.</summary>
internal enum RangeSelector : byte
{
    /// <summary>TTBR0_ELx with T0SZ, EPD0, TBI0.</summary>
    Low,

    /// <summary>TTBR1_EL1 with T1SZ, EPD1, TBI1.</summary>
    High,
}

/// <summary>Why a walk ended in a fault, with the numbers a person needs to mend it. Stage and level are in the <see cref="Fault"/>.</summary>
internal abstract record FaultReason
{
    /// <summary>Stage 1 is off and the address is wider than the implemented physical size.</summary>
    internal sealed record AddressTooWide(int NeedsBits, int GivesBits) : FaultReason;

    /// <summary>The address is in neither range (or not in the only one, then <paramref name="T1sz"/> is null).</summary>
    internal sealed record VaOutsideRanges(int T0sz, int? T1sz) : FaultReason;

    /// <summary>TnSZ is outside the values this core has.</summary>
    internal sealed record SizeFieldReserved(RangeSelector Range, int Value, int Least, int Most) : FaultReason;

    /// <summary>EPD0 or EPD1 is set.</summary>
    internal sealed record TableWalkDisabled(RangeSelector Range) : FaultReason;

    /// <summary>The intermediate address is wider than VTCR_EL2.T0SZ allows.</summary>
    internal sealed record IpaBeyondT0sz(int NeedsBits, int GivesBits, int T0sz) : FaultReason;

    /// <summary>VTCR_EL2.SL0 is reserved or does not fit T0SZ.</summary>
    internal sealed record StartLevelInconsistent(int Sl0, int T0sz, Granule Granule) : FaultReason;

    /// <summary>The base in TTBR or VTTBR has bits above the output size.</summary>
    internal sealed record TableBaseTooWide(ulong Base, int OutputBits) : FaultReason;

    /// <summary>Bit 0 of the descriptor is clear.</summary>
    internal sealed record InvalidDescriptor(int Index, ulong DescriptorAddress) : FaultReason;

    /// <summary>The descriptor is of a kind its level does not have.</summary>
    internal sealed record ReservedDescriptor(int Index, ulong DescriptorAddress) : FaultReason;

    /// <summary>The address in a descriptor has bits above the output size.</summary>
    internal sealed record OutputTooWide(DescriptorKind Kind, ulong Output, int OutputBits) : FaultReason;

    /// <summary>AF of the leaf is clear; Armv8.0 hardware does not set it.</summary>
    internal sealed record AccessFlagClear(ulong DescriptorAddress) : FaultReason;

    /// <summary>The permissions do not allow the access.</summary>
    internal sealed record PermissionDenied(PermissionSource Source) : FaultReason;

    /// <summary>The bus refused the read of a descriptor.</summary>
    internal sealed record BusRefused(ulong DescriptorAddress, BusResult Result) : FaultReason;
}
