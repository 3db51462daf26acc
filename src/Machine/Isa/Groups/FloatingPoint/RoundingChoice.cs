using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>How a conversion rounds and scales, in one number that the decoder makes: an operation's <c>imm</c>.</summary>
internal readonly record struct RoundingChoice(int Raw)
{
    private const int FromFpcr = 7;
    private const int UnsignedBit = 1 << 3;
    private const int InexactBit = 1 << 4;
    private const int FractionShift = 8;

    public bool Unsigned => (Raw & UnsignedBit) != 0;

    public bool Inexact => (Raw & InexactBit) != 0;

    public int FractionBits => Raw >> FractionShift;

    /// <param name="isUnsigned">The integer is unsigned.</param>
    /// <param name="inexact">FRINTX: a changed value is Inexact.</param>
    /// <param name="fractionBits">Bits of the fixed-point number below its point.</param>
    public static RoundingChoice Of<TMode>(bool isUnsigned = false, bool inexact = false, int fractionBits = 0)
        where TMode : struct, IRoundingMode =>
        new((TMode.Mode is null ? FromFpcr : (int)TMode.Mode)
            | (isUnsigned ? UnsignedBit : 0)
            | (inexact ? InexactBit : 0)
            | (fractionBits << FractionShift));

    public RoundingChoice WithFractionBits(int bits) => new((Raw & ((1 << FractionShift) - 1)) | (bits << FractionShift));

    public FpRounding Mode(FpControl control) => (Raw & 7) == FromFpcr ? control.RMode : (FpRounding)(Raw & 7);
}

/// <summary>A rounding mode as a type argument, so that a row can name it.</summary>
internal interface IRoundingMode
{
    /// <summary>The mode, or null for that of FPCR.</summary>
    static abstract FpRounding? Mode { get; }
}

internal readonly struct Nearest : IRoundingMode
{
    public static FpRounding? Mode => FpRounding.TieEven;
}

internal readonly struct Plus : IRoundingMode
{
    public static FpRounding? Mode => FpRounding.PositiveInfinity;
}

internal readonly struct Minus : IRoundingMode
{
    public static FpRounding? Mode => FpRounding.NegativeInfinity;
}

internal readonly struct Truncate : IRoundingMode
{
    public static FpRounding? Mode => FpRounding.Zero;
}

internal readonly struct Away : IRoundingMode
{
    public static FpRounding? Mode => FpRounding.TieAway;
}

internal readonly struct ToOdd : IRoundingMode
{
    public static FpRounding? Mode => FpRounding.Odd;
}

internal readonly struct ByFpcr : IRoundingMode
{
    public static FpRounding? Mode => null;
}
