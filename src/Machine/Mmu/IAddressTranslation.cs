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
}

/// <summary>What an engine keeps of translations. Told when they may have become wrong.</summary>
internal interface IFastTlb
{
    /// <summary>Forgets every kept translation: after TLB maintenance, or a change of a register that translation reads.</summary>
    void Flush();
}
