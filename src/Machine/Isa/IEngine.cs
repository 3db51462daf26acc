using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa;

/// <summary>A condition in an engine: a truth value in the interpreter, the name of one in a translator.</summary>
internal readonly record struct Condition(bool Holds, int Id = 0);

/// <summary>
/// Memory that was translated and may be accessed: a host address, or a small number for what is not plain RAM, or
/// in a translator the name of a check.
/// </summary>
internal readonly record struct Pointer(ulong Value);

/// <summary>What kind of access a load or store makes, where it differs from the ordinary.</summary>
internal enum MemoryKind
{
    Ordinary,

    /// <summary>LDTR and STTR: as if from EL0.</summary>
    Unprivileged,

    /// <summary>Exclusives and load-acquire/store-release: always aligned, whatever SCTLR_ELx.A says.</summary>
    Ordered,
}

/// <summary>
/// The words in which instruction routines are written. The interpreter does what they say at once; a translator
/// writes code that does it. A general value is a <c>ulong</c>: its bits, or a translator's name for it; so routines
/// compute with these members only, never with C# operators on values. What comes from the
/// <see cref="Instruction"/> (numbers, immediates) is constant in both and may be computed with freely.
/// Memory is in two phases: ask for a <see cref="Pointer"/>, return <see cref="Flow.Fault"/> if it is bad, then access,
/// which cannot fail.
/// </summary>
internal interface IEngine
{
    // General registers and constants.
    ulong X(int slot);

    void SetX(int slot, ulong value);

    ulong Const(ulong value);

    /// <summary>The address of this instruction plus a constant.</summary>
    ulong PcPlus(in Instruction i, ulong offset);

    /// <summary>The address of this instruction with bits 11:0 cleared, plus a constant.</summary>
    ulong PagePlus(in Instruction i, ulong offset);

    // Integer arithmetic. Results of 32-bit forms are zero-extended.
    ulong Add<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong Sub<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong And<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong Or<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong Xor<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong Not<W>(ulong a)
        where W : struct, IWidth;

    ulong Mul<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong UMulHigh(ulong a, ulong b);

    ulong SMulHigh(ulong a, ulong b);

    /// <summary>Unsigned division; division by zero gives zero.</summary>
    ulong UDiv<W>(ulong a, ulong b)
        where W : struct, IWidth;

    /// <summary>Signed division, rounding to zero; division by zero gives zero, the overflow case wraps.</summary>
    ulong SDiv<W>(ulong a, ulong b)
        where W : struct, IWidth;

    // Shifts by a constant, 0 to width - 1.
    ulong Lsl<W>(ulong a, int amount)
        where W : struct, IWidth;

    ulong Lsr<W>(ulong a, int amount)
        where W : struct, IWidth;

    ulong Asr<W>(ulong a, int amount)
        where W : struct, IWidth;

    ulong Ror<W>(ulong a, int amount)
        where W : struct, IWidth;

    // Shifts by a value, taken modulo the width.
    ulong LslBy<W>(ulong a, ulong amount)
        where W : struct, IWidth;

    ulong LsrBy<W>(ulong a, ulong amount)
        where W : struct, IWidth;

    ulong AsrBy<W>(ulong a, ulong amount)
        where W : struct, IWidth;

    ulong RorBy<W>(ulong a, ulong amount)
        where W : struct, IWidth;

    /// <summary>Zero-extends the low <paramref name="bits"/> (8, 16 or 32) of a value.</summary>
    ulong ZeroExtend(ulong a, int bits);

    /// <summary>Sign-extends the low <paramref name="bits"/> (8, 16 or 32) of a value to the width.</summary>
    ulong SignExtend<W>(ulong a, int bits)
        where W : struct, IWidth;

    ulong Scalar<TOp>(ulong a)
        where TOp : struct, IScalar1;

    ulong Scalar<TOp>(ulong a, ulong b)
        where TOp : struct, IScalar2;

    // Flags. Each gives the result and sets NZCV.
    ulong AddFlags<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong SubFlags<W>(ulong a, ulong b)
        where W : struct, IWidth;

    ulong AndFlags<W>(ulong a, ulong b)
        where W : struct, IWidth;

    /// <summary>a + b + C. SBC is this with b inverted.</summary>
    ulong AddWithCarry<W>(ulong a, ulong b)
        where W : struct, IWidth;

    /// <summary>a + b + C, setting NZCV.</summary>
    ulong AddWithCarryFlags<W>(ulong a, ulong b)
        where W : struct, IWidth;

    /// <summary>Sets NZCV from bits 31:28 of a value.</summary>
    void SetNzcv(ulong value);

