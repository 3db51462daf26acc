using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>Vector registers filled with the values at which lanes saturate, overflow or are special: least and greatest of each size, NaN of both kinds.</summary>
internal static class LaneValues
{
    private static readonly ulong[] Values =
    [
        0x8080_8080_8080_8080, 0x8000_8000_8000_8000, 0x8000_0000_8000_0000, 0x8000_0000_0000_0000,
        0x7f7f_7f7f_7f7f_7f7f, 0x7fff_7fff_7fff_7fff, 0x7fff_ffff_7fff_ffff, 0x7fff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff, 0, 0x0101_0101_0101_0101, 0x0000_0001_ffff_ffff,
        0x7f80_0001_ff80_0000, 0x7ff0_0000_0000_0001, 0xfff8_0000_0000_0000, 0x7fc0_0000_0000_0001, 0x7c01_fc00_7e00_8001,
    ];

    /// <summary>The least value of each size: what the doubling and negating instructions saturate at.</summary>
    public static IEnumerable<ulong> Least => Values.Take(4);

    /// <summary>
    /// Assignments to the vector registers that the fields of a word name: <c> v3=high_low</c> for each; the value given
    /// everywhere, or one for all or for each its own.
    /// </summary>
    public static string For(Row row, uint word, RandomBits random, ulong? everywhere = null)
    {
        ulong? value = everywhere ?? (random.OneIn(2) ? Pick(random) : null);
        IEnumerable<int> registers = EncodingPattern.Parse(row.Pattern).Fields.Where(static f => f.Name[0] == 'R')
            .Select(f => (int)word.Field(f.Hi, f.Lo)).Distinct();
        return string.Concat(registers.Select(n =>
        {
            ulong low = value ?? Pick(random);
            ulong high = everywhere is not null || random.OneIn(2) ? low : Pick(random);
            return string.Create(CultureInfo.InvariantCulture, $" v{n}={high:x}_{low:x}");
        }));
    }

    private static ulong Pick(RandomBits random) => Values[random.Below((uint)Values.Length)];
}
