namespace GdbHost.Machine.Isa.Fp;

/// <summary>Which NaN an operation returns (DDI 0487, FPProcessNaN, FPProcessNaNs, FPProcessNaNs3).</summary>
internal static class FpNaN
{
    public static ulong Invalid<F>(ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        raised |= FpExceptions.InvalidOperation;
        return FpBits<F>.DefaultNaN;
    }

    public static ulong Process<F>(ulong nan, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        if ((nan & FpBits<F>.QuietBit) == 0)
        {
            raised |= FpExceptions.InvalidOperation;
        }

        return control.Dn ? FpBits<F>.DefaultNaN : nan | FpBits<F>.QuietBit;
    }

    /// <summary>A signaling NaN goes before a quiet one, the first operand before the second; at least one must be a NaN.</summary>
    public static ulong Process<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        bool takeA = FpBits<F>.IsSignalingNaN(a) || (FpBits<F>.IsNaN(a) && !FpBits<F>.IsSignalingNaN(b));
        return Process<F>(takeA ? a : b, control, ref raised);
    }

    /// <summary>As for two operands; at least one must be a NaN.</summary>
    public static ulong Process<F>(ulong a, ulong b, ulong c, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        if (FpBits<F>.IsSignalingNaN(a))
        {
            return Process<F>(a, control, ref raised);
        }

        if (FpBits<F>.IsSignalingNaN(b) || FpBits<F>.IsSignalingNaN(c))
        {
            return Process<F>(b, c, control, ref raised);
        }

        return FpBits<F>.IsNaN(a) ? Process<F>(a, control, ref raised) : Process<F>(b, c, control, ref raised);
    }
}
