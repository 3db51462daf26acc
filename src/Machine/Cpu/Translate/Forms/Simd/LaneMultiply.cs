using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Products of elements.</summary>
internal static class LaneMultiply
{
    /// <summary>Of 64-bit elements only those that are extended words have a product.</summary>
    public static Emit2 Product(Lane lane) => lane.Size switch
    {
        Lane.B => Bytes,
        Lane.H => LaneForms.Plain(Avx.Pmullw),
        Lane.S => LaneForms.Plain(Avx.Pmulld),
        _ => LaneForms.Plain(lane.Signed ? Avx.Pmuldq : Avx.Pmuludq),
    };

    private static void Bytes(FormWriter w, Xmm d, Xmm a, Xmm b, int imm)
    {
        const int Byte = 8;
        w.Op(Avx.Pmullw, FormWriter.T0, a, b);
        w.Op(Avx.Pand, FormWriter.T0, FormWriter.T0, HostConstant.LowBytes);
        w.ShiftRight(Lane.H, FormWriter.T1, a, Byte);
        w.ShiftRight(Lane.H, FormWriter.T2, b, Byte);
        w.Op(Avx.Pmullw, FormWriter.T1, FormWriter.T1, FormWriter.T2);
        w.ShiftLeft(Lane.H, FormWriter.T1, FormWriter.T1, Byte);
        w.Op(Avx.Por, d, FormWriter.T0, FormWriter.T1);
    }
}
