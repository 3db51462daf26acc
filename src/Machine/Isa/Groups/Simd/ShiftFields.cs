using System.Numerics;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// immh:immb of the shift-by-immediate classes (DDI 0487): the highest one of immh gives the element width (of the narrow
/// elements where there are two), what remains the amount.
/// </summary>
internal static class ShiftFields
{
    /// <summary>Log2 of the bytes of an element.</summary>
    public static int Size(A64Word w) => BitOperations.Log2(w.Immh);

    /// <summary>0 to the width less one.</summary>
    public static byte Left(A64Word w) => (byte)(Both(w) - (8u << Size(w)));

    /// <summary>1 to the width.</summary>
    public static byte Right(A64Word w) => (byte)((16u << Size(w)) - Both(w));

    private static uint Both(A64Word w) => (w.Immh << 3) | w.Immb;
}
