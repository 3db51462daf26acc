using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Loads and stores of two registers, DDI 0487. The no-allocate hint of LDNP and STNP has no effect here.</summary>
internal static class LoadStorePair
{
    public static readonly Row[] Rows =
    [
        new("opc:2!=11 101 V 000 L imm7:7 Rt2:5 Rn:5 Rt:5", "LDNP, STNP", NoAllocate),
        new("opc:2!=11 101 V 001 L imm7:7 Rt2:5 Rn:5 Rt:5", "LDP, STP, LDPSW (post-index)", Pick<PostIndexMode>),
        new("opc:2!=11 101 V 010 L imm7:7 Rt2:5 Rn:5 Rt:5", "LDP, STP, LDPSW (signed offset)", Pick<OffsetMode>),
        new("opc:2!=11 101 V 011 L imm7:7 Rt2:5 Rn:5 Rt:5", "LDP, STP, LDPSW (pre-index)", Pick<PreIndexMode>),
    ];

    private static uint Opc(A64Word w) => w.Raw.Field(31, 30);

    private static bool IsVector(A64Word w) => w.Raw.Bit(26);

    private static bool IsLoad(A64Word w) => w.Raw.Bit(22);

    // LDPSW has no no-allocate form.
    private static Routine? NoAllocate(A64Word w, ref Instruction i) =>
        Opc(w) == 1 && !IsVector(w) ? null : Pick<OffsetMode>(w, ref i);

    private static Routine? Pick<TMode>(A64Word w, ref Instruction i)
        where TMode : struct, IAddressing
    {
        uint opc = Opc(w);
        i.Rn = w.RnOrSp;
        if (IsVector(w))
        {
            i.Rd = w.Rt;
            i.Ra = w.Rt2;
            i.Imm = w.Imm7 << (int)(2 + opc);
            return opc switch
            {
                0 => OfFp<VectorPart<Word32>, TMode>(w),
                1 => OfFp<VectorPart<Double64>, TMode>(w),
                _ => OfFp<VectorWhole, TMode>(w),
            };
        }

        i.Rd = IsLoad(w) ? w.RdOrZr : w.RtOrZr;
        i.Ra = IsLoad(w) ? w.Rt2Destination : w.Rt2OrZr;
        i.Imm = w.Imm7 << (opc == 2 ? 3 : 2);
        return opc switch
        {
            0 => Of<Word32, TMode>(w),
            1 when IsLoad(w) => Of<Signed<Word32, W64>, TMode>(w),
            1 => null,
            _ => Of<Double64, TMode>(w),
        };
    }

    private static Routine Of<T, TMode>(A64Word w)
        where T : struct, ITransfer
        where TMode : struct, IAddressing
    {
        if (w.Rn == Slots.Sp)
        {
            return IsLoad(w) ? Routine.OfSp<LoadTwo<T, TMode>>() : Routine.OfSp<StoreTwo<T, TMode>>();
        }

        return IsLoad(w) ? Routine.Of<LoadTwo<T, TMode>>() : Routine.Of<StoreTwo<T, TMode>>();
    }

    private static Routine OfFp<T, TMode>(A64Word w)
        where T : struct, ITransfer
        where TMode : struct, IAddressing
    {
        if (w.Rn == Slots.Sp)
        {
            return IsLoad(w) ? Routine.OfFpSp<LoadTwo<T, TMode>>() : Routine.OfFpSp<StoreTwo<T, TMode>>();
        }

        return IsLoad(w) ? Routine.OfFp<LoadTwo<T, TMode>>() : Routine.OfFp<StoreTwo<T, TMode>>();
    }
}
