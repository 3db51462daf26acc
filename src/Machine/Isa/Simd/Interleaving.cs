using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>
/// Where the bytes of structures of 2 to 4 elements lie, in memory (elements of the registers in turn) and in registers, as
/// indices for <see cref="TableLookup"/>.
/// </summary>
internal static class Interleaving
{
    private static readonly Vector128<byte>[] InMemory = MakeAll(static (count, elementBytes, register, place) =>
        ((((place / elementBytes) * count) + register) * elementBytes) + (place % elementBytes));

    private static readonly Vector128<byte>[] InRegisters = MakeAll(static (count, elementBytes, block, place) =>
    {
        int element = ((16 * block) + place) / elementBytes;
        return (element % count * 16) + (element / count * elementBytes) + (place % elementBytes);
    });

    private delegate int PlaceOf(int count, int elementBytes, int vector, int place);

    /// <summary>For each byte of a register, which byte of the run in memory it is.</summary>
    public static Vector128<byte> PlacesInMemory(int count, int size, int register) => InMemory[Index(count, size, register)];

    /// <summary>For each byte of a block of 16 in memory, which byte of the registers, 16 from one to the next, it is.</summary>
    public static Vector128<byte> PlacesInRegisters(int count, int size, int block) => InRegisters[Index(count, size, block)];

    private static int Index(int count, int size, int vector) => ((((count - 2) * 4) + size) * 4) + vector;

    private static Vector128<byte>[] MakeAll(PlaceOf placeOf)
    {
        var all = new Vector128<byte>[48];
        for (int count = 2; count <= 4; count++)
        {
            for (int size = 0; size < 4; size++)
            {
                for (int vector = 0; vector < count; vector++)
                {
                    ref Vector128<byte> places = ref all[Index(count, size, vector)];
                    for (int place = 0; place < 16; place++)
                    {
                        Lanes.At(ref places, place) = (byte)placeOf(count, 1 << size, vector, place);
                    }
                }
            }
        }

        return all;
    }
}
