using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.SysRegs;

/// <summary>What the system instructions act on. A fault is a Data Abort that the instruction takes instead.</summary>
internal interface IMaintenance
{
    /// <summary>TLBI on this core, or on all of them.</summary>
    void InvalidateTlb(TlbiOperation operation, ulong operand, bool everywhere);

    /// <summary>AT: sets PAR_EL1.</summary>
    Fault TranslateAddress(AtOperation operation, ulong address);

    /// <summary>DC ZVA.</summary>
    Fault ZeroBlock(ulong address, in Instruction i);

    /// <summary>
    /// DC and IC by address. Caches have no contents here, but the address must translate, and allow the access if
    /// there is one that it needs.
    /// </summary>
    Fault CheckAddress(ulong address, AccessType? needs);
}
