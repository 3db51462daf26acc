namespace GdbHost.Machine.Isa.Fp;

/// <summary>The eight-bit floating-point constant of FMOV (DDI 0487, VFPExpandImm).</summary>
internal static class FpImmediate
{
    /// <summary>Bit 7 is the sign, bit 6 and its copies start the exponent, bits 5:4 end it, bits 3:0 lead the fraction.</summary>
    public static ulong Expand<F>(uint imm8)
        where F : struct, IFpFormat
    {
        bool sign = (imm8 & 0x80) != 0;
        int exponent = (int)((imm8 >> 4) & 3) + ((imm8 & 0x40) != 0 ? -3 : 1);
        ulong fraction = (ulong)(imm8 & 0xF) << (F.FractionBits - 4);
        return FpBits<F>.Zero(sign) | ((ulong)(exponent + FpBits<F>.Bias) << F.FractionBits) | fraction;
    }
}
