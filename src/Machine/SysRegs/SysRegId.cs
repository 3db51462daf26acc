namespace GdbHost.Machine.SysRegs;

/// <summary>Encoding of a system register: op0, op1, CRn, CRm, op2 (DDI 0487, System instruction encodings).</summary>
internal readonly record struct SysRegId
{
    public SysRegId(int op0, int op1, int crn, int crm, int op2)
    {
        Packed = (ushort)((op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2);
    }

    private SysRegId(ushort packed)
    {
        Packed = packed;
    }

    /// <summary>The sixteen bits op0:op1:CRn:CRm:op2, as they stand in bits 20:5 of MRS and MSR.</summary>
    public ushort Packed { get; }

    public int Op0 => Packed >> 14;

    public int Op1 => (Packed >> 11) & 7;

    public int Crn => (Packed >> 7) & 15;

    public int Crm => (Packed >> 3) & 15;

    public int Op2 => Packed & 7;

    /// <summary>The register an MRS, MSR, SYS or SYSL word names.</summary>
    public static SysRegId FromWord(uint word) => new((ushort)(word >> 5));

    public override string ToString() => $"S{Op0}_{Op1}_C{Crn}_C{Crm}_{Op2}";
}
