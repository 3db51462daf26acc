using System.Runtime.CompilerServices;

namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>How a load or store finds its address (DDI 0487, "Load/Store addressing modes").</summary>
internal interface IAddressingMode
{
    /// <summary>The base register is written after the access.</summary>
    static abstract bool WritesBack { get; }

    static abstract MemoryKind Kind { get; }

    static abstract ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine;

    /// <summary>What is written back, where it is.</summary>
    static abstract ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine;
}

/// <summary>[Xn, #imm]</summary>
internal readonly struct BasePlusOffset : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Const(i.Imm));

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>[Xn, #imm] of LDTR and STTR: with the rights of EL0.</summary>
internal readonly struct Unprivileged : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Unprivileged;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => BasePlusOffset.Address(ref e, in i);

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>[Xn] of the load-acquire and store-release instructions.</summary>
internal readonly struct AlignedBase : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Ordered;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.X(i.Rn);

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>[Xn, #imm]!</summary>
internal readonly struct PreIndexed : IAddressingMode
{
    public static bool WritesBack => true;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => BasePlusOffset.Address(ref e, in i);

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>[Xn], #imm</summary>
internal readonly struct PostIndexed : IAddressingMode
{
    public static bool WritesBack => true;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.X(i.Rn);

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => e.Add<W64>(address, e.Const(i.Imm));
}

/// <summary>[Xn, Xm, LSL #amount], and SXTX, which is the same.</summary>
internal readonly struct BasePlusRegister : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Lsl<W64>(e.X(i.Rm), i.Amount));

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>[Xn, Wm, UXTW #amount]</summary>
internal readonly struct BasePlusUnsignedWord : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Lsl<W64>(e.ZeroExtend(e.X(i.Rm), 32), i.Amount));

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>[Xn, Wm, SXTW #amount]</summary>
internal readonly struct BasePlusSignedWord : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.Add<W64>(e.X(i.Rn), e.Lsl<W64>(e.SignExtend<W64>(e.X(i.Rm), 32), i.Amount));

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}

/// <summary>A label: the address of the instruction plus an offset.</summary>
internal readonly struct Literal : IAddressingMode
{
    public static bool WritesBack => false;

    public static MemoryKind Kind => MemoryKind.Ordinary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.PcPlus(in i, i.Imm);

    public static ulong NewBase<E>(ref E e, in Instruction i, ulong address)
        where E : struct, IEngine => address;
}
