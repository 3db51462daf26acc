using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>An operation on one floating-point value of any format; <c>imm</c> is what the operation makes of it.</summary>
internal interface IFpUnary
{
    static abstract ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic;
}

/// <summary>An operation on two values.</summary>
internal interface IFpBinary
{
    static abstract ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic;
}

/// <summary>An operation on an addend and two factors.</summary>
internal interface IFpTernary
{
    static abstract ulong Do<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic;
}

internal readonly struct Add : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.Add<F>(a, b, control, ref raised);
}

internal readonly struct Subtract : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.Subtract<F>(a, b, control, ref raised);
}

internal readonly struct AbsoluteDifference : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.Subtract<F>(a, b, control, ref raised) & FpBits<F>.MagnitudeMask;
}

internal readonly struct Multiply : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.Multiply<F>(a, b, control, ref raised);
}

internal readonly struct MultiplyExtended : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.MultiplyExtended<F>(a, b, control, ref raised);
}

/// <summary>The negated product; a NaN is negated too.</summary>
internal readonly struct MultiplyNegate : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.Multiply<F>(a, b, control, ref raised) ^ FpBits<F>.SignMask;
}

internal readonly struct Divide : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.Divide<F>(a, b, control, ref raised);
}

internal readonly struct Max : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpMinMax.Max<F>(a, b, control, ref raised);
}

internal readonly struct Min : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpMinMax.Min<F>(a, b, control, ref raised);
}

internal readonly struct MaxNumber : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpMinMax.MaxNumber<F>(a, b, control, ref raised);
}

internal readonly struct MinNumber : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpMinMax.MinNumber<F>(a, b, control, ref raised);
}

internal readonly struct ReciprocalStep : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpStep.Reciprocal<F>(a, b, control, ref raised);
}

internal readonly struct ReciprocalSquareRootStep : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpStep.ReciprocalSquareRoot<F>(a, b, control, ref raised);
}

/// <summary>All ones where equal, else zero.</summary>
internal readonly struct Equal : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpLane.Mask<F>(FpCompare.IsEqual<F>(a, b, control, ref raised));
}

internal readonly struct GreaterOrEqual : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpLane.Mask<F>(FpCompare.IsGreaterOrEqual<F>(a, b, control, ref raised));
}

internal readonly struct Greater : IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpLane.Mask<F>(FpCompare.IsGreater<F>(a, b, control, ref raised));
}

/// <summary>A comparison of magnitudes: FACGE and FACGT.</summary>
internal readonly struct Absolute<TCompare> : IFpBinary
    where TCompare : struct, IFpBinary
{
    public static ulong Do<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        TCompare.Do<F>(a & FpBits<F>.MagnitudeMask, b & FpBits<F>.MagnitudeMask, control, ref raised);
}

/// <summary>A comparison with +0 on the right.</summary>
internal readonly struct WithZero<TCompare> : IFpUnary
    where TCompare : struct, IFpBinary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => TCompare.Do<F>(a, 0, control, ref raised);
}

/// <summary>A comparison with +0 on the left: FCMLE and FCMLT, which have no other form.</summary>
internal readonly struct ZeroWith<TCompare> : IFpUnary
    where TCompare : struct, IFpBinary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => TCompare.Do<F>(0, a, control, ref raised);
}

/// <summary>addend + a * b: FMADD, FMLA.</summary>
internal readonly struct MultiplyAdd : IFpTernary
{
    public static ulong Do<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.MultiplyAdd<F>(addend, a, b, control, ref raised);
}

/// <summary>addend - a * b: FMSUB, FMLS. The operand is negated, NaN or not.</summary>
internal readonly struct MultiplySubtract : IFpTernary
{
    public static ulong Do<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.MultiplyAdd<F>(addend, a ^ FpBits<F>.SignMask, b, control, ref raised);
}

/// <summary>-addend - a * b: FNMADD.</summary>
internal readonly struct NegateMultiplyAdd : IFpTernary
{
    public static ulong Do<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        FpArithmetic.MultiplyAdd<F>(addend ^ FpBits<F>.SignMask, a ^ FpBits<F>.SignMask, b, control, ref raised);
}

/// <summary>-addend + a * b: FNMSUB.</summary>
internal readonly struct NegateMultiplySubtract : IFpTernary
{
    public static ulong Do<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.MultiplyAdd<F>(addend ^ FpBits<F>.SignMask, a, b, control, ref raised);
}

internal readonly struct AbsoluteValue : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => a & FpBits<F>.MagnitudeMask;
}

internal readonly struct Negate : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => a ^ FpBits<F>.SignMask;
}

internal readonly struct SquareRoot : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpArithmetic.SquareRoot<F>(a, control, ref raised);
}

internal readonly struct ReciprocalEstimate : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpEstimate.Reciprocal<F>(a, control, ref raised);
}

internal readonly struct ReciprocalSquareRootEstimate : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpEstimate.ReciprocalSquareRoot<F>(a, control, ref raised);
}

internal readonly struct ReciprocalExponent : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic => FpEstimate.ReciprocalExponent<F>(a, control, ref raised);
}

/// <summary>FRINT*; <c>imm</c> is a <see cref="RoundingChoice"/>.</summary>
internal readonly struct RoundToIntegral : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        RoundingChoice choice = new(imm);
        return FpInteger.RoundToIntegral<F>(a, choice.Mode(control), choice.Inexact, control, ref raised);
    }
}

/// <summary>To an integer of the format's own width; <c>imm</c> is a <see cref="RoundingChoice"/>.</summary>
internal readonly struct ToInteger : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        RoundingChoice choice = new(imm);
        return FpInteger.ToFixed<F>(a, F.Width, choice.FractionBits, choice.Unsigned, choice.Mode(control), control, ref raised);
    }
}

/// <summary>From an integer of the format's own width; <c>imm</c> is a <see cref="RoundingChoice"/>.</summary>
internal readonly struct FromInteger : IFpUnary
{
    public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        RoundingChoice choice = new(imm);
        ulong value = F.Width == 32 && !choice.Unsigned ? (ulong)(int)a : a;
        return FpInteger.FromFixed<F>(value, choice.FractionBits, choice.Unsigned, control.RMode, control, ref raised);
    }
}
