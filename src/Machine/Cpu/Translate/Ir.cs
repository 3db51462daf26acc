using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Cpu.Translate.Allocation;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Operations between instruction routines and host code. Values are named by the index of the operation that makes
/// them. Operands are A, B and C; <c>Aux</c> and <c>Imm</c> as said. "Leaves" means: may go to the interpreter for the
/// whole instruction, before anything of it was done.
/// </summary>
internal enum IrCode : byte
{
    None,

    /// <summary>Start of an instruction; Imm is its number in the unit.</summary>
    Start,

    /// <summary>A place that branches of the unit lead to: instruction Imm, the registers of <see cref="LoopShape"/> in theirs.</summary>
    Label,

    /// <summary>Imm.</summary>
    Const,

    /// <summary>Slot Aux.</summary>
    GetX,

    /// <summary>Slot Aux becomes A.</summary>
    SetX,

    /// <summary>Vector register Aux.</summary>
    GetQ,

    /// <summary>Low half of vector register Aux, upper half zero.</summary>
    GetD,

    /// <summary>Vector register Aux becomes A.</summary>
    SetQ,

    /// <summary>Address of the page of this code, plus Imm.</summary>
    PagePlus,

    // A op B.
    Add,
    Sub,
    And,
    Or,
    Xor,
    Mul,
    UMulHigh,
    SMulHigh,
    UDiv,
    SDiv,
    LslBy,
    LsrBy,
    AsrBy,
    RorBy,

    // A shifted by Imm.
    Lsl,
    Lsr,
    Asr,
    Ror,

    // A, or its low Aux bits, alone.
    Not,
    ZeroExtend,
    SignExtend,
    ByteSwap,
    LeadingZeros,

    // These set NZCV.
    AddFlags,
    SubFlags,
    AndFlags,
    AddCarryFlags,

    /// <summary>A + B + C flag.</summary>
    AddCarry,

    /// <summary>NZCV from bits 31:28 of A.</summary>
    SetNzcv,

    /// <summary>NZCV becomes Imm (as <see cref="HostFlags"/>) unless condition A holds.</summary>
    SetNzcvUnless,

    /// <summary>NZCV in bits 31:28.</summary>
    GetNzcv,

    /// <summary>NZCV from a comparison of the low elements of A and B. Leaves if one is a NaN.</summary>
    FpCompare,

    /// <summary>As <see cref="FpCompare"/> if C is 16, else NZCV are bits 3:0 of C.</summary>
    FpCompareIf,

    // Conditions; they emit nothing unless materialized.
    /// <summary>Condition code Aux of the flags.</summary>
    FlagCondition,

    /// <summary>A is zero, or not zero (Aux 1).</summary>
    ZeroCondition,

    /// <summary>Bit Imm of A is clear, or set (Aux 1).</summary>
    BitCondition,

    /// <summary>A if condition C holds, else B.</summary>
    Select,

    /// <summary>Leaves if FP is trapped.</summary>
    CheckFp,

    /// <summary>Ends the unit, after the interpreter has executed the instruction, if FPCR is not zero.</summary>
    CheckFpControl,

    /// <summary>Ends the unit, after the interpreter has executed the instruction, if FPSR.IXC is not set.</summary>
    CheckInexact,

    /// <summary>Leaves if SP is misaligned and checked.</summary>
    CheckSp,

    /// <summary>Leaves below Exception level Aux.</summary>
    CheckLevel,

    /// <summary>Leaves where SP_EL0 is the stack pointer in use.</summary>
    CheckSpSel,

    /// <summary>Leaves where DC ZVA may trap, or may meet Device memory.</summary>
    CheckZeroBlock,

    /// <summary>Leaves where something may follow from a change of the interrupt masks (<see cref="CpuState.Alert"/>).</summary>
    CheckAlert,

    /// <summary>Leaves where cache maintenance by address traps.</summary>
    CheckCacheLine,

    /// <summary>Leaves where reading CTR_EL0 traps.</summary>
    CheckCacheType,

    /// <summary>Part Aux of the state, a <see cref="StatePlace"/>.</summary>
    GetState,

    /// <summary>Part Aux of the state becomes A.</summary>
    SetState,

