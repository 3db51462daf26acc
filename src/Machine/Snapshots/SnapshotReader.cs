using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Snapshots;

/// <summary>
/// Restores a machine from a snapshot. Everything is read into a second machine first, so that a file which is damaged,
/// cut short or made by an enemy leaves the first as it was: it is refused with one line.
/// </summary>
internal static class SnapshotReader
{
    /// <param name="machine">Gets the state; it stands still.</param>
    /// <param name="from">A stream that can seek; it is read from its beginning, twice.</param>
    /// <exception cref="InvalidDataException">Refused; the message says why and the machine is as it was.</exception>
    public static void Read(Boards.Machine machine, Stream from)
    {
        from.Position = 0;
        string identity = CheckHeader(from);
        long bodyStart = from.Position;
        CheckDigest(from);
        MachineIdentity.Check(MachineIdentity.Of(machine.Configuration), identity);
        from.Position = bodyStart;
        try
        {
            using Boards.Machine fresh = new(machine.Configuration, machine.Board, new NothingToStart(machine.StartsNonSecure), static _ => { });
            List<byte[]> parts = ReadBody(fresh, from);
            Adopt(machine, fresh, parts);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("it ends too early", e);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new InvalidDataException("a name in it cannot be read", e);
        }
    }

    private static string CheckHeader(Stream from)
    {
        try
        {
            using BinaryReader header = new(from, Encoding.UTF8, leaveOpen: true);
            Span<byte> magic = stackalloc byte[SnapshotFormat.Magic.Length];
            from.ReadExactly(magic);
            if (!magic.SequenceEqual(SnapshotFormat.Magic))
            {
                throw new InvalidDataException("it is no snapshot");
            }

            uint version = header.ReadUInt32();
            if (version != SnapshotFormat.Version)
            {
                throw new InvalidDataException(
                    $"it is of format {version}, and this program reads format {SnapshotFormat.Version}; use the program that saved it");
            }

            int length = header.ReadInt32();
            if (length is < 0 or > SnapshotFormat.MaxIdentityBytes)
            {
                throw new InvalidDataException("it is damaged");
            }

            byte[] identity = new byte[length];
            from.ReadExactly(identity);
            return Encoding.UTF8.GetString(identity);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("it ends too early", e);
        }
    }

    private static void CheckDigest(Stream from)
    {
        const int ChunkBytes = 1 << 16;
        long left = from.Length - SnapshotFormat.DigestBytes;
        if (left < from.Position)
        {
            throw new InvalidDataException("it ends too early");
        }

        from.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[ChunkBytes];
        while (left > 0)
        {
            int count = (int)Math.Min(ChunkBytes, left);
            from.ReadExactly(chunk, 0, count);
            hash.AppendData(chunk, 0, count);
            left -= count;
        }

        byte[] stored = new byte[SnapshotFormat.DigestBytes];
        from.ReadExactly(stored);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(stored))
        {
            throw new InvalidDataException("it is damaged: its digest does not match");
        }
    }

    /// <summary>Fills a fresh machine, and gives the bytes of its parts.</summary>
    private static List<byte[]> ReadBody(Boards.Machine fresh, Stream from)
    {
        using DeflateStream decompressed = new(from, CompressionMode.Decompress, leaveOpen: true);
        using BinaryReader body = new(decompressed, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        Expect(body.ReadInt32() == fresh.Parts.Count, "it has other parts than this machine");
        List<byte[]> parts = [];
        foreach (IStateful part in fresh.Parts)
        {
            Expect(ReadName(body) == part.StateName, $"it has another part where this machine has {part.StateName}");
            int length = body.ReadInt32();
            Expect(length is >= 0 and <= SnapshotFormat.MaxPartBytes, $"its part {part.StateName} is too large");
            byte[] bytes = new byte[length];
            decompressed.ReadExactly(bytes);
            RestorePart(part, bytes);
            parts.Add(bytes);
        }

        ReadMemories(fresh, body);
        Expect(decompressed.ReadByte() < 0, "something follows its end");
        return parts;
    }

    private static void ReadMemories(Boards.Machine fresh, BinaryReader body)
    {
        Ram[] memories = [.. fresh.Memories];
        Expect(body.ReadInt32() == memories.Length, "it has other memories than this machine");
        foreach (Ram memory in memories)
        {
            bool same = ReadName(body) == memory.Name && body.ReadUInt64() == memory.Size;
            Expect(same, $"it has another memory where this machine has {memory.Name}");
            ulong pages = memory.Size >> Ram.PageShift;
            ulong count = body.ReadUInt64();
            Expect(count <= pages, $"it has too many pages of {memory.Name}");
            ulong next = 0;
            for (; count > 0; count--)
            {
                ulong page = body.ReadUInt64();
                Expect(page >= next && page < pages, $"the pages of {memory.Name} are out of order");
                Span<byte> bytes = MemoryPages.Of(memory, page);
                body.BaseStream.ReadExactly(bytes);
                memory.MarkWritten(page << Ram.PageShift, Ram.PageSize);
                next = page + 1;
            }
        }
    }

    /// <summary>What has worked on the fresh machine works on one of the same kind: from here on nothing can fail.</summary>
    private static void Adopt(Boards.Machine machine, Boards.Machine fresh, List<byte[]> parts)
    {
        foreach ((Ram own, Ram other) in machine.Memories.Zip(fresh.Memories))
        {
            own.TakeOver(other);
        }

        for (int i = 0; i < parts.Count; i++)
        {
            RestorePart(machine.Parts[i], parts[i]);
        }

        machine.Restored();
    }

    private static void RestorePart(IStateful part, byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        using BinaryReader reader = new(stream);
        part.Restore(new StateReader(reader));
        Expect(stream.Position == stream.Length, $"its part {part.StateName} has another length");
    }

    /// <summary>A name as BinaryWriter writes it; ours are short.</summary>
    private static string ReadName(BinaryReader from)
    {
        const int LongestName = 127;
        int length = from.ReadByte();
        Expect(length <= LongestName, "a name in it is too long");
        byte[] bytes = new byte[length];
        from.BaseStream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidDataException(otherwise);
        }
    }

    /// <summary>The start of a machine whose state comes from a snapshot.</summary>
    private sealed class NothingToStart(bool startsNonSecure) : IMachineStart
    {
        public ReadOnlyMemory<byte> DeviceTree => default;

        public PsciConduit Conduit => PsciConduit.None;

        public bool StartsNonSecure => startsNonSecure;

        public (ulong Start, ulong End) FreeMemory => default;

        public void Apply(Boards.Machine machine)
        {
        }
    }
}
