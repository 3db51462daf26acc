using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>
/// Halves of sums and differences. The host has the rounded half of a sum of unsigned bytes and halfwords; signed elements become unsigned
/// ones by inverting their sign.
/// </summary>
internal static class LaneHalving
{
    public static Emit2? RoundingAdd(Lane lane) => lane.Size switch
    {
        < Lane.S when !lane.Signed => LaneForms.Plain(Average(lane)),
        < Lane.S => (w, d, a, b, imm) =>
        {
            Bias(w, lane, a, b);
            w.Op(Average(lane), FormWriter.T0, FormWriter.T0, FormWriter.T1);
            w.Op(Avx.Pxor, d, FormWriter.T0, Sign(lane));
        },
        Lane.S => (w, d, a, b, imm) =>
        {
            w.Op(Avx.Por, FormWriter.T0, a, b);
            HalfDifferentBits(w, lane, a, b);
            w.Op(Avx.Psub[Lane.S], d, FormWriter.T0, FormWriter.T2);
        },
        _ => null,
    };

    public static Emit2? Add(Lane lane) => lane.Size switch
    {
        < Lane.S => (w, d, a, b, imm) =>
        {
            // The rounded half is one too much where one number is odd.
            w.Op(Avx.Pxor, FormWriter.T2, a, b);
            w.Op(Avx.Pand, FormWriter.T2, FormWriter.T2, lane.Size == Lane.B ? HostConstant.OneB : HostConstant.OneH);
            if (lane.Signed)
            {
                Bias(w, lane, a, b);
                w.Op(Average(lane), FormWriter.T0, FormWriter.T0, FormWriter.T1);
                w.Op(Avx.Pxor, FormWriter.T0, FormWriter.T0, Sign(lane));
            }
            else
            {
                w.Op(Average(lane), FormWriter.T0, a, b);
            }

            w.Op(Avx.Psub[lane.Size], d, FormWriter.T0, FormWriter.T2);
        },
        Lane.S => (w, d, a, b, imm) =>
        {
            w.Op(Avx.Pand, FormWriter.T0, a, b);
            HalfDifferentBits(w, lane, a, b);
            w.Op(Avx.Padd[Lane.S], d, FormWriter.T0, FormWriter.T2);
        },
        _ => null,
    };

    public static Emit2? Subtract(Lane lane) => lane.Size switch
    {
        // a less the rounded half of a + b.
        < Lane.S when !lane.Signed => (w, d, a, b, imm) =>
        {
            w.Op(Average(lane), FormWriter.T0, a, b);
            w.Op(Avx.Psub[lane.Size], d, a, FormWriter.T0);
        },
        < Lane.S => (w, d, a, b, imm) =>
        {
            Bias(w, lane, a, b);
            w.Op(Average(lane), FormWriter.T1, FormWriter.T0, FormWriter.T1);
            w.Op(Avx.Psub[lane.Size], d, FormWriter.T0, FormWriter.T1);
        },
        Lane.S => (w, d, a, b, imm) =>
        {
            Half(w, lane, FormWriter.T0, a);
            Half(w, lane, FormWriter.T1, b);
            w.Op(Avx.Psub[Lane.S], FormWriter.T0, FormWriter.T0, FormWriter.T1);
            w.Op(Avx.Pandn, FormWriter.T1, a, b);
            w.Op(Avx.Pand, FormWriter.T1, FormWriter.T1, HostConstant.OneS);
            w.Op(Avx.Psub[Lane.S], d, FormWriter.T0, FormWriter.T1);
        },
        _ => null,
    };

    /// <summary>A sum or difference plus half a unit of the upper half of each element.</summary>
    public static Emit2 RoundedHigh(VexOp[] op, Lane lane) => (w, d, a, b, imm) =>
    {
        w.Ones(FormWriter.T1);
        w.ShiftRight(lane.Size, FormWriter.T1, FormWriter.T1, lane.Bits - 1);
        w.ShiftLeft(lane.Size, FormWriter.T1, FormWriter.T1, (lane.Bits / 2) - 1);
        w.Op(op[lane.Size], FormWriter.T0, a, b);
        w.Op(Avx.Padd[lane.Size], d, FormWriter.T0, FormWriter.T1);
    };

    private static VexOp Average(Lane lane) => lane.Size == Lane.B ? Avx.Pavgb : Avx.Pavgw;

    private static HostConstant Sign(Lane lane) => lane.Size == Lane.B ? HostConstant.SignB : HostConstant.SignH;

    private static void Bias(FormWriter w, Lane lane, Xmm a, Xmm b)
    {
        w.Op(Avx.Pxor, FormWriter.T0, a, Sign(lane));
        w.Op(Avx.Pxor, FormWriter.T1, b, Sign(lane));
    }

    private static void HalfDifferentBits(FormWriter w, Lane lane, Xmm a, Xmm b)
    {
        w.Op(Avx.Pxor, FormWriter.T2, a, b);
        Half(w, lane, FormWriter.T2, FormWriter.T2);
    }

    private static void Half(FormWriter w, Lane lane, Xmm d, Xmm a)
    {
        if (lane.Signed)
        {
            w.ShiftRightSigned(lane.Size, d, a, 1);
        }
        else
        {
            w.ShiftRight(lane.Size, d, a, 1);
        }
    }
}