    /// <summary>Sets NZCV from bits 31:28 of a constant, unless the condition holds.</summary>
    void SetNzcvUnless(Condition condition, uint nzcv);

    /// <summary>NZCV in bits 31:28, all else zero.</summary>
    ulong Nzcv();

    /// <summary>A condition code, 0 (EQ) to 15; 14 and 15 always hold.</summary>
    Condition Cond(int code);

    Condition IsZero<W>(ulong a)
        where W : struct, IWidth;

    Condition IsNotZero<W>(ulong a)
        where W : struct, IWidth;

    Condition BitIsSet(ulong a, int bit);

    Condition BitIsClear(ulong a, int bit);

    ulong Select<W>(Condition condition, ulong ifHolds, ulong otherwise)
        where W : struct, IWidth;

    Vec SelectVector(Condition condition, Vec ifHolds, Vec otherwise);

    // Control.
    /// <summary>Branches to this instruction's address plus a constant.</summary>
    Flow Branch(in Instruction i, ulong offset);

    Flow BranchIf(Condition condition, in Instruction i, ulong offset);

    Flow BranchTo(ulong target);

    /// <summary>Hands the instruction to the core.</summary>
    Flow Leave<TCall>(in Instruction i)
        where TCall : struct, ICoreCall;

    /// <summary>FP and SIMD access is trapped in this state.</summary>
    bool FpDisabled();

    /// <summary>SP is misaligned and its alignment is checked.</summary>
    bool SpMisaligned();

    // Memory. Alignment is that of one element, in bytes; it is checked where SCTLR_ELx.A, the kind or the memory type says so.
    Pointer ToRead(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind = MemoryKind.Ordinary);

    Pointer ToWrite(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind = MemoryKind.Ordinary);

    bool Bad(Pointer p);

    /// <summary>Loads 1, 2, 4 or 8 bytes, zero-extended.</summary>
    ulong Load(Pointer p, int offset, int bytes);

    void Store(Pointer p, int offset, int bytes, ulong value);

    /// <summary>Loads 16 bytes.</summary>
    Vec LoadVector(Pointer p, int offset);

    void StoreVector(Pointer p, int offset, Vec value);

    /// <summary>Sets the exclusive monitor on memory that is about to be loaded.</summary>
    void MarkExclusive(Pointer p, ulong address, int bytes);

    /// <summary>
    /// Stores one value of 1 to 8 bytes, or a pair of 4 or 8 bytes each (<paramref name="pair"/>), if the exclusive
    /// monitor still holds; clears the monitor. Gives 0 for stored, 1 for not.
    /// </summary>
    ulong StoreExclusive(Pointer p, ulong address, int bytes, bool pair, ulong low, ulong high);

    void ClearExclusive();

    // Vector registers. S and D forms write the low part and clear the rest.
    Vec Q(int register);

    void SetQ(int register, Vec value);

    /// <summary>Low 64 bits of a vector register.</summary>
    ulong D(int register);

    /// <summary>Writes the low 64 bits and clears the upper half.</summary>
    void SetD(int register, ulong value);

    // Scalar floating point: values as D and SetD give and take them, which costs an engine less than whole vectors.
    ulong FpScalar<TOp>(ulong a, int imm)
        where TOp : struct, IFpScalar1;

    ulong FpScalar<TOp>(ulong a, ulong b)
        where TOp : struct, IFpScalar2;

    ulong FpScalar<TOp>(ulong a, ulong b, ulong c)
        where TOp : struct, IFpScalar3;

    Vec VectorConst(Vector128<byte> value);

    Vec Vector<TOp>(Vec a, int imm)
        where TOp : struct, IVector1;

    Vec Vector<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IVector2;

    Vec Vector<TOp>(Vec d, Vec a, Vec b, int imm)
        where TOp : struct, IVector3;

    Vec FpVector<TOp>(Vec a, int imm)
        where TOp : struct, IFpVector1;

    Vec FpVector<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IFpVector2;

    Vec FpVector<TOp>(Vec d, Vec a, Vec b, int imm)
        where TOp : struct, IFpVector3;

    ulong ToScalar<TOp>(Vec a, int imm)
        where TOp : struct, IVectorToScalar;

    ulong ToScalar<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IVectorPairToScalar;

    Vec FromScalar<TOp>(Vec d, ulong a, int imm)
        where TOp : struct, IScalarToVector;
}

/// <summary>A 128-bit value in an engine: the bits in the interpreter, a name in a translator.</summary>
internal readonly record struct Vec(Vector128<byte> Bits);
