using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Snapshots;

/// <summary>
/// The hash of a machine's state: 128 bits over what a snapshot would hold, the same on every host and engine. Digests
/// of pages are kept, so that asking again costs only what was stored to since.
/// </summary>
internal sealed class StateHash(Boards.Machine machine)
{
    private const int ShownBytes = 16;

    private readonly Dictionary<(string Memory, ulong Page), byte[]> _digests = [];

    /// <summary>32 hexadecimal digits.</summary>
    public string Compute()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, MachineIdentity.Of(machine.Configuration));
        foreach (IStateful part in machine.Parts)
        {
            Add(hash, part.StateName);
            hash.AppendData(SnapshotWriter.BytesOf(part));
        }

        foreach (Ram memory in machine.Memories)
        {
            AddMemory(hash, memory);
        }

        // A page whose mark is taken off must not have a short cut for stores.
        machine.ForgetShortCuts();
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, ShownBytes));
    }

    /// <summary>Memory was exchanged: no digest is known.</summary>
    public void Forget() => _digests.Clear();

    private static void Add(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData([0]);
    }

    private void AddMemory(IncrementalHash hash, Ram memory)
    {
        Add(hash, memory.Name);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        ulong count = memory.Size >> Ram.PageShift;
        for (ulong page = memory.NextWritten(0); page < count; page = memory.NextWritten(page + 1))
        {
            byte[] digest = DigestOf(memory, page);
            if (digest.Length > 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(number, page);
                hash.AppendData(number);
                hash.AppendData(digest);
            }
        }
    }

    /// <summary>Empty for a page of zeros, which is the same as one never touched.</summary>
    private unsafe byte[] DigestOf(Ram memory, ulong page)
    {
        ref byte flags = ref memory.Pages[page];
        bool changed = (flags & (byte)PageFlags.Changed) != 0;
        if (!changed && _digests.TryGetValue((memory.Name, page), out byte[]? known))
        {
            return known;
        }

        Span<byte> bytes = MemoryPages.Of(memory, page);
        byte[] digest = bytes.ContainsAnyExcept((byte)0) ? SHA256.HashData(bytes) : [];
        _digests[(memory.Name, page)] = digest;
        flags &= unchecked((byte)~PageFlags.Changed);
        return digest;
    }
}
