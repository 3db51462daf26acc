using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Commands;

/// <summary>Finds the row of a packet: the longest prefix that matches and is not the beginning of a longer name.</summary>
internal sealed class CommandTable
{
    private readonly Entry[] _longestFirst;

    public CommandTable(IEnumerable<Command> rows)
    {
        Rows = [.. rows];
        _longestFirst = [.. Rows.Select(r => new Entry(Encoding.ASCII.GetBytes(r.Prefix), r)).OrderByDescending(e => e.Prefix.Length)];
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
        foreach (Entry entry in _longestFirst)
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
