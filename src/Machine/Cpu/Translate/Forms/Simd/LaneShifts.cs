using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Shifts of elements by an immediate, and by the elements of another vector.</summary>
internal static class LaneShifts
{
    public static Emit1 Right(Lane lane) => lane.Signed
        ? (w, d, a, imm) => w.ShiftRightSigned(lane.Size, d, a, imm)
        : (w, d, a, imm) => w.ShiftRight(lane.Size, d, a, imm);

    /// <summary>The bit that goes out last is added.</summary>
    public static Emit1 RoundingRight(Lane lane)
    {
        Emit1 right = Right(lane);
        return (w, d, a, imm) =>
        {
            right(w, FormWriter.T2, a, imm - 1);
            if (lane.Size == Lane.B)
            {
                w.Op(Avx.Pand, FormWriter.T2, FormWriter.T2, HostConstant.OneB);
            }
            else
            {
                w.ShiftLeft(lane.Size, FormWriter.T2, FormWriter.T2, lane.Bits - 1);
                w.ShiftRight(lane.Size, FormWriter.T2, FormWriter.T2, lane.Bits - 1);
            }

            right(w, FormWriter.T0, a, imm);
            w.Op(Avx.Padd[lane.Size], d, FormWriter.T0, FormWriter.T2);
        };
    }

    /// <summary>The first operand combined with something of the second.</summary>
    public static Emit2? Into(VexOp combine, Emit1? second) => second is null ? null : (w, d, a, b, imm) =>
    {
        second(w, FormWriter.T0, b, imm);
        w.Op(combine, d, a, FormWriter.T0);
    };

    public static Emit2 LeftInsert(Lane lane) => (w, d, a, b, imm) =>
    {
        w.Ones(FormWriter.T1);
        w.ShiftLeft(lane.Size, FormWriter.T1, FormWriter.T1, imm);
        w.ShiftLeft(lane.Size, FormWriter.T0, b, imm);
        w.Op(Avx.Pandn, FormWriter.T1, FormWriter.T1, a);
        w.Op(Avx.Por, d, FormWriter.T0, FormWriter.T1);
    };

    public static Emit2 RightInsert(Lane lane) => (w, d, a, b, imm) =>
    {
        w.Ones(FormWriter.T1);
        w.ShiftRight(lane.Size, FormWriter.T1, FormWriter.T1, imm);
        w.ShiftRight(lane.Size, FormWriter.T0, b, imm);
        w.Op(Avx.Pandn, FormWriter.T1, FormWriter.T1, a);
        w.Op(Avx.Por, d, FormWriter.T0, FormWriter.T1);
    };

    /// <summary>By the signed low byte of each element. The host's shifts give zero, or the sign, for amounts beyond the width.</summary>
    public static Emit2? ByVector(Lane lane) => (lane.Size, lane.Signed) switch
    {
        (Lane.S, _) => (w, d, a, b, imm) =>
        {
            const int BitsAbove = 24;
            w.ShiftLeft(Lane.S, FormWriter.T2, b, BitsAbove);
            w.ShiftRightSigned(Lane.S, FormWriter.T2, FormWriter.T2, BitsAbove);
            w.Zero(FormWriter.T0);
            w.Op(Avx.Psub[Lane.S], FormWriter.T0, FormWriter.T0, FormWriter.T2);
            w.Op(lane.Signed ? Avx.Psravd : Avx.Psrlvd, FormWriter.T0, a, FormWriter.T0);
            w.Op(Avx.Psllvd, FormWriter.T1, a, FormWriter.T2);
            w.Asm.Vex4(Avx.Blendvps, d, FormWriter.T1, FormWriter.T0, FormWriter.T2);
        },
        (Lane.D, false) => static (w, d, a, b, imm) =>
        {
            const int BitsAbove = 24;
            const int Upper = 0b1010;
            w.ShiftLeft(Lane.S, FormWriter.T2, b, BitsAbove);
            w.ShiftRightSigned(Lane.S, FormWriter.T2, FormWriter.T2, BitsAbove);
            w.OpImmediate(Avx.Pshufd, FormWriter.T2, FormWriter.T2, 0b1010_0000);
            w.ShiftRightSigned(Lane.S, FormWriter.T0, FormWriter.T2, 31);
            w.Op(Avx.Pblendd, FormWriter.T2, FormWriter.T2, FormWriter.T0, Upper);
            w.Zero(FormWriter.T0);
            w.Op(Avx.Psub[Lane.D], FormWriter.T0, FormWriter.T0, FormWriter.T2);
            w.Op(Avx.Psrlvq, FormWriter.T0, a, FormWriter.T0);
            w.Op(Avx.Psllvq, FormWriter.T1, a, FormWriter.T2);
            w.Asm.Vex4(Avx.Blendvpd, d, FormWriter.T1, FormWriter.T0, FormWriter.T2);
        },
        _ => null,
    };
}
