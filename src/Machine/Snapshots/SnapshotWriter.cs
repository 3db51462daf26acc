using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Snapshots;

/// <summary>Writes the state of a machine that stands still. Changes nothing in it.</summary>
internal static class SnapshotWriter
{
    public static void Write(Boards.Machine machine, Stream into)
    {
        using SHA256 digest = SHA256.Create();
        using (CryptoStream hashed = new(into, digest, CryptoStreamMode.Write, leaveOpen: true))
        {
            byte[] identity = Encoding.UTF8.GetBytes(MachineIdentity.Of(machine.Configuration));
            using (BinaryWriter header = new(hashed, Encoding.UTF8, leaveOpen: true))
            {
                header.Write(SnapshotFormat.Magic);
                header.Write(SnapshotFormat.Version);
                header.Write(identity.Length);
                header.Write(identity);
            }

            using DeflateStream compressed = new(hashed, CompressionLevel.Fastest, leaveOpen: true);
            using BinaryWriter body = new(compressed, Encoding.UTF8, leaveOpen: true);
            WriteParts(machine, body);
            WriteMemories(machine, body);
        }

        into.Write(digest.Hash);
    }

    /// <summary>The state of one part as bytes.</summary>
    public static byte[] BytesOf(IStateful part)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        part.Save(new StateWriter(writer));
        return stream.ToArray();
    }

    private static void WriteParts(Boards.Machine machine, BinaryWriter to)
    {
        to.Write(machine.Parts.Count);
        foreach (IStateful part in machine.Parts)
        {
            byte[] bytes = BytesOf(part);
            to.Write(part.StateName);
            to.Write(bytes.Length);
            to.Write(bytes);
        }
    }

    private static void WriteMemories(Boards.Machine machine, BinaryWriter to)
    {
        Ram[] memories = [.. machine.Memories];
        to.Write(memories.Length);
        foreach (Ram memory in memories)
        {
            to.Write(memory.Name);
            to.Write(memory.Size);
            to.Write((ulong)MemoryPages.NotZero(memory).LongCount());
            foreach (ulong page in MemoryPages.NotZero(memory))
            {
                to.Write(page);
                to.Write(MemoryPages.Of(memory, page));
            }
        }
    }
}
