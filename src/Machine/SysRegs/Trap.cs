using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs;

/// <summary>What stands in the way of an access.</summary>
internal enum TrapKind : byte
{
    None,

    /// <summary>The instruction is UNDEFINED: EC 0x00.</summary>
    Undefined,

    /// <summary>Trapped system register access: EC 0x18.</summary>
    Access,

    /// <summary>Trapped FP and SIMD access: EC 0x07.</summary>
    FpAccess,
}

/// <summary>A trap of an access, and the Exception level it goes to; a trap to EL1 goes to EL2 where HCR_EL2.TGE is set.</summary>
internal readonly record struct Trap(TrapKind Kind, ExceptionLevel Target)
{
    public static readonly Trap None;

    public static readonly Trap Undefined = new(TrapKind.Undefined, ExceptionLevel.El1);

    public bool Happens => Kind != TrapKind.None;

    public static Trap To(ExceptionLevel target) => new(TrapKind.Access, target);

    public static Trap FpTo(ExceptionLevel target) => new(TrapKind.FpAccess, target);
}
