namespace GdbHost.Machine.Mmu;

/// <summary>The A64 TLBI operations of Armv8.0, without their Inner Shareable forms (DDI 0487, TLB maintenance instructions).</summary>
internal enum TlbiOperation : byte
{
    Vmalle1,
    Vae1,
    Aside1,
    Vaae1,
    Vale1,
    Vaale1,
    Ipas2e1,
    Ipas2le1,
    Alle2,
    Vae2,
    Alle1,
    Vale2,
    Vmalls12e1,
    Alle3,
    Vae3,
    Vale3,
}

/// <summary>
/// A TLBI operation with everything it takes from the core that issues it, so that an Inner Shareable form can be
/// applied to every core as it is.
/// </summary>
/// <param name="Operation">Which.</param>
/// <param name="Secure">Security state of the entries meant.</param>
/// <param name="Vmid">Current VMID; 0 where there is no stage 2.</param>
/// <param name="Asid">ASID of the operand.</param>
/// <param name="Address">Byte address of the operand: VA with bits [63:56] zero, or IPA.</param>
internal readonly record struct TlbInvalidation(TlbiOperation Operation, bool Secure, byte Vmid, ushort Asid, ulong Address)
{
    /// <summary>The operation concerns the translations of one address.</summary>
    public bool HasAddress => Operation is
        TlbiOperation.Vae1 or TlbiOperation.Vaae1 or TlbiOperation.Vale1 or TlbiOperation.Vaale1
        or TlbiOperation.Vae2 or TlbiOperation.Vale2 or TlbiOperation.Vae3 or TlbiOperation.Vale3
        or TlbiOperation.Ipas2e1 or TlbiOperation.Ipas2le1;

    /// <summary>Of the entries of the address it takes only those that are global or of the ASID.</summary>
    public bool HasAsid => Operation is TlbiOperation.Vae1 or TlbiOperation.Vale1;
}

/// <summary>The AT operations of Armv8.0 (DDI 0487, AT); W forms ask about writing.</summary>
internal enum AtOperation : byte
{
    S1E1R,
    S1E1W,
    S1E0R,
    S1E0W,
    S1E2R,
    S1E2W,
    S12E1R,
    S12E1W,
    S12E0R,
    S12E0W,
    S1E3R,
    S1E3W,
}
