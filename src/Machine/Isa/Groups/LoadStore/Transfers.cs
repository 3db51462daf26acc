namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>What moves between memory and one register: how many bytes, which way, and how they are extended.</summary>
internal interface ITransfer
{
    static abstract int Bytes { get; }

    static abstract bool IsStore { get; }

    /// <summary>The register is a SIMD and FP register.</summary>
    static abstract bool IsVector { get; }

    static abstract void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine;
}

/// <summary>Element of 1 byte.</summary>
internal readonly struct B1 : IElement
{
    public static int Bytes => 1;
}

/// <summary>Element of 2 bytes.</summary>
internal readonly struct B2 : IElement
{
    public static int Bytes => 2;
}

/// <summary>Element of 4 bytes.</summary>
internal readonly struct B4 : IElement
{
    public static int Bytes => 4;
}

/// <summary>Element of 8 bytes.</summary>
internal readonly struct B8 : IElement
{
    public static int Bytes => 8;
}

/// <summary>Size of an element in memory.</summary>
internal interface IElement
{
    static abstract int Bytes { get; }
}

/// <summary>Load into a general register, zero-extended.</summary>
internal readonly struct LoadZero<T> : ITransfer
    where T : struct, IElement
{
    public static int Bytes => T.Bytes;

    public static bool IsStore => false;

    public static bool IsVector => false;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.Load(p, offset, T.Bytes));
}

/// <summary>Load into a general register, sign-extended to the width.</summary>
internal readonly struct LoadSigned<T, W> : ITransfer
    where T : struct, IElement
    where W : struct, IWidth
{
    public static int Bytes => T.Bytes;

    public static bool IsStore => false;

    public static bool IsVector => false;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetX(register, e.SignExtend<W>(e.Load(p, offset, T.Bytes), T.Bytes * 8));
}

/// <summary>Store of the low bytes of a general register.</summary>
internal readonly struct StoreLow<T> : ITransfer
    where T : struct, IElement
{
    public static int Bytes => T.Bytes;

    public static bool IsStore => true;

    public static bool IsVector => false;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, T.Bytes, e.X(register));
}

/// <summary>Load into a B, H, S or D register; the rest of the vector register is cleared.</summary>
internal readonly struct LoadScalar<T> : ITransfer
    where T : struct, IElement
{
    public static int Bytes => T.Bytes;

    public static bool IsStore => false;

    public static bool IsVector => true;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetD(register, e.Load(p, offset, T.Bytes));
}

/// <summary>Store of a B, H, S or D register.</summary>
internal readonly struct StoreScalar<T> : ITransfer
    where T : struct, IElement
{
    public static int Bytes => T.Bytes;

    public static bool IsStore => true;

    public static bool IsVector => true;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.Store(p, offset, T.Bytes, e.D(register));
}

/// <summary>Load into a Q register.</summary>
internal readonly struct LoadQ : ITransfer
{
    public static int Bytes => 16;

    public static bool IsStore => false;

    public static bool IsVector => true;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.SetQ(register, e.LoadVector(p, offset));
}

/// <summary>Store of a Q register.</summary>
internal readonly struct StoreQ : ITransfer
{
    public static int Bytes => 16;

    public static bool IsStore => true;

    public static bool IsVector => true;

    public static void Do<E>(ref E e, Pointer p, int offset, int register)
        where E : struct, IEngine => e.StoreVector(p, offset, e.Q(register));
}
