using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>
/// Load or store of one register. Write-back with Rt equal to Rn is CONSTRAINED UNPREDICTABLE: a store stores the
/// old base, and a load loses the loaded value to the new base, as in QEMU.
/// </summary>
internal readonly struct Single<TTransfer, TMode> : IRoutine
    where TTransfer : struct, ITransfer
    where TMode : struct, IAddressingMode
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong address = TMode.Address(ref e, in i);
        Pointer p = TTransfer.IsStore
            ? e.ToWrite(address, TTransfer.Bytes, TTransfer.Bytes, in i, TMode.Kind)
            : e.ToRead(address, TTransfer.Bytes, TTransfer.Bytes, in i, TMode.Kind);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        TTransfer.Do(ref e, p, 0, i.Rd);
        if (TMode.WritesBack)
        {
            e.SetX(i.Rn, TMode.NewBase(ref e, in i, address));
        }

        return Flow.Next;
    }
}

/// <summary>
/// Load or store of two registers. CONSTRAINED UNPREDICTABLE cases as in QEMU: a load with Rt equal to Rt2 leaves the
/// first element in a general register and the second in a vector register, and write-back comes last, as in
/// <see cref="Single{TTransfer,TMode}"/>.
/// </summary>
internal readonly struct Pair<TTransfer, TMode> : IRoutine
    where TTransfer : struct, ITransfer
    where TMode : struct, IAddressingMode
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong address = TMode.Address(ref e, in i);
        Pointer p = TTransfer.IsStore
            ? e.ToWrite(address, TTransfer.Bytes * 2, TTransfer.Bytes, in i)
            : e.ToRead(address, TTransfer.Bytes * 2, TTransfer.Bytes, in i);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        if (TTransfer.IsStore || TTransfer.IsVector)
        {
            TTransfer.Do(ref e, p, 0, i.Rd);
            TTransfer.Do(ref e, p, TTransfer.Bytes, i.Ra);
        }
        else
        {
            TTransfer.Do(ref e, p, TTransfer.Bytes, i.Ra);
            TTransfer.Do(ref e, p, 0, i.Rd);
        }

        if (TMode.WritesBack)
        {
            e.SetX(i.Rn, TMode.NewBase(ref e, in i, address));
        }

        return Flow.Next;
    }
}

/// <summary>The decode steps that load and store rows share.</summary>
internal static class Access
{
    /// <summary>An access at an offset from the base register, in a mode that takes one.</summary>
    public static Routine At<TTransfer, TMode>(A64Word w, ref Instruction i, ulong offset)
        where TTransfer : struct, ITransfer
        where TMode : struct, IAddressingMode
    {
        i.Rd = Slot<TTransfer>(w.Rt);
        i.Rn = w.RnOrSp;
        i.Imm = offset;
        return Checked<TTransfer, Single<TTransfer, TMode>>(w.Rn);
    }

    /// <summary>Unsigned offset: imm12, scaled.</summary>
    public static Routine Scaled<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer => At<TTransfer, BasePlusOffset>(w, ref i, w.Imm12 * (ulong)TTransfer.Bytes);

    /// <summary>Signed offset in bytes: imm9.</summary>
    public static Routine Unscaled<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer => At<TTransfer, BasePlusOffset>(w, ref i, w.Imm9);

    public static Routine AsUser<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer => At<TTransfer, Unprivileged>(w, ref i, w.Imm9);

    public static Routine Pre<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer => At<TTransfer, PreIndexed>(w, ref i, w.Imm9);

    public static Routine Post<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer => At<TTransfer, PostIndexed>(w, ref i, w.Imm9);

    public static Routine Ordered<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer => At<TTransfer, AlignedBase>(w, ref i, 0);

    /// <summary>Offset in a register. Options without bit 1 are reserved.</summary>
    public static Routine? Register<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer
    {
        bool scaled = w.Raw.Bit(12);
        i.Rm = w.RmOrZr;
        i.Amount = (byte)(scaled ? BitOperations.Log2((uint)TTransfer.Bytes) : 0);
        return w.Option switch
        {
            0b010 => At<TTransfer, BasePlusUnsignedWord>(w, ref i, 0),
            0b110 => At<TTransfer, BasePlusSignedWord>(w, ref i, 0),
            0b011 or 0b111 => At<TTransfer, BasePlusRegister>(w, ref i, 0),
            _ => null,
        };
    }

    /// <summary>A load from a label.</summary>
    public static Routine FromLiteral<TTransfer>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer
    {
        const byte NotSp = 0;
        i.Rd = Slot<TTransfer>(w.Rt);
        i.Imm = w.Imm19Offset;
        return Checked<TTransfer, Single<TTransfer, Literal>>(NotSp);
    }

    public static Routine PairAt<TTransfer, TMode>(A64Word w, ref Instruction i)
        where TTransfer : struct, ITransfer
        where TMode : struct, IAddressingMode
    {
        i.Rd = Slot<TTransfer>(w.Rt);
        i.Ra = Slot<TTransfer>(w.Rt2);
        i.Rn = w.RnOrSp;
        i.Imm = w.Imm7 * (ulong)TTransfer.Bytes;
        return Checked<TTransfer, Pair<TTransfer, TMode>>(w.Rn);
    }

    private static byte Slot<TTransfer>(byte register)
        where TTransfer : struct, ITransfer =>
        TTransfer.IsVector ? register : TTransfer.IsStore ? Slots.Source(register) : Slots.Destination(register);

    /// <summary>The routine behind the checks that its kind of register and its base register ask for.</summary>
    private static Routine Checked<TTransfer, TRoutine>(byte baseRegister)
        where TTransfer : struct, ITransfer
        where TRoutine : struct, IRoutine
    {
        bool onStack = baseRegister == Slots.Sp;
        if (TTransfer.IsVector)
        {
            return onStack ? Routine.OfFpSp<TRoutine>() : Routine.OfFp<TRoutine>();
        }

        return onStack ? Routine.OfSp<TRoutine>() : Routine.Of<TRoutine>();
    }
}
