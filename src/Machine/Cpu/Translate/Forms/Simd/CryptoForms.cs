using System;
using GdbHost.Machine.Cpu.Translate.Building;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>
/// AES rounds and polynomial products. The host adds the round key at the end of a round, Arm at its start: so the key is added before, and
/// the host's is zero.
/// </summary>
internal static class CryptoForms
{
    private static readonly NativeForm Encrypt = Round(Avx.Aesenclast);
    private static readonly NativeForm Decrypt = Round(Avx.Aesdeclast);
    private static readonly NativeForm EncryptAndMix = Round(Avx.Aesenc);
    private static readonly NativeForm DecryptAndMix = Round(Avx.Aesdec);

    /// <summary>The host has no MixColumns alone: the last round of decryption undoes what a round of encryption does besides.</summary>
    private static readonly NativeForm MixColumns = new VectorForm1(static (w, d, a, imm) =>
    {
        w.Zero(FormWriter.T0);
        w.Op(Avx.Aesdeclast, FormWriter.T1, a, FormWriter.T0);
        w.Op(Avx.Aesenc, d, FormWriter.T1, FormWriter.T0);
    });

    private static readonly NativeForm InverseMixColumns = new VectorForm1(static (w, d, a, imm) => w.Op(Avx.Aesimc, d, a));

    public static NativeForm? Find(Type operation)
    {
        if (operation == typeof(PolynomialMultiplyLong) && HostProcessor.HasCarrylessMultiply)
        {
            return new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Pclmulqdq, d, a, b, 0));
        }

        return !HostProcessor.HasAes ? null
            : operation == typeof(AesEncrypt) ? Encrypt
            : operation == typeof(AesDecrypt) ? Decrypt
            : operation == typeof(AesMixColumns) ? Mixed(Encrypt, EncryptAndMix, MixColumns)
            : operation == typeof(AesInverseMixColumns) ? Mixed(Decrypt, DecryptAndMix, InverseMixColumns)
            : null;
    }

    private static VectorForm2 Round(VexOp round) => new((w, d, a, b, imm) =>
    {
        w.Zero(FormWriter.T1);
        w.Op(Avx.Pxor, FormWriter.T0, a, b);
        w.Op(round, d, FormWriter.T0, FormWriter.T1);
    });

    /// <summary>
    /// A round and the mixing after it are one instruction of the host. The operands of the round are taken only if nothing between could
    /// leave for the interpreter: they are not in the guest's registers any more.
    /// </summary>
    private static ComposedForm Mixed(NativeForm round, NativeForm both, NativeForm alone) => new((unit, a, b, c, imm) =>
    {
        ref IrOp made = ref unit.Op(a);
        bool isRound = made.Code == IrCode.Form && unit.FormOf(made) == round && WaysOut.FollowsWithoutLeaving(unit, a);
        return isRound ? both.Build(unit, (ulong)made.A, (ulong)made.B, c, 0) : alone.Build(unit, a, b, c, 0);
    });
}
