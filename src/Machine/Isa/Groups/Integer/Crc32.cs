namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>CRC32 and CRC32C, DDI 0487; the Cortex-A53 has them (ID_AA64ISAR0_EL1.CRC32).</summary>
internal static class Crc32
{
    public static readonly Row[] Rows =
    [
        new("0 00 11010110 Rm:5 010000 Rn:5 Rd:5", "CRC32B", Checksum<Ieee, Bytes1>),
        new("0 00 11010110 Rm:5 010001 Rn:5 Rd:5", "CRC32H", Checksum<Ieee, Bytes2>),
        new("0 00 11010110 Rm:5 010010 Rn:5 Rd:5", "CRC32W", Checksum<Ieee, Bytes4>),
        new("1 00 11010110 Rm:5 010011 Rn:5 Rd:5", "CRC32X", Checksum<Ieee, Bytes8>),
        new("0 00 11010110 Rm:5 010100 Rn:5 Rd:5", "CRC32CB", Checksum<Castagnoli, Bytes1>),
        new("0 00 11010110 Rm:5 010101 Rn:5 Rd:5", "CRC32CH", Checksum<Castagnoli, Bytes2>),
        new("0 00 11010110 Rm:5 010110 Rn:5 Rd:5", "CRC32CW", Checksum<Castagnoli, Bytes4>),
        new("1 00 11010110 Rm:5 010111 Rn:5 Rd:5", "CRC32CX", Checksum<Castagnoli, Bytes8>),
    ];

    internal interface IPolynomial
    {
        /// <summary>The remainder of each byte, reflected.</summary>
        static abstract uint[] Table { get; }
    }

    internal interface ILength
    {
        static abstract int Bytes { get; }
    }

    private static uint[] MakeTable(uint reflected)
    {
        uint[] table = new uint[256];
        for (uint value = 0; value < 256; value++)
        {
            uint rest = value;
            for (int bit = 0; bit < 8; bit++)
            {
                rest = (rest & 1) != 0 ? (rest >> 1) ^ reflected : rest >> 1;
            }

            table[value] = rest;
        }

        return table;
    }

    private static Routine Checksum<TPolynomial, TLength>(A64Word w, ref Instruction i)
        where TPolynomial : struct, IPolynomial
        where TLength : struct, ILength
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
        return Routine.Of<ChecksumRoutine<TPolynomial, TLength>>();
    }

    private readonly struct ChecksumRoutine<TPolynomial, TLength> : IRoutine
        where TPolynomial : struct, IPolynomial
        where TLength : struct, ILength
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Scalar<Update<TPolynomial, TLength>>(e.X(i.Rn), e.X(i.Rm)));
            return Flow.Next;
        }
    }

    internal readonly struct Update<TPolynomial, TLength> : IScalar2
        where TPolynomial : struct, IPolynomial
        where TLength : struct, ILength
    {
        public static ulong Do(ulong a, ulong b)
        {
            uint[] table = TPolynomial.Table;
            uint crc = (uint)a;
            for (int k = 0; k < TLength.Bytes; k++)
            {
                crc = (crc >> 8) ^ table[(byte)(crc ^ (b >> (8 * k)))];
            }

            return crc;
        }
    }

    /// <summary>0x04C11DB7.</summary>
    internal readonly struct Ieee : IPolynomial
    {
        public static uint[] Table { get; } = MakeTable(0xedb8_8320);
    }

    /// <summary>0x1EDC6F41.</summary>
    internal readonly struct Castagnoli : IPolynomial
    {
        public static uint[] Table { get; } = MakeTable(0x82f6_3b78);
    }

    internal readonly struct Bytes1 : ILength
    {
        public static int Bytes => 1;
    }

    internal readonly struct Bytes2 : ILength
    {
        public static int Bytes => 2;
    }

    internal readonly struct Bytes4 : ILength
    {
        public static int Bytes => 4;
    }

    internal readonly struct Bytes8 : ILength
    {
        public static int Bytes => 8;
    }
}
