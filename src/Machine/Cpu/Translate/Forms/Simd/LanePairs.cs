using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Every other element, neighbors, and elements in turn. Where it matters the immediate is the bytes of an operand, 8 or 16.</summary>
internal static class LanePairs
{
    private const int HalfVector = 8;
    private const int OddHalfwords = 0b1010_1010;
    private const int OddWords = 0b1010;

    public static Emit2 Unzip(Lane lane, bool odd) => (w, d, a, b, imm) =>
    {
        if (imm == HalfVector)
        {
            w.Op(Avx.Punpcklqdq, FormWriter.T0, a, b);
            (a, b) = (FormWriter.T0, FormWriter.T0);
        }

        switch (lane.Size)
        {
            case Lane.D:
                w.Op(odd ? Avx.Punpckhqdq : Avx.Punpcklqdq, d, a, b);
                break;
            case Lane.S:
                w.Op(Avx.Shufps, d, a, b, odd ? 0xdd : 0x88);
                break;
            default:
                EachOther(w, lane.Size, odd, FormWriter.T1, a);
                EachOther(w, lane.Size, odd, FormWriter.T2, b);
                w.Op(lane.Size == Lane.B ? Avx.Packuswb : Avx.Packusdw, d, FormWriter.T1, FormWriter.T2);
                break;
        }
    };

    public static Emit2 ZipUpper(Lane lane) => (w, d, a, b, imm) =>
    {
        if (imm == HalfVector)
        {
            w.Op(Avx.Punpckl[lane.Size], FormWriter.T0, a, b);
            w.Op(Avx.Punpckhqdq, d, FormWriter.T0, FormWriter.T0);
        }
        else
        {
            w.Op(Avx.Punpckh[lane.Size], d, a, b);
        }
    };

    public static Emit2 TransposeEven(Lane lane) => (w, d, a, b, imm) =>
    {
        switch (lane.Size)
        {
            case Lane.D:
                w.Op(Avx.Punpcklqdq, d, a, b);
                break;
            case Lane.B:
                w.ShiftLeft(Lane.H, FormWriter.T0, b, lane.Bits);
                w.Op(Avx.Pand, FormWriter.T1, a, HostConstant.LowBytes);
                w.Op(Avx.Por, d, FormWriter.T0, FormWriter.T1);
                break;
            default:
                w.ShiftLeft(lane.Size + 1, FormWriter.T0, b, lane.Bits);
                Blend(w, lane, d, a, FormWriter.T0);
                break;
        }
    };

    public static Emit2 TransposeOdd(Lane lane) => (w, d, a, b, imm) =>
    {
        switch (lane.Size)
        {
            case Lane.D:
                w.Op(Avx.Punpckhqdq, d, a, b);
                break;
            case Lane.B:
                w.ShiftRight(Lane.H, FormWriter.T0, a, lane.Bits);
                w.Load(FormWriter.T1, HostConstant.LowBytes);
                w.Op(Avx.Pandn, FormWriter.T1, FormWriter.T1, b);
                w.Op(Avx.Por, d, FormWriter.T0, FormWriter.T1);
                break;
            default:
                w.ShiftRight(lane.Size + 1, FormWriter.T0, a, lane.Bits);
                Blend(w, lane, d, FormWriter.T0, b);
                break;
        }
    };

    /// <summary>REV64, REV32, REV16: the immediate is the number of elements in a container less one.</summary>
    public static Emit1 Reverse(Lane lane) => (w, d, a, imm) =>
    {
        HostConstant places = (imm << lane.Size) switch
        {
            1 => HostConstant.Reverse1,
            2 => HostConstant.Reverse2,
            3 => HostConstant.Reverse3,
            4 => HostConstant.Reverse4,
            6 => HostConstant.Reverse6,
            _ => HostConstant.Reverse7,
        };
        w.Op(Avx.Pshufb, d, a, places);
    };

