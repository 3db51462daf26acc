using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>SPSR_EL1, SPSR_EL2, SPSR_EL3, Saved Program Status Registers (DDI 0487), the AArch64 layout.</summary>
internal readonly record struct Spsr(uint Raw)
{
    public const uint SoftwareStepBit = 1u << 21;
    public const uint IllegalStateBit = 1u << 20;

    /// <summary>NZCV.</summary>
    public uint Flags => Raw & 0xf000_0000;

    public bool SoftwareStep => Raw.Bit(21);

    public bool IllegalState => Raw.Bit(20);

    /// <summary>D, A, I, F in place.</summary>
    public uint Daif => Raw & 0x3c0;

    public bool DebugMasked => Raw.Bit(9);

    /// <summary>M[4]: the saved state is AArch32.</summary>
    public bool Aarch32 => Raw.Bit(4);

    /// <summary>M[3:2].</summary>
    public ExceptionLevel Level => (ExceptionLevel)Raw.Field(3, 2);

    /// <summary>M[1], reserved.</summary>
    public bool ReservedMode => Raw.Bit(1);

    /// <summary>M[0].</summary>
    public bool SpSel => Raw.Bit(0);
}