    /// <summary>Virtual time of the instruction.</summary>
    GetTime,

    /// <summary>
    /// Host address of A + (B shifted left by the low bits of Aux) + low word of Imm, where C bytes can be accessed; bit 7 of
    /// Aux: to store. Bits 46:32 of Imm are the alignment that is checked, bits 55:48 one more than the general register that A
    /// is, or 0. Leaves where that is not plain RAM. Bit 6 of Aux: only the distance from guest to host address is made, to which
    /// loads and stores add A and the displacement. Bit 5 of Aux: as if from EL0. Bit 4 of Aux:
    /// a later instruction stores there.
    /// </summary>
    Translate,

    /// <summary>Loads Aux bytes at host address A + Imm.</summary>
    Load,

    /// <summary>Loads Aux bytes (4, 8 or 16) into a vector, the rest zero.</summary>
    LoadVector,

    /// <summary>Stores Aux bytes of B at host address A + Imm.</summary>
    Store,

    /// <summary>Stores Aux bytes (4, 8 or 16) of vector B.</summary>
    StoreVector,

    /// <summary>The exclusive monitor watches Aux bytes at host address A.</summary>
    MarkExclusive,

    /// <summary>Stores B (and C, if it is one) of Aux bytes at host address A if the monitor holds; gives 0 or 1.</summary>
    StoreExclusive,

    ClearExclusive,

    /// <summary>The interpreter executes this instruction; every register may change.</summary>
    Interpret,

    /// <summary>Goes to page offset Imm (signed, may be outside the page).</summary>
    Branch,

    /// <summary>Goes to page offset Imm if condition A holds.</summary>
    BranchIf,

    /// <summary>Goes to A.</summary>
    BranchTo,

    // Between the two files.
    ToVector,
    ToGeneral,

    /// <summary>Low half of A, upper half cleared.</summary>
    LowHalf,

    /// <summary>
    /// A form of this unit, numbered by the high word of Imm, on A, B, C with the low word of Imm as immediate. Forms
    /// that are exact only for ordinary values leave for the others.
    /// </summary>
    Form,

    /// <summary>Constant vector number Imm of the unit.</summary>
    VectorConst,
}

/// <summary>Parts of a core's state that generated code may read or write.</summary>
internal enum StatePlace : byte
{
    /// <summary>SP_EL0 while another stack pointer is in use.</summary>
    SpEl0,

    /// <summary>PSTATE.DAIF in bits 9:6.</summary>
    Daif,

    /// <summary>PSTATE.EL.</summary>
    Level,

    /// <summary>The system register stored at place Imm (<see cref="SysRegs.Sr"/>).</summary>
    Stored,
}

/// <summary>What is known of an operation, or asked of it.</summary>
[Flags]
internal enum IrTraits : ushort
{
    None = 0,

    /// <summary>NZCV must be in memory after this.</summary>
    KeepFlags = 1,

    /// <summary>Bits 63:32 of the result are zero.</summary>
    ZeroExtended = 2,

    /// <summary>The result is in a vector register.</summary>
    InVector = 4,

    /// <summary>Nobody needs this.</summary>
    Dead = 8,

    /// <summary>Bits 127:64 of the result are zero.</summary>
    UpperZero = 16,

    /// <summary>This condition is needed as a value, before the flags change.</summary>
    Materialized = 32,

    /// <summary>Bits 127:32 of the result are zero.</summary>
    Single = 64,

    /// <summary>This register is in its host register when the unit comes here.</summary>
    AtLabel = 128,

    /// <summary>A condition behind this finds the host's flags as they were before it.</summary>
    SparesFlags = 256,
}

/// <summary>One operation of a unit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IrOp
{
    public const short NoValue = -1;

    public IrCode Code;

    /// <summary>64-bit form.</summary>
    public bool Wide;

    public byte Aux;

    public IrTraits Traits;

    public short A;
    public short B;
    public short C;

    /// <summary>Index of the last operation that needs the result, or -1.</summary>
    public short LastUse;

    /// <summary>One more than the guest register that becomes the result, or 0.</summary>
    public byte Becomes;

    public ulong Imm;

    public readonly bool Is(IrTraits trait) => (Traits & trait) != 0;
}
