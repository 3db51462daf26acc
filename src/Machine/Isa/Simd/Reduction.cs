using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>The sum of two elements, for reductions.</summary>
internal readonly struct Sum : IElement2
{
    public static T Do<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a + b;
}

/// <summary>The larger of two elements, for reductions.</summary>
internal readonly struct Larger : IElement2
{
    public static T Do<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.Max(a, b);
}

/// <summary>The smaller of two elements, for reductions.</summary>
internal readonly struct Smaller : IElement2
{
    public static T Do<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.Min(a, b);
}

/// <summary>
/// ADDP, SMAXP, UMAXP, SMINP, UMINP: adjacent elements of the pair. <c>imm</c> is the number of bytes of an operand, 8 or 16.
/// </summary>
internal readonly struct Pairwise<TOp> : ILanes2
    where TOp : struct, ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        TOp.Do(Unzip<No>.Do(a, b, imm), Unzip<Yes>.Do(a, b, imm), 0);
}

/// <summary>SADDLP, UADDLP: the halves of each element, T being the type of the sums.</summary>
internal readonly struct AddLongPairwise : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int half = Element<T>.Bits / 2;
        return ((a << half) >> half) + (a >> half);
    }
}

/// <summary>SADALP, UADALP: as <see cref="AddLongPairwise"/>, added to the old destination.</summary>
internal readonly struct AddLongPairwiseAdd : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a + AddLongPairwise.Do(b, imm);
}

/// <summary>
/// ADDV, SADDLV, UADDLV, SMAXV, UMAXV, SMINV, UMINV: one element R from all elements T of the first <c>imm</c> bytes.
/// </summary>
internal readonly struct Reduce<TOp, T, R> : IVector1
    where TOp : struct, IElement2
    where T : unmanaged, IBinaryInteger<T>
    where R : unmanaged, IBinaryInteger<R>, IMinMaxValue<R>
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm)
    {
        Vector128<T> from = a.As<byte, T>();
        R result = R.CreateTruncating(Lanes.At(ref from, 0));
        for (int lane = 1; lane < imm / Unsafe.SizeOf<T>(); lane++)
        {
            result = TOp.Do(result, R.CreateTruncating(Lanes.At(ref from, lane)));
        }

        return Vector128.CreateScalar(result).AsByte();
    }
}
