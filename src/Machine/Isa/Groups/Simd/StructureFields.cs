using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// What the decode steps of structure loads and stores put into an <see cref="Instruction"/>: <c>Rd</c> is the first
/// register and <c>Ra</c> how many, <c>Amount</c> log2 of the bytes of an element, <c>Imm2</c> the bytes of the run,
/// <c>Option</c> those of a register, <c>Rm</c> and <c>Imm</c> what the base moves by.
/// </summary>
internal static class StructureFields
{
    /// <summary>The size field of the multiple structures, log2 of the bytes of an element.</summary>
    public static int MultipleSize(A64Word w) => (int)w.Raw.Field(11, 10);

    public static void Operands(A64Word w, ref Instruction i, int count, int size, int runBytes)
    {
        i.Rd = w.Rt;
        i.Ra = (byte)count;
        i.Rn = w.RnOrSp;
        i.Amount = (byte)size;
        i.Imm2 = runBytes;

        // Post-index by register 31 means by the bytes transferred.
        bool postIndexed = w.Raw.Bit(23);
        i.Rm = postIndexed ? w.RmOrZr : Slots.Zero;
        i.Imm = postIndexed && w.Rm == 31 ? (ulong)runBytes : 0;
    }

    /// <summary>The routine with the checks that its registers ask for.</summary>
    public static Routine Based<TRoutine>(A64Word w)
        where TRoutine : struct, IRoutine =>
        w.Rn == 31 ? Routine.OfFpSp<TRoutine>() : Routine.OfFp<TRoutine>();

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine
    {
        if (i.Imm != 0)
        {
            e.SetX(i.Rn, e.Add<W64>(address, e.Const(i.Imm)));
        }
        else if (i.Rm != Slots.Zero)
        {
            e.SetX(i.Rn, e.Add<W64>(address, e.X(i.Rm)));
        }
    }
}
