namespace GdbHost.Machine.Mmu;

/// <summary>The AArch64 translation regimes of Armv8.0 (DDI 0487, Translation regimes).</summary>
internal enum Regime : byte
{
    /// <summary>EL1&amp;0: two address ranges, an ASID, and stage 2 where EL2 is in use.</summary>
    El10,

    /// <summary>EL2: one address range, no ASID.</summary>
    El2,

    /// <summary>EL3: one address range, no ASID, always Secure.</summary>
    El3,
}
