using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>
/// SHA-1 and SHA-256 (DDI 0487, SHA1C and following) by the host's instructions (SDM volume 2, SHA1RNDS4 and following), which hold the
/// state in other orders, add the constants of SHA-1 themselves, and do two rounds of SHA-256 at a time.
/// </summary>
internal static class ShaForms
{
    private const int Reversed = 0b0001_1011;

    // For SHUFPS: elements 3 and 2, or 1 and 0, of both sources.
    private const int Upper = 0b1011_1011;
    private const int Lower = 0b0001_0001;

    public static NativeForm? Find(Type operation)
    {
        if (!HostProcessor.HasSha)
        {
            return null;
        }

        return operation == typeof(Sha256Hash) ? new VectorForm3(static (w, d, a, b, old) => Rounds256(w, d, abcd: old, efgh: a, b, Upper))
            : operation == typeof(Sha256Hash2) ? new VectorForm3(static (w, d, a, b, old) => Rounds256(w, d, abcd: a, efgh: old, b, Lower))
            : operation == typeof(Sha256Schedule0) ? new VectorForm2(static (w, d, a, b, imm) => InPlace(w, d, a, b, 0xcc))
            : operation == typeof(Sha256Schedule1) ? new VectorForm3(static (w, d, a, b, old) =>
            {
                w.Op(Avx.Palignr, FormWriter.T1, b, a, 4);
                w.Op(Avx.Padd[Lane.S], FormWriter.T1, FormWriter.T1, old);
                InPlace(w, d, FormWriter.T1, b, 0xcd);
            })
            : Find1(operation);
    }

    private static NativeForm? Find1(Type operation) =>
        operation == typeof(Sha1Rounds<Choose>) ? Rounds1(0, 0x5a82_7999)
        : operation == typeof(Sha1Rounds<Parity>) ? Rounds1(1, 0x6ed9_eba1)
        : operation == typeof(Sha1Rounds<Majority>) ? Rounds1(2, 0x8f1b_bcdc)
        : operation == typeof(Sha1Rotate) ? new VectorForm1(static (w, d, a, imm) =>
        {
            Rotate(w, FormWriter.T0, a, 30);
            w.KeepSingle(d, FormWriter.T0);
        })
        : operation == typeof(Sha1Schedule0) ? new VectorForm3(static (w, d, a, b, old) =>
        {
            w.Op(Avx.Palignr, FormWriter.T0, a, old, 8);
            w.Op(Avx.Pxor, FormWriter.T0, FormWriter.T0, old);
            w.Op(Avx.Pxor, d, FormWriter.T0, b);
        })
        : operation == typeof(Sha1Schedule1) ? new VectorForm2(static (w, d, a, b, imm) =>
        {
            w.Asm.VexShift(0x73, 3, FormWriter.T0, b, 4);
            w.Op(Avx.Pxor, FormWriter.T0, FormWriter.T0, a);
            Rotate(w, FormWriter.T2, FormWriter.T0, 1);

            // The last element also depends on the first new one.
            w.Asm.VexShift(0x73, 7, FormWriter.T0, FormWriter.T2, 12);
            Rotate(w, FormWriter.T0, FormWriter.T0, 1);
            w.Op(Avx.Pxor, d, FormWriter.T0, FormWriter.T2);
        })
        : null;

    private static void InPlace(FormWriter w, Xmm d, Xmm a, Xmm b, byte code)
    {
        w.Move(FormWriter.T0, a);
        w.Asm.Legacy(Map.M0F38, code, FormWriter.T0, b);
        w.Move(d, FormWriter.T0);
    }

    /// <summary>The host's state is C D G H and A B E F; two rounds make A B E F from the former, and the latter is then C D G H.</summary>
    private static void Rounds256(FormWriter w, Xmm d, Xmm abcd, Xmm efgh, Xmm schedule, int result)
    {
        const byte TwoRounds = 0xcb;
        const int UpperPair = 0b1110;
        w.Op(Avx.Shufps, FormWriter.T1, efgh, abcd, Upper);
        w.Op(Avx.Shufps, FormWriter.T2, efgh, abcd, Lower);
        w.Move(FormWriter.T0, schedule);
        w.Asm.Legacy(Map.M0F38, TwoRounds, FormWriter.T1, FormWriter.T2);
        w.OpImmediate(Avx.Pshufd, FormWriter.T0, schedule, UpperPair);
        w.Asm.Legacy(Map.M0F38, TwoRounds, FormWriter.T2, FormWriter.T1);
        w.Op(Avx.Shufps, d, FormWriter.T2, FormWriter.T1, result);
    }

    private static VectorForm3 Rounds1(int function, uint constant) => new((w, d, a, b, old) =>
    {
        const byte FourRounds = 0xcc;
        w.Asm.MovImmediate(Gpr.Rax, constant);
        w.Asm.Vex(Avx.MovdFromGeneral, FormWriter.T0, Xmm.None, Gpr.Rax);
        w.OpImmediate(Avx.Pshufd, FormWriter.T0, FormWriter.T0, 0);
        w.Op(Avx.Psub[Lane.S], FormWriter.T1, b, FormWriter.T0);
        w.KeepSingle(FormWriter.T0, a);
        w.Op(Avx.Padd[Lane.S], FormWriter.T1, FormWriter.T1, FormWriter.T0);
        w.OpImmediate(Avx.Pshufd, FormWriter.T1, FormWriter.T1, Reversed);
        w.OpImmediate(Avx.Pshufd, FormWriter.T0, old, Reversed);
        w.Asm.LegacyImmediate(Map.M0F3A, FourRounds, FormWriter.T0, FormWriter.T1, function);
        w.OpImmediate(Avx.Pshufd, d, FormWriter.T0, Reversed);
    });

    /// <summary>Uses T1; d may be a.</summary>
    private static void Rotate(FormWriter w, Xmm d, Xmm a, int left)
    {
        w.ShiftRight(Lane.S, FormWriter.T1, a, 32 - left);
        w.ShiftLeft(Lane.S, d, a, left);
        w.Op(Avx.Por, d, d, FormWriter.T1);
    }
}
