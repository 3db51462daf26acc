using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Cryptographic three-register SHA and two-register SHA (DDI 0487), an extension that Cortex-A53 implements (DDI 0501).
/// </summary>
internal static class CryptoSha
{
    public static readonly Row[] Rows =
    [
        new("0101 1110 000 Rm:5 0 000 00 Rn:5 Rd:5", "SHA1C", Three<Sha1Rounds<Choose>>),
        new("0101 1110 000 Rm:5 0 001 00 Rn:5 Rd:5", "SHA1P", Three<Sha1Rounds<Parity>>),
        new("0101 1110 000 Rm:5 0 010 00 Rn:5 Rd:5", "SHA1M", Three<Sha1Rounds<Majority>>),
        new("0101 1110 000 Rm:5 0 011 00 Rn:5 Rd:5", "SHA1SU0", Three<Sha1Schedule0>),
        new("0101 1110 000 Rm:5 0 100 00 Rn:5 Rd:5", "SHA256H", Three<Sha256Hash>),
        new("0101 1110 000 Rm:5 0 101 00 Rn:5 Rd:5", "SHA256H2", Three<Sha256Hash2>),
        new("0101 1110 000 Rm:5 0 110 00 Rn:5 Rd:5", "SHA256SU1", Three<Sha256Schedule1>),

        // Cryptographic two-register SHA.
        new("0101 1110 00 10100 00000 10 Rn:5 Rd:5", "SHA1H", Rotate),
        new("0101 1110 00 10100 00001 10 Rn:5 Rd:5", "SHA1SU1", Two<Sha1Schedule1>),
        new("0101 1110 00 10100 00010 10 Rn:5 Rd:5", "SHA256SU0", Two<Sha256Schedule0>),
    ];

    private static Routine Three<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector3
    {
        OperandFields.Registers(w, ref i);
        i.Option = 16;
        return Routine.OfFp<Ternary<TOp, Whole, Whole>>();
    }

    private static Routine Two<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector2
    {
        OperandFields.DestinationFirst(w, ref i);
        i.Option = 16;
        return Routine.OfFp<Binary<TOp, Whole, Whole, Kept>>();
    }

    private static Routine Rotate(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Option = 4;
        return Routine.OfFp<Unary<Sha1Rotate, Whole, Kept>>();
    }
}
