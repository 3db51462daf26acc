namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>General registers of the host, by encoding.</summary>
internal enum Gpr : sbyte
{
    None = -1,
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}

/// <summary>Vector registers of the host, by encoding.</summary>
internal enum Xmm : sbyte
{
    None = -1,
    X0,
    X1,
    X2,
    X3,
    X4,
    X5,
    X6,
    X7,
    X8,
    X9,
    X10,
    X11,
    X12,
    X13,
    X14,
    X15,
}

/// <summary>Condition codes of the host (SDM volume 2, "Condition codes"), by encoding.</summary>
internal enum HostCondition : byte
{
    Overflow = 0,
    NotOverflow = 1,
    Below = 2,
    AboveOrEqual = 3,
    Equal = 4,
    NotEqual = 5,
    BelowOrEqual = 6,
    Above = 7,
    Sign = 8,
    NotSign = 9,
    Parity = 10,
    NotParity = 11,
    Less = 12,
    GreaterOrEqual = 13,
    LessOrEqual = 14,
    Greater = 15,
}

/// <summary>Two-operand integer operations, by their number in the opcode.</summary>
internal enum Alu : byte
{
    Add = 0,
    Or = 1,
    Adc = 2,
    Sbb = 3,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// <summary>Shifts by an immediate or by CL, by their number in the opcode.</summary>
internal enum ShiftKind : byte
{
    Ror = 1,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// <summary>The mandatory prefix of a vector instruction (VEX.pp).</summary>
internal enum Prefix : byte
{
    None = 0,
    P66 = 1,
    F3 = 2,
    F2 = 3,
}

/// <summary>The opcode map of a vector instruction (VEX.mmmmm).</summary>
internal enum Map : byte
{
    M0F = 1,
    M0F38 = 2,
    M0F3A = 3,
}

/// <summary>A vector instruction without its operands: prefix, map, opcode and VEX.W.</summary>
internal readonly record struct VexOp(Prefix Prefix, Map Map, byte Code, bool W = false);

/// <summary>A memory operand: base + index * 2^scale + displacement.</summary>
internal readonly record struct Mem(Gpr Base, int Displacement, Gpr Index = Gpr.None, int Scale = 0);
