namespace GdbHost.Machine.Isa.Fp;

/// <summary>Half precision, IEEE or alternative by FPCR.AHP; Armv8.0 converts it but has no arithmetic on it.</summary>
internal readonly struct FpHalf : IFpFormat
{
    public static int Width => 16;

    public static int FractionBits => 10;
}
