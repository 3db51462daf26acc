using System;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>FPCR, Floating-point Control Register (DDI 0487, FPCR), the Armv8.0 fields; trap enables are RAZ/WI on Cortex-A53.</summary>
internal readonly record struct FpControl(uint Raw)
{
    private const uint HostMask = (1u << 24) | (3u << 22);

    public bool Ahp => (Raw & (1u << 26)) != 0;

    public bool Dn => (Raw & (1u << 25)) != 0;

    public bool Fz => (Raw & (1u << 24)) != 0;

    public FpRounding RMode => (FpRounding)((Raw >> 22) & 3);

    /// <summary>Round to nearest without flush-to-zero: what the host's own arithmetic does.</summary>
    public bool IsHostMode => (Raw & HostMask) == 0;
}

/// <summary>Rounding modes (DDI 0487, FPRounding); the first four are the encodings of FPCR.RMode.</summary>
internal enum FpRounding
{
    TieEven = 0,
    PositiveInfinity = 1,
    NegativeInfinity = 2,
    Zero = 3,
    TieAway = 4,
    Odd = 5,
}

/// <summary>Cumulative exception flags at their places in FPSR (DDI 0487, FPSR, Floating-point Status Register).</summary>
[Flags]
internal enum FpExceptions : uint
{
    None = 0,
    InvalidOperation = 1u << 0,
    DivideByZero = 1u << 1,
    Overflow = 1u << 2,
    Underflow = 1u << 3,
    Inexact = 1u << 4,
    InputDenormal = 1u << 7,
    Saturation = 1u << 27,
}
