using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Commands;

/// <summary>Finds the row of a packet: the longest prefix that matches and is not the beginning of a longer name.</summary>
internal sealed class CommandTable
{
    // By the first byte of their prefix, the longest first.
    private readonly Entry[][] _byLetter = new Entry[byte.MaxValue + 1][];

    public CommandTable(IEnumerable<Command> rows)
    {
        Rows = [.. rows];
        ILookup<byte, Entry> entries = Rows.Select(r => new Entry(Encoding.ASCII.GetBytes(r.Prefix), r)).ToLookup(e => e.Prefix[0]);
        for (int letter = 0; letter < _byLetter.Length; letter++)
        {
            _byLetter[letter] = [.. entries[(byte)letter].OrderByDescending(e => e.Prefix.Length)];
        }

        string? twice = Rows.GroupBy(r => r.Prefix).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new ArgumentException($"Two rows have the prefix \"{twice}\".", nameof(rows));
        }
    }

    public IReadOnlyList<Command> Rows { get; }

    /// <summary>The row, or null when no packet of that name exists for this target.</summary>
    public Command? Find(ReadOnlySpan<byte> packet, ITarget target, out int prefixLength)
    {
        foreach (Entry entry in packet.IsEmpty ? [] : _byLetter[packet[0]])
        {
            if (packet.StartsWith(entry.Prefix) && EndsName(entry.Prefix, packet[entry.Prefix.Length..]))
            {
                prefixLength = entry.Prefix.Length;
                return entry.Row.Needs?.Invoke(target) is false ? null : entry.Row;
            }
        }

        prefixLength = 0;
        return null;
    }

    // One-letter packets run straight into their arguments; names of more letters end where no letter follows,
    // so that "qC" is not found in "qCRC:".
    private static bool EndsName(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> rest) =>
        prefix.Length == 1 || rest.IsEmpty || !char.IsAsciiLetter((char)prefix[^1]) || !char.IsAsciiLetter((char)rest[0]);

    private readonly record struct Entry(byte[] Prefix, Command Row);
}
