using System;
using System.Buffers;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Questions about much memory that are answered here instead of reading it out (GDB manual, General Query Packets: qSearch, qCRC).</summary>
internal static class MemoryQueries
{
    public static readonly Command[] Rows =
    [
        new("qSearch:memory:", Search),
        new("qCRC:", Checksum),
    ];

    // Looked through at a time; the longest range that one packet may ask for keeps its answer from taking for ever.
    private const int ChunkBytes = 64 << 10;
    private const ulong MostBytes = 1UL << 30;

    private const uint Polynomial = 0x04C1_1DB7;

    private delegate bool Visitor(ReadOnlySpan<byte> bytes, ulong address);

    private static void Search(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong start) || !arguments.Take(';') || !arguments.TakeNumber(out ulong length) || !arguments.Take(';')
            || arguments.AtEnd || arguments.Rest.Length > ChunkBytes || length > MostBytes)
        {
            context.Error(RspError.Malformed);
            return;
        }

        byte[] pattern = arguments.Rest.ToArray();
        ulong? found = null;
        bool whole = TryVisit(context, start, length, pattern.Length - 1, (bytes, address) =>
        {
            int at = bytes.IndexOf(pattern);
            found = at < 0 ? null : address + (ulong)at;
            return at < 0;
        });
        if (found is ulong place)
        {
            context.Reply.Text("1,").Number(place);
        }
        else if (whole)
        {
            context.Reply.Put('0');
        }
        else
        {
            context.Error(RspError.BadAddress);
        }
    }

    private static void Checksum(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong start) || !arguments.Take(',') || !arguments.TakeNumber(out ulong length) || !arguments.AtEnd
            || length > MostBytes)
        {
            context.Error(RspError.Malformed);
            return;
        }

        uint crc = uint.MaxValue;
        bool whole = TryVisit(context, start, length, 0, (bytes, _) =>
        {
            foreach (byte b in bytes)
            {
                crc ^= (uint)b << 24;
                for (int bit = 0; bit < 8; bit++)
                {
                    crc = (crc << 1) ^ (Polynomial & (uint)((int)crc >> 31));
                }
            }

            return true;
        });
        if (whole)
        {
            context.Reply.Put('C').Number(crc);
        }
        else
        {
            context.Error(RspError.BadAddress);
        }
    }

    /// <summary>Shows memory piece by piece, each with the end of the one before, until the visitor has seen enough; false if memory ends first.</summary>
    private static bool TryVisit(CommandContext context, ulong start, ulong length, int overlap, Visitor visit)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(ChunkBytes + overlap);
        int kept = 0;
        bool whole = true;
        for (ulong done = 0; done < length;)
        {
            int count = (int)Math.Min(length - done, ChunkBytes);
            int read = context.ReadMemory(start + done, room.AsSpan(kept, count));
            if (!visit(room.AsSpan(0, kept + read), start + done - (ulong)kept))
            {
                break;
            }

            if (read < count)
            {
                whole = false;
                break;
            }

            done += (ulong)count;
            int keep = Math.Min(overlap, kept + read);
            room.AsSpan(kept + read - keep, keep).CopyTo(room);
            kept = keep;
        }

        ArrayPool<byte>.Shared.Return(room);
        return whole;
    }
}
