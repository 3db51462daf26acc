namespace GdbHost.Machine.Isa.Fp;

/// <summary>A binary interchange format (IEEE 754-2008, table 3.5): the two numbers all its other constants follow from.</summary>
internal interface IFpFormat
{
    static abstract int Width { get; }

    static abstract int FractionBits { get; }
}

/// <summary>A format with arithmetic, and what the host's own arithmetic can do for it.</summary>
/// <remarks>
/// Each Try method is called in host mode only (<see cref="FpControl.IsHostMode"/>). It returns true when the host's result is
/// the architectural one and Inexact is the only flag the operation could raise, and has then raised it; otherwise it returns
/// false, has raised nothing, and the exact path decides.
/// </remarks>
internal interface IFpArithmetic : IFpFormat
{
    static abstract bool TryAdd(ulong a, ulong b, ref FpExceptions raised, out ulong result);

    static abstract bool TryMultiply(ulong a, ulong b, ref FpExceptions raised, out ulong result);

    static abstract bool TryDivide(ulong a, ulong b, ref FpExceptions raised, out ulong result);

    static abstract bool TrySquareRoot(ulong a, ref FpExceptions raised, out ulong result);

    static abstract bool TryMultiplyAdd(ulong addend, ulong a, ulong b, ref FpExceptions raised, out ulong result);
}
