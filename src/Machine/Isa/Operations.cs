using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Isa.Fp;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace GdbHost.Machine.Isa;

/// <summary>
/// FPCR and FPSR as an operation sees them: FPCR is read, the cumulative bits of FPSR are only ever set
/// (DDI 0487, FPCR and FPSR).
/// </summary>
internal struct FpStatus
{
    /// <summary>FPCR: AHP 26, DN 25, FZ 24, RMode 23:22.</summary>
    public uint Fpcr;

    /// <summary>FPSR: QC 27, IDC 7, IXC 4, UFC 3, OFC 2, DZC 1, IOC 0. NZCV live in the core.</summary>
    public uint Fpsr;

    public readonly FpControl Control => new(Fpcr);

    /// <summary>FPSR by the names of its flags.</summary>
    [UnscopedRef]
    public ref FpExceptions Raised => ref Unsafe.As<uint, FpExceptions>(ref Fpsr);
}

/// <summary>A pure function of one general value. Operations are types, so that an engine may know a better form of some.</summary>
internal interface IScalar1
{
    static abstract ulong Do(ulong a);
}

/// <summary>A pure function of two general values.</summary>
internal interface IScalar2
{
    static abstract ulong Do(ulong a, ulong b);
}

/// <summary>A pure function of one vector; <c>imm</c> is a shift, an index or nothing.</summary>
internal interface IVector1
{
    static abstract Vector Do(Vector a, int imm);
}

/// <summary>A pure function of two vectors.</summary>
internal interface IVector2
{
    static abstract Vector Do(Vector a, Vector b, int imm);
}

/// <summary>A pure function of three vectors; <c>d</c> is the old destination where the instruction reads it.</summary>
internal interface IVector3
{
    static abstract Vector Do(Vector d, Vector a, Vector b, int imm);
}

/// <summary>
/// A function of one general value, in or out as floating-point bits, that reads FPCR or sets FPSR: scalar floating point.
/// </summary>
internal interface IFpScalar1
{
    static abstract ulong Do(ulong a, int imm, ref FpStatus status);
}

/// <summary>A function of two such values; a compare yields NZCV in bits 31:28.</summary>
internal interface IFpScalar2
{
    static abstract ulong Do(ulong a, ulong b, ref FpStatus status);
}

/// <summary>A function of three such values.</summary>
internal interface IFpScalar3
{
    static abstract ulong Do(ulong a, ulong b, ulong c, ref FpStatus status);
}

/// <summary>A function of one vector that reads FPCR or sets FPSR (floating point, saturation).</summary>
internal interface IFpVector1
{
    static abstract Vector Do(Vector a, int imm, ref FpStatus status);
}

/// <summary>A function of two vectors that reads FPCR or sets FPSR.</summary>
internal interface IFpVector2
{
    static abstract Vector Do(Vector a, Vector b, int imm, ref FpStatus status);
}

/// <summary>A function of three vectors that reads FPCR or sets FPSR.</summary>
internal interface IFpVector3
{
    static abstract Vector Do(Vector d, Vector a, Vector b, int imm, ref FpStatus status);
}

/// <summary>From a vector to a general value: moves, conversions to integer.</summary>
internal interface IVectorToScalar
{
    static abstract ulong Do(Vector a, int imm, ref FpStatus status);
}

/// <summary>From two vectors to a general value: floating-point compares, which yield NZCV in bits 31:28.</summary>
internal interface IVectorPairToScalar
{
    static abstract ulong Do(Vector a, Vector b, int imm, ref FpStatus status);
}

/// <summary>From a general value into a vector: moves, inserts (<c>d</c> is the old destination), conversions from integer.</summary>
internal interface IScalarToVector
{
    static abstract Vector Do(Vector d, ulong a, int imm, ref FpStatus status);
}
