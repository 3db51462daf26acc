namespace GdbHost.Machine.SysRegs;

/// <summary>
/// Storage places of system registers. A register that exists at EL1, EL2 and EL3 has three consecutive places in
/// that order, so that hardware that works "at the target level" can index by it; places without a register (such as
/// a TTBR1_EL2 on a core without VHE) stay unused.
/// </summary>
internal enum Sr
{
    SctlrEl1, SctlrEl2, SctlrEl3,
    ActlrEl1, ActlrEl2, ActlrEl3,
    TcrEl1, TcrEl2, TcrEl3,
    Ttbr0El1, Ttbr0El2, Ttbr0El3,
    Ttbr1El1,
    MairEl1, MairEl2, MairEl3,
    AmairEl1, AmairEl2, AmairEl3,
    VbarEl1, VbarEl2, VbarEl3,
    EsrEl1, EsrEl2, EsrEl3,
    FarEl1, FarEl2, FarEl3,
    Afsr0El1, Afsr0El2, Afsr0El3,
    Afsr1El1, Afsr1El2, Afsr1El3,
    ElrEl1, ElrEl2, ElrEl3,
    SpsrEl1, SpsrEl2, SpsrEl3,
    TpidrEl1, TpidrEl2, TpidrEl3,
    TpidrEl0, TpidrroEl0,
    RmrEl1, RmrEl2, RmrEl3,
    HpfarEl2,
    HcrEl2,
    HstrEl2,
    HacrEl2,
    VtcrEl2,
    VttbrEl2,
    VmpidrEl2,
    VpidrEl2,
    CptrEl2,
    CptrEl3,
    CpacrEl1,
    MdcrEl2,
    MdcrEl3,
    ScrEl3,
    SderEl3,
    ParEl1,
    ContextidrEl1,
    CsselrEl1,
    CntfrqEl0,
    CntkctlEl1,
    CnthctlEl2,
    CntvoffEl2,
    MdscrEl1,
    OslarEl1,
    OsdlrEl1,

    /// <summary>Number of places.</summary>
    Count,
}
