using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>A function of one vector that has the same form for every element type; signed and unsigned forms differ in T only.</summary>
internal interface ILanes1
{
    static abstract Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of two vectors that has the same form for every element type.</summary>
internal interface ILanes2
{
    static abstract Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of two vectors and the old destination that has the same form for every element type.</summary>
internal interface ILanes3
{
    static abstract Vector128<T> Do<T>(Vector128<T> d, Vector128<T> a, Vector128<T> b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of one element.</summary>
internal interface IElement1
{
    static abstract T Do<T>(T a)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of two elements.</summary>
internal interface IElement2
{
    static abstract T Do<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of one element that may saturate.</summary>
internal interface ISaturating1
{
    static abstract T Do<T>(T a, int imm, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of two elements that may saturate.</summary>
internal interface ISaturating2
{
    static abstract T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function of two elements and the old destination element that may saturate.</summary>
internal interface ISaturating3
{
    static abstract T Do<T>(T d, T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A function from an element to one of half its width that may saturate.</summary>
internal interface INarrowing
{
    static abstract N Do<W, N>(W a, int imm, ref bool saturated)
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
        where N : unmanaged, IBinaryInteger<N>, IMinMaxValue<N>;
}