    /// <summary>SADDLP, UADDLP by the type of the sums.</summary>
    public static Emit1? AddLong(Lane lane) => (lane.Size, lane.Signed) switch
    {
        (Lane.H, false) => static (w, d, a, imm) => w.Op(Avx.Pmaddubsw, d, a, HostConstant.OneB),
        (Lane.H, true) => static (w, d, a, imm) =>
        {
            w.Load(FormWriter.T1, HostConstant.OneB);
            w.Op(Avx.Pmaddubsw, d, FormWriter.T1, a);
        },
        (Lane.S, true) => static (w, d, a, imm) => w.Op(Avx.Pmaddwd, d, a, HostConstant.OneH),
        (Lane.S, false) => static (w, d, a, imm) =>
        {
            w.Op(Avx.Pand, FormWriter.T1, a, HostConstant.LowHalfwords);
            w.ShiftRight(Lane.S, FormWriter.T2, a, 16);
            w.Op(Avx.Padd[Lane.S], d, FormWriter.T1, FormWriter.T2);
        },
        (Lane.D, false) => static (w, d, a, imm) =>
        {
            w.Op(Avx.Pand, FormWriter.T1, a, HostConstant.LowWords);
            w.ShiftRight(Lane.D, FormWriter.T2, a, 32);
            w.Op(Avx.Padd[Lane.D], d, FormWriter.T1, FormWriter.T2);
        },
        _ => static (w, d, a, imm) =>
        {
            // Both words of each element extended by their signs.
            w.ShiftRightSigned(Lane.S, FormWriter.T1, a, 31);
            w.ShiftLeft(Lane.D, FormWriter.T2, FormWriter.T1, 32);
            w.Op(Avx.Pblendd, FormWriter.T2, a, FormWriter.T2, OddWords);
            w.ShiftRight(Lane.D, d, a, 32);
            w.Op(Avx.Pblendd, d, d, FormWriter.T1, OddWords);
            w.Op(Avx.Padd[Lane.D], d, d, FormWriter.T2);
        },
    };

    /// <summary>An operation on neighbors of the pair.</summary>
    public static NativeForm? Pairwise(Type operation, Lane lane)
    {
        if (operation == typeof(Add) && lane.Size is Lane.H or Lane.S)
        {
            VexOp add = lane.Size == Lane.H ? Avx.Phaddw : Avx.Phaddd;
            return new VectorForm2((w, d, a, b, imm) =>
            {
                if (imm == HalfVector)
                {
                    w.Op(Avx.Punpcklqdq, FormWriter.T0, a, b);
                    (a, b) = (FormWriter.T0, FormWriter.T0);
                }

                w.Op(add, d, a, b);
            });
        }

        NativeForm? even = LaneForms.Form2(typeof(Unzip<No>), lane);
        NativeForm? odd = LaneForms.Form2(typeof(Unzip<Yes>), lane);
        return LaneForms.Form2(operation, lane) is { } each
            ? new ComposedForm((unit, a, b, c, imm) => each.Build(unit, even!.Build(unit, a, b, c, imm), odd!.Build(unit, a, b, c, imm), c, 0))
            : null;
    }

    // Even or odd elements in the low half of elements twice as wide.
    private static void EachOther(FormWriter w, int size, bool odd, Xmm d, Xmm a)
    {
        if (odd)
        {
            w.ShiftRight(size + 1, d, a, 8 << size);
        }
        else
        {
            w.Op(Avx.Pand, d, a, size == Lane.B ? HostConstant.LowBytes : HostConstant.LowHalfwords);
        }
    }

    private static void Blend(FormWriter w, Lane lane, Xmm d, Xmm even, Xmm odd)
    {
        if (lane.Size == Lane.H)
        {
            w.Op(Avx.Pblendw, d, even, odd, OddHalfwords);
        }
        else
        {
            w.Op(Avx.Pblendd, d, even, odd, OddWords);
        }
    }
}
