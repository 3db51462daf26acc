using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Cryptographic AES (DDI 0487), an extension that Cortex-A53 implements (DDI 0501).
/// </summary>
internal static class CryptoAes
{
    public static readonly Row[] Rows =
    [
        new("0100 1110 00 10100 00100 10 Rn:5 Rd:5", "AESE", Round<AesEncrypt>),
        new("0100 1110 00 10100 00101 10 Rn:5 Rd:5", "AESD", Round<AesDecrypt>),
        new("0100 1110 00 10100 00110 10 Rn:5 Rd:5", "AESMC", Mix<AesMixColumns>),
        new("0100 1110 00 10100 00111 10 Rn:5 Rd:5", "AESIMC", Mix<AesInverseMixColumns>),
    ];

    private static Routine Round<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector2
    {
        OperandFields.DestinationFirst(w, ref i);
        i.Option = 16;
        return Routine.OfFp<Binary<TOp, Whole, Whole, Kept>>();
    }

    private static Routine Mix<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector1
    {
        OperandFields.Registers(w, ref i);
        i.Option = 16;
        return Routine.OfFp<Unary<TOp, Whole, Kept>>();
    }
}
