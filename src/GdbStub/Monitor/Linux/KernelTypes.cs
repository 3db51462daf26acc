using System;
using System.Collections.Generic;
using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>
/// The types of a running kernel, from the BTF that it carries (Linux documentation, bpf/btf): where the members of a structure are.
/// </summary>
internal sealed class KernelTypes
{
    private const int HeaderBytes = 24;
    private const int TypeBytes = 12;
    private const int MemberBytes = 12;
    private const int MostBytes = 32 << 20;
    private const int MostDepth = 16;
    private const int MostNameBytes = 128;
    private const int Structure = 4;
    private const int Union = 5;

    // Bytes behind the header of a type of each kind: always, and for each of its parts.
    private static readonly (int Always, int Each)[] Extra =
    [
        (0, 0), (4, 0), (0, 0), (12, 0), (0, MemberBytes), (0, MemberBytes), (0, 8), (0, 0), (0, 0), (0, 0),
        (0, 0), (0, 0), (0, 0), (0, 8), (4, 0), (0, 12), (0, 0), (4, 0), (0, 0), (0, 12),
    ];

    private readonly byte[] _bytes;
    private readonly int _strings;

    // Where the type with each number begins; number 0 is void.
    private readonly List<int> _types = [0];

    private KernelTypes(byte[] bytes, int types, int end, int strings)
    {
        (_bytes, _strings) = (bytes, strings);
        for (int at = types; at + TypeBytes <= end;)
        {
            int kind = Kind(at);
            int next = kind < Extra.Length ? at + TypeBytes + Extra[kind].Always + (Extra[kind].Each * Parts(at)) : int.MaxValue;
            if (next > end)
            {
                break;
            }

            _types.Add(at);
            at = next;
        }
    }

    /// <summary>Finds them in the image of a kernel; null where there are none.</summary>
    public static KernelTypes? Find(ReadOnlySpan<byte> image)
    {
        // Magic, version 1, no flags, the length of the header, types first.
        ReadOnlySpan<byte> begin = [0x9f, 0xeb, 1, 0, HeaderBytes, 0, 0, 0, 0, 0, 0, 0];
        for (int from = 0, found; (found = image[from..].IndexOf(begin)) >= 0; from += found + 1)
        {
            ReadOnlySpan<byte> all = image[(from + found)..];
            if (all.Length < HeaderBytes)
            {
                return null;
            }

            uint types = ReadUInt32LittleEndian(all[12..]);
            uint strings = ReadUInt32LittleEndian(all[16..]);
            uint length = ReadUInt32LittleEndian(all[20..]);
            if (types is > 0 and < MostBytes && strings == types && length < MostBytes && HeaderBytes + strings + length <= all.Length)
            {
                return new KernelTypes(all[..(int)(HeaderBytes + strings + length)].ToArray(), HeaderBytes, (int)(HeaderBytes + types), (int)(HeaderBytes + strings));
            }
        }

        return null;
    }

    /// <summary>The size of a structure in bytes; null where there is none of the name.</summary>
    public int? SizeOf(string structure) => Find(structure) is int type ? (int)ReadUInt32LittleEndian(_bytes.AsSpan(_types[type] + 8)) : null;

    /// <summary>The place of a member in a structure, in bytes; members of members are joined by dots. Null where there is none.</summary>
    public int? OffsetOf(string structure, string members)
    {
        int offset = 0;
        int? type = Find(structure);
        foreach (string member in members.Split('.'))
        {
            if (type is not int of || Member(of, Encoding.ASCII.GetBytes(member), 0) is not (int Offset, int Type) found)
            {
                return null;
            }

            offset += found.Offset;
            type = found.Type;
        }

        return offset;
    }

    private int? Find(string structure)
    {
        byte[] name = Encoding.ASCII.GetBytes(structure);
        int found = _types.FindIndex(1, at => Kind(at) == Structure && Name(at).SequenceEqual(name));
        return found > 0 ? found : null;
    }

    // Members of a structure without a name belong to the one around it.
    private (int Offset, int Type)? Member(int type, ReadOnlySpan<byte> name, int depth)
    {
        int at = type < _types.Count ? _types[type] : 0;
        if (at == 0 || depth > MostDepth || Kind(at) is not (Structure or Union))
        {
            return null;
        }

        bool hasBitFields = ReadUInt32LittleEndian(_bytes.AsSpan(at + 4)) >> 31 != 0;
        for (int i = 0; i < Parts(at); i++)
        {
            int member = at + TypeBytes + (i * MemberBytes);
            uint bits = ReadUInt32LittleEndian(_bytes.AsSpan(member + 8)) & (hasBitFields ? 0xff_ffff : uint.MaxValue);
            int of = (int)ReadUInt32LittleEndian(_bytes.AsSpan(member + 4));
            ReadOnlySpan<byte> own = Name(member);
            if (own.SequenceEqual(name))
            {
                return ((int)(bits / 8), of);
            }

            if (own.Length == 0 && Member(of, name, depth + 1) is (int Offset, int Type) inner)
            {
                return ((int)(bits / 8) + inner.Offset, inner.Type);
            }
        }

        return null;
    }

    private int Kind(int at) => (int)(ReadUInt32LittleEndian(_bytes.AsSpan(at + 4)) >> 24) & 0x1f;

    private int Parts(int at) => ReadUInt16LittleEndian(_bytes.AsSpan(at + 4));

    private ReadOnlySpan<byte> Name(int at)
    {
        long start = _strings + (long)ReadUInt32LittleEndian(_bytes.AsSpan(at));
        ReadOnlySpan<byte> text = start < _bytes.Length ? _bytes.AsSpan((int)start) : [];
        text = text[..Math.Min(text.Length, MostNameBytes)];
        int end = text.IndexOf((byte)0);
        return end > 0 ? text[..end] : [];
    }
}
