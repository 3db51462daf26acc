using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Operations on the bits of bytes, by tables of nibbles.</summary>
internal static class LaneBits
{
    public static void CountOnes(FormWriter w, Xmm d, Xmm a, int imm) =>
        ByNibbles(w, d, a, HostConstant.OnesOfNibble, HostConstant.OnesOfNibble, Avx.Padd[Lane.B]);

    public static void Reverse(FormWriter w, Xmm d, Xmm a, int imm) =>
        ByNibbles(w, d, a, HostConstant.ReversedToHigh, HostConstant.ReversedToLow, Avx.Por);

    private static void ByNibbles(FormWriter w, Xmm d, Xmm a, HostConstant ofLow, HostConstant ofHigh, VexOp combine)
    {
        const int Nibble = 4;
        w.Op(Avx.Pand, FormWriter.T0, a, HostConstant.Nibble);
        w.Load(FormWriter.T2, ofLow);
        w.Op(Avx.Pshufb, FormWriter.T0, FormWriter.T2, FormWriter.T0);
        w.ShiftRight(Lane.H, FormWriter.T1, a, Nibble);
        w.Op(Avx.Pand, FormWriter.T1, FormWriter.T1, HostConstant.Nibble);
        w.Load(FormWriter.T2, ofHigh);
        w.Op(Avx.Pshufb, FormWriter.T1, FormWriter.T2, FormWriter.T1);
        w.Op(combine, d, FormWriter.T0, FormWriter.T1);
    }
}
