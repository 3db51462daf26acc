using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Integer comparisons of elements, which give masks.</summary>
internal static class LaneCompare
{
    public static Emit2 Greater(Lane lane)
    {
        if (lane.Signed)
        {
            return LaneForms.Plain(Avx.Pcmpgt[lane.Size]);
        }

        return lane.Size == Lane.D ? Unsigned64(swapped: false, inverted: false) : (w, d, a, b, imm) =>
        {
            w.Op(Avx.Pmaxu[lane.Size], FormWriter.T0, a, b);
            w.Op(Avx.Pcmpeq[lane.Size], FormWriter.T0, FormWriter.T0, b);
            Invert(w, d, FormWriter.T0);
        };
    }

    public static Emit2 GreaterOrEqual(Lane lane)
    {
        if (lane.Size < Lane.D)
        {
            VexOp maximum = (lane.Signed ? Avx.Pmaxs : Avx.Pmaxu)[lane.Size];
            return (w, d, a, b, imm) =>
            {
                w.Op(maximum, FormWriter.T0, a, b);
                w.Op(Avx.Pcmpeq[lane.Size], d, FormWriter.T0, a);
            };
        }

        return !lane.Signed ? Unsigned64(swapped: true, inverted: true) : static (w, d, a, b, imm) =>
        {
            w.Op(Avx.Pcmpgtq, FormWriter.T0, b, a);
            Invert(w, d, FormWriter.T0);
        };
    }

    public static Emit2 CommonBits(Lane lane) => (w, d, a, b, imm) =>
    {
        w.Op(Avx.Pand, FormWriter.T0, a, b);
        w.Zero(FormWriter.T1);
        w.Op(Avx.Pcmpeq[lane.Size], FormWriter.T0, FormWriter.T0, FormWriter.T1);
        Invert(w, d, FormWriter.T0);
    };

    public static Emit1 WithZero(Lane lane, bool zeroFirst, bool inverted) => (w, d, a, imm) =>
    {
        w.Zero(FormWriter.T0);
        w.Op(Avx.Pcmpgt[lane.Size], inverted ? FormWriter.T0 : d, zeroFirst ? FormWriter.T0 : a, zeroFirst ? a : FormWriter.T0);
        if (inverted)
        {
            Invert(w, d, FormWriter.T0);
        }
    };

    private static Emit2 Unsigned64(bool swapped, bool inverted) => (w, d, a, b, imm) =>
    {
        w.Op(Avx.Pxor, FormWriter.T0, swapped ? b : a, HostConstant.SignDouble);
        w.Op(Avx.Pxor, FormWriter.T1, swapped ? a : b, HostConstant.SignDouble);
        w.Op(Avx.Pcmpgtq, inverted ? FormWriter.T0 : d, FormWriter.T0, FormWriter.T1);
        if (inverted)
        {
            Invert(w, d, FormWriter.T0);
        }
    };

    // Uses T1.
    private static void Invert(FormWriter w, Xmm d, Xmm a)
    {
        w.Ones(FormWriter.T1);
        w.Op(Avx.Pxor, d, a, FormWriter.T1);
    }
}
