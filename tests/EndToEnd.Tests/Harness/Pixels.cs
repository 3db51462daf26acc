using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Linq;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A picture as red, green and blue, read from PNG (W3C, Portable Network Graphics) of 8 bits a channel without interlacing.</summary>
internal sealed class Pixels
{
    private const int SignatureBytes = 8;
    private const int ChunkOverhead = 12;

    private readonly byte[] _rows;
    private readonly int _channels;

    private Pixels(int width, int height, int channels, byte[] rows)
    {
        (Width, Height, _channels, _rows) = (width, height, channels, rows);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Red, green, blue.</summary>
    public (int Red, int Green, int Blue) this[int x, int y]
    {
        get
        {
            int at = ((y * Width) + x) * _channels;
            return (_rows[at], _rows[at + 1], _rows[at + 2]);
        }
    }

    /// <summary>How many colors there are in a part of it.</summary>
    public int Colors(int top, int bottom) =>
        Enumerable.Range(top, bottom - top).SelectMany(y => Enumerable.Range(0, Width).Select(x => this[x, y])).Distinct().Count();

    public static Pixels OfPng(ReadOnlySpan<byte> png)
    {
        int width = 0, height = 0, channels = 0;
        using MemoryStream packed = new();
        for (ReadOnlySpan<byte> rest = png[SignatureBytes..]; rest.Length >= ChunkOverhead;)
        {
            int length = (int)BinaryPrimitives.ReadUInt32BigEndian(rest);
            ReadOnlySpan<byte> data = rest.Slice(8, length);
            if (rest[4..8].SequenceEqual("IHDR"u8))
            {
                width = (int)BinaryPrimitives.ReadUInt32BigEndian(data);
                height = (int)BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
                channels = (data[8], data[9], data[12]) switch
                {
                    (8, 2, 0) => 3,
                    (8, 6, 0) => 4,
                    _ => throw new NotSupportedException($"PNG of depth {data[8]}, type {data[9]}, interlace {data[12]}"),
                };
            }
            else if (rest[4..8].SequenceEqual("IDAT"u8))
            {
                packed.Write(data);
            }

            rest = rest[(length + ChunkOverhead)..];
        }

        packed.Position = 0;
        using ZLibStream unpacked = new(packed, CompressionMode.Decompress);
        return new Pixels(width, height, channels, Unfilter(unpacked, width * channels, height, channels));
    }

    // Each row begins with the number of its filter: none, sub, up, average, Paeth.
    private static byte[] Unfilter(ZLibStream from, int rowBytes, int height, int channels)
    {
        byte[] rows = new byte[rowBytes * height];
        for (int y = 0; y < height; y++)
        {
            int filter = from.ReadByte();
            Span<byte> row = rows.AsSpan(y * rowBytes, rowBytes);
            from.ReadExactly(row);
            ReadOnlySpan<byte> above = y == 0 ? new byte[rowBytes] : rows.AsSpan((y - 1) * rowBytes, rowBytes);
            for (int x = 0; x < rowBytes; x++)
            {
                int left = x < channels ? 0 : row[x - channels];
                int corner = x < channels ? 0 : above[x - channels];
                row[x] += (byte)(filter switch { 0 => 0, 1 => left, 2 => above[x], 3 => (left + above[x]) / 2, _ => Paeth(left, above[x], corner) });
            }
        }

        return rows;
    }

    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        int toLeft = Math.Abs(estimate - left), toAbove = Math.Abs(estimate - above), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
