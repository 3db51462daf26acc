using GdbHost.Machine.Common;

namespace GdbHost.Machine.Mmu;

/// <summary>
/// Address translation of one core, as its engine uses it. The implementation holds the TLB and reads the core's
/// system registers itself.
/// </summary>
internal interface IAddressTranslation
{
    /// <summary>
    /// Translates for an access at the given level (EL0 for unprivileged accesses from EL1), through the TLB, with
    /// permission checks. The result may be kept by the engine until <see cref="IFastTlb.Flush"/> is called.
    /// </summary>
    Translation Translate(ulong address, AccessType type, ExceptionLevel level);

    /// <summary>To be called after a change of any register that translation reads. Keeps the TLBs: their entries have tags.</summary>
    void RegistersChanged();

    /// <summary>Forgets everything, as a reset of the core does.</summary>
    void Reset();

    /// <summary>Completes a TLBI with what it takes from this core, for <see cref="Invalidate"/> of this or of every core.</summary>
    TlbInvalidation Complete(TlbiOperation operation, ulong operand);

    /// <summary>TLBI, on this core's TLBs.</summary>
    void Invalidate(in TlbInvalidation invalidation);

    /// <summary>AT at the current Exception level.</summary>
    AtResult AddressTranslate(AtOperation operation, ulong address);
}

/// <summary>Address translation of one core, as those use it who look on: nothing here has an effect on the machine.</summary>
internal interface ITranslationView
{
    /// <summary>Translates by walking, beside the TLBs.</summary>
    /// <param name="address">The virtual address.</param>
    /// <param name="type">The access to check permissions for.</param>
    /// <param name="level">Whose view: EL0 and EL1 share a regime, which need not be the one that runs.</param>
    /// <param name="trace">Takes the record of the walk.</param>
    Translation Look(ulong address, AccessType type, ExceptionLevel level, WalkTrace? trace = null);

    /// <summary>Like <see cref="Look"/>, for an intermediate physical address of the current VMID: stage 2 alone.</summary>
    Translation LookStage2(ulong intermediate, AccessType type, WalkTrace? trace = null);

    /// <summary>What the TLB holds for an address, which need not be what the tables say; null where it holds nothing.</summary>
    Translation? Kept(ulong address, AccessType type, ExceptionLevel level);
}

/// <summary>What an AT instruction does: writes PAR_EL1, or takes a Data Abort with CM and WnR set instead.</summary>
internal readonly record struct AtResult(ulong Par, Fault Exception);

/// <summary>What an engine keeps of translations. Told when they may have become wrong.</summary>
internal interface IFastTlb
{
    /// <summary>Forgets every kept translation: after TLB maintenance, or a change of a register that translation reads.</summary>
    void Flush();

    /// <summary>
    /// Forgets what is kept of a range, of all levels: its entry has left the TLB. So what is kept is always a part of
    /// the TLB, and the TLB does not depend on what an engine keeps: a snapshot need not hold it, nor two engines agree.
    /// </summary>
    /// <param name="page">First address of the range; bits 63:56 are those of bit 55.</param>
    /// <param name="shift">log2 of the range.</param>
    /// <param name="code">Instructions may have been fetched from it: the next fetch must ask again.</param>
    void Forget(ulong page, int shift, bool code);
}
