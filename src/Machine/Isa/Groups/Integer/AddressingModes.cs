namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>How a load or store finds its address, and what it leaves in its base register.</summary>
internal interface IAddressing
{
    static abstract ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine;

    /// <summary>Called once memory has been accessed and loaded values have been written.</summary>
    static abstract void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine;
}

/// <summary>[Rn, #imm].</summary>
internal readonly struct OffsetMode : IAddressing
{
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Const(i.Imm));

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine
    {
    }
}

/// <summary>[Rn, #imm]!.</summary>
internal readonly struct PreIndexMode : IAddressing
{
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Const(i.Imm));

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => e.SetX(i.Rn, address);
}

/// <summary>[Rn], #imm.</summary>
internal readonly struct PostIndexMode : IAddressing
{
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.X(i.Rn);

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => e.SetX(i.Rn, e.Add<W64>(address, e.Const(i.Imm)));
}

/// <summary>[Rn, Xm, LSL #amount].</summary>
internal readonly struct RegisterMode : IAddressing
{
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Lsl<W64>(e.X(i.Rm), i.Amount));

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine
    {
    }
}

/// <summary>[Rn, Wm or Xm, extend #amount].</summary>
internal readonly struct ExtendedRegisterMode : IAddressing
{
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), Extension.Of(ref e, e.X(i.Rm), i.Option, i.Amount));

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine
    {
    }
}

/// <summary>The address of the instruction plus an offset.</summary>
internal readonly struct LiteralMode : IAddressing
{
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.PcPlus(in i, i.Imm);

    public static void WriteBack<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine
    {
    }
}

/// <summary>What a load or store moves: bytes of memory, and which register form they have.</summary>
internal interface ITransfer
{
    static abstract int Bytes { get; }

    /// <summary>Loads one element at an offset and gives a function of it to the register.</summary>
    static abstract void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine;

    static abstract void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine;
}

/// <summary>An unsigned byte in a general register.</summary>
internal readonly struct Byte8 : ITransfer
{
    public static int Bytes => 1;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.Load(p, offset, 1));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, 1, e.X(register));
}

/// <summary>An unsigned halfword in a general register.</summary>
internal readonly struct Half16 : ITransfer
{
    public static int Bytes => 2;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.Load(p, offset, 2));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, 2, e.X(register));
}

/// <summary>An unsigned word in a general register.</summary>
internal readonly struct Word32 : ITransfer
{
    public static int Bytes => 4;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.Load(p, offset, 4));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, 4, e.X(register));
}

/// <summary>A doubleword in a general register.</summary>
internal readonly struct Double64 : ITransfer
{
    public static int Bytes => 8;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.Load(p, offset, 8));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, 8, e.X(register));
}

/// <summary>A signed element, extended to a width. There is no store of this kind: stores use the unsigned one.</summary>
internal readonly struct Signed<TElement, W> : ITransfer
    where TElement : struct, ITransfer
    where W : struct, IWidth
{
    public static int Bytes => TElement.Bytes;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.SignExtend<W>(e.Load(p, offset, TElement.Bytes), TElement.Bytes * 8));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => TElement.Store(ref e, p, offset, register);
}

/// <summary>B, H, S or D: the low part of a vector register; a load clears the rest.</summary>
internal readonly struct VectorPart<TElement> : ITransfer
    where TElement : struct, ITransfer
{
    public static int Bytes => TElement.Bytes;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetD(register, e.Load(p, offset, TElement.Bytes));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, TElement.Bytes, e.D(register));
}

/// <summary>Q: a whole vector register.</summary>
internal readonly struct VectorWhole : ITransfer
{
    public static int Bytes => 16;

    public static void Load<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetQ(register, e.LoadVector(p, offset));

    public static void Store<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.StoreVector(p, offset, e.Q(register));
}

/// <summary>Loads one register.</summary>
internal readonly struct LoadOne<T, TMode> : IRoutine
    where T : struct, ITransfer
    where TMode : struct, IAddressing
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong address = TMode.Address(ref e, in i);
        Pointer p = e.ToRead(address, T.Bytes, T.Bytes, in i);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        T.Load(ref e, p, 0, i.Rd);
        TMode.WriteBack(ref e, in i, address);
        return Flow.Next;
    }
}

/// <summary>Stores one register. The value is that before write-back, also where base and data are one register.</summary>
internal readonly struct StoreOne<T, TMode> : IRoutine
    where T : struct, ITransfer
    where TMode : struct, IAddressing
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong address = TMode.Address(ref e, in i);
        Pointer p = e.ToWrite(address, T.Bytes, T.Bytes, in i);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        T.Store(ref e, p, 0, i.Rd);
        TMode.WriteBack(ref e, in i, address);
        return Flow.Next;
    }
}

/// <summary>Loads as if from EL0 (LDTR).</summary>
internal readonly struct LoadUnprivileged<T> : IRoutine
    where T : struct, ITransfer
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        Pointer p = e.ToRead(OffsetMode.Address(ref e, in i), T.Bytes, T.Bytes, in i, MemoryKind.Unprivileged);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        T.Load(ref e, p, 0, i.Rd);
        return Flow.Next;
    }
}

/// <summary>Stores as if from EL0 (STTR).</summary>
internal readonly struct StoreUnprivileged<T> : IRoutine
    where T : struct, ITransfer
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        Pointer p = e.ToWrite(OffsetMode.Address(ref e, in i), T.Bytes, T.Bytes, in i, MemoryKind.Unprivileged);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        T.Store(ref e, p, 0, i.Rd);
        return Flow.Next;
    }
}

/// <summary>Loads two registers, Rd then Ra; alignment is that of one of them.</summary>
internal readonly struct LoadTwo<T, TMode> : IRoutine
    where T : struct, ITransfer
    where TMode : struct, IAddressing
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong address = TMode.Address(ref e, in i);
        Pointer p = e.ToRead(address, T.Bytes * 2, T.Bytes, in i);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        T.Load(ref e, p, 0, i.Rd);
        T.Load(ref e, p, T.Bytes, i.Ra);
        TMode.WriteBack(ref e, in i, address);
        return Flow.Next;
    }
}

/// <summary>Stores two registers, Rd then Ra.</summary>
internal readonly struct StoreTwo<T, TMode> : IRoutine
    where T : struct, ITransfer
    where TMode : struct, IAddressing
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong address = TMode.Address(ref e, in i);
        Pointer p = e.ToWrite(address, T.Bytes * 2, T.Bytes, in i);
        if (e.Bad(p))
        {
            return Flow.Fault;
        }

        T.Store(ref e, p, 0, i.Rd);
        T.Store(ref e, p, T.Bytes, i.Ra);
        TMode.WriteBack(ref e, in i, address);
        return Flow.Next;
    }
}
