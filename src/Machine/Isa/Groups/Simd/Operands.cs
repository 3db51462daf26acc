using System.Runtime.CompilerServices;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>How a vector routine takes a source register.</summary>
internal interface ISource
{
    static abstract Vec Of<E>(ref E e, int register, in Instruction i)
        where E : struct, IEngine;
}

/// <summary>How a vector routine gives its result to the destination register.</summary>
internal interface IResult
{
    static abstract void To<E>(ref E e, in Instruction i, Vec value)
        where E : struct, IEngine;
}

/// <summary>
/// What the decode steps of Advanced SIMD put into an <see cref="Instruction"/> beside the register numbers:
/// <c>Option</c> is the number of bytes of the result, <c>Amount</c> the immediate of the operation (shift, index),
/// <c>Imm2</c> is 1 where a Long, Wide or Narrow instruction works on the upper half of the narrow operand (its name then
/// ends in 2).
/// </summary>
internal static class OperandFields
{
    public static void Registers(A64Word w, ref Instruction i)
    {
        i.Rd = w.Rd;
        i.Rn = w.Rn;
        i.Rm = w.Rm;
    }

    /// <summary>The old destination is the first operand and Rn the second.</summary>
    public static void DestinationFirst(A64Word w, ref Instruction i)
    {
        i.Rd = w.Rd;
        i.Rn = w.Rd;
        i.Rm = w.Rn;
    }

    /// <summary>Bytes of a vector, as Q says.</summary>
    public static byte VectorBytes(A64Word w) => (byte)(w.Q ? 16 : 8);

    /// <summary>The operation covers the vector, 8 or 16 bytes as Q says. Gives false where the arrangement is reserved.</summary>
    public static bool Vector(A64Word w, ref Instruction i, int sizes)
    {
        i.Option = VectorBytes(w);
        return Allowed(w, sizes) && (w.Q || w.VectorSize < 3);
    }

    /// <summary>The operation covers one element of the width that size says. Gives false where the width is reserved.</summary>
    public static bool Scalar(A64Word w, ref Instruction i, int sizes)
    {
        i.Option = (byte)(1 << w.VectorSize);
        return Allowed(w, sizes);
    }

    /// <summary>The operation covers 16 bytes; the narrow operand is the half that Q says.</summary>
    public static bool Long(A64Word w, ref Instruction i, int sizes)
    {
        i.Option = 16;
        i.Imm2 = w.Q ? 1 : 0;
        return Allowed(w, sizes);
    }

    /// <summary>The operation covers one element twice as wide as size says, from 16- or 32-bit elements.</summary>
    public static bool ScalarLong(A64Word w, ref Instruction i)
    {
        i.Option = (byte)(2 << w.VectorSize);
        return Allowed(w, Sizes.HS);
    }

    private static bool Allowed(A64Word w, int sizes) => ((sizes >> w.VectorSize) & 1) != 0;
}

/// <summary>Sets of element widths: a one at bit n allows the size field to be n.</summary>
internal static class Sizes
{
    public const int B = 0b0001;
    public const int HS = 0b0110;
    public const int BH = 0b0011;
    public const int BHS = 0b0111;
    public const int D = 0b1000;
    public const int All = 0b1111;
}

/// <summary>All 128 bits of a register.</summary>
internal readonly struct Whole : ISource
{
    public static Vec Of<E>(ref E e, int register, in Instruction i)
        where E : struct, IEngine => e.Q(register);
}

/// <summary>
/// As many bytes as the result has, the rest zero: for operations that set FPSR.QC, which must not see elements that
/// are not operands. On the way out: as many bytes as the result has, the rest of the register is cleared.
/// </summary>
internal readonly struct Kept : ISource, IResult
{
    public static Vec Of<E>(ref E e, int register, in Instruction i)
        where E : struct, IEngine
    {
        Vec value = e.Q(register);
        return i.Option == 16 ? value : e.Vector<KeepLow>(value, i.Option);
    }

    public static void To<E>(ref E e, in Instruction i, Vec value)
        where E : struct, IEngine => e.SetQ(i.Rd, i.Option == 16 ? value : e.Vector<KeepLow>(value, i.Option));
}

/// <summary>The narrow operand of a Long or Wide instruction: the lower or the upper half, moved to the lower.</summary>
internal readonly struct Half : ISource
{
    public static Vec Of<E>(ref E e, int register, in Instruction i)
        where E : struct, IEngine
    {
        Vec value = e.Q(register);
        return i.Imm2 == 0 ? value : e.Vector<UpperHalf>(value, 0);
    }
}

/// <summary>The one element that a scalar form works on, the rest zero.</summary>
internal readonly struct First<T> : ISource
    where T : unmanaged
{
    public static Vec Of<E>(ref E e, int register, in Instruction i)
        where E : struct, IEngine => e.Vector<KeepLow>(e.Q(register), Unsafe.SizeOf<T>());
}

/// <summary>One element, in every place: the second operand of the by-element instructions.</summary>
internal readonly struct Indexed<T> : ISource
    where T : unmanaged
{
    public static Vec Of<E>(ref E e, int register, in Instruction i)
        where E : struct, IEngine => e.Vector<Duplicate<T>>(e.Q(register), i.Amount);
}

/// <summary>The result of a Narrow instruction: to the lower half, clearing the upper, or to the upper, keeping the lower.</summary>
internal readonly struct NarrowHalf : IResult
{
    public static void To<E>(ref E e, in Instruction i, Vec value)
        where E : struct, IEngine =>
        e.SetQ(i.Rd, i.Imm2 == 0 ? value : e.Vector<JoinHalves>(e.Q(i.Rd), value, 0));
}
