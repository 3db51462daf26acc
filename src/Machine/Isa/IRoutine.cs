namespace GdbHost.Machine.Isa;

/// <summary>
/// The meaning of one instruction, written once for every engine. A routine does its loads and stores before it
/// writes registers, so that a fault leaves nothing half done.
/// </summary>
internal interface IRoutine
{
    static abstract Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine;
}

/// <summary>Operand width of an integer operation.</summary>
internal interface IWidth
{
    static abstract bool Is64 { get; }
}

/// <summary>32-bit operation: operands are taken from the low half, results are zero-extended.</summary>
internal readonly struct W32 : IWidth
{
    public static bool Is64 => false;
}

/// <summary>64-bit operation.</summary>
internal readonly struct W64 : IWidth
{
    public static bool Is64 => true;
}

/// <summary>A truth value as a type argument: one routine, two precompiled forms.</summary>
internal interface IFlag
{
    static abstract bool Value { get; }
}

internal readonly struct Yes : IFlag
{
    public static bool Value => true;
}

internal readonly struct No : IFlag
{
    public static bool Value => false;
}

/// <summary>Puts the FP access check before a routine.</summary>
internal readonly struct FpChecked<T> : IRoutine
    where T : struct, IRoutine
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.FpDisabled() ? e.Leave<FpAccessTrap>(in i) : T.Execute(ref e, in i);
}

/// <summary>Puts the stack alignment check before a routine.</summary>
internal readonly struct SpChecked<T> : IRoutine
    where T : struct, IRoutine
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine => e.SpMisaligned() ? e.Leave<SpAlignmentFault>(in i) : T.Execute(ref e, in i);
}
