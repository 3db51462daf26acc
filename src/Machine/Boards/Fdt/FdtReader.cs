using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace GdbHost.Machine.Boards.Fdt;

/// <summary>
/// Reads a flattened device tree (Devicetree Specification, Flattened Devicetree (DTB) Format). The blob is a user's
/// file and may be anything; whatever is wrong with it ends in one line that names the file.
/// </summary>
internal ref struct FdtReader
{
    /// <summary>Deeper than any real tree; a guard against a blob that is nothing but opening tags.</summary>
    private const int MaxDepth = 64;

    private readonly string _file;
    private readonly ReadOnlySpan<byte> _blob;
    private ReadOnlySpan<byte> _structure;
    private ReadOnlySpan<byte> _strings;
    private int _at;

    private FdtReader(string file, ReadOnlySpan<byte> blob)
    {
        _file = file;
        _blob = blob;
    }

    public static FdtTree Read(string file, ReadOnlySpan<byte> blob)
    {
        FdtReader reader = new(file, blob);
        return reader.Tree();
    }

    private FdtTree Tree()
    {
        if (_blob.Length < FdtFormat.HeaderBytes || Header(0) != FdtFormat.Magic)
        {
            throw Broken("it does not begin with a device tree's header");
        }

        if (Header(4) > (uint)_blob.Length)
        {
            throw Broken($"it is truncated: its header says {Header(4)} bytes, the file has {_blob.Length}");
        }

        if (Header(20) < FdtFormat.LastCompatibleVersion || Header(24) > FdtFormat.Version)
        {
            throw Broken($"version {Header(20)} of the format is not supported");
        }

        // Version 16 has no size of the structure block: it ends at its own end token.
        uint structureBytes = Header(20) >= 17 ? Header(36) : (uint)_blob.Length - Math.Min(Header(8), (uint)_blob.Length);
        _structure = Block(Header(8), structureBytes, "structure");
        _strings = Block(Header(12), Header(32), "strings");
        List<(ulong, ulong)> reservations = Reservations();
        if (Token() != FdtFormat.BeginNode)
        {
            throw Broken("its structure does not begin with the root node");
        }

        FdtNode root = Node(0);
        if (Token() != FdtFormat.End)
        {
            throw Broken("something follows the root node");
        }

        return new FdtTree(root) { Reservations = reservations, BootCpu = Header(28) };
    }

    private readonly uint Header(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_blob[offset..]);

    private readonly ReadOnlySpan<byte> Block(uint offset, uint size, string what)
    {
        if (offset > (uint)_blob.Length || size > (uint)_blob.Length - offset)
        {
            throw Broken($"its {what} block lies outside the file");
        }

        return _blob.Slice((int)offset, (int)size);
    }

    private readonly List<(ulong Address, ulong Size)> Reservations()
    {
        List<(ulong, ulong)> found = [];
        for (uint at = Header(16); ; at += 16)
        {
            ReadOnlySpan<byte> entry = Block(at, 16, "memory reservation");
            ulong address = BinaryPrimitives.ReadUInt64BigEndian(entry);
            ulong size = BinaryPrimitives.ReadUInt64BigEndian(entry[8..]);
            if (address == 0 && size == 0)
            {
                return found;
            }

            found.Add((address, size));
        }
    }

    private FdtNode Node(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Broken($"its nodes are nested deeper than {MaxDepth}");
        }

        FdtNode node = new(StructureText());
        while (true)
        {
            switch (Token())
            {
                case FdtFormat.Property:
                    node.Append(Property());
                    break;
                case FdtFormat.BeginNode:
                    node.Append(Node(depth + 1));
                    break;
                case FdtFormat.EndNode:
                    return node;
                default:
                    throw Broken($"it has an unknown token at {_at - 4} bytes into its structure");
            }
        }
    }

    private uint Token()
    {
        uint token;
        do
        {
            token = Word();
        }
        while (token == FdtFormat.Nop);
        return token;
    }

    private FdtProperty Property()
    {
        uint length = Word();
        uint name = Word();
        if (length > (uint)(_structure.Length - _at) || name >= (uint)_strings.Length)
        {
            throw Broken("a property lies outside its block");
        }

        byte[] value = _structure.Slice(_at, (int)length).ToArray();
        _at = Math.Min(_structure.Length, (_at + (int)length + 3) & ~3);
        return new FdtProperty(Text(_strings[(int)name..]), value);
    }

    private uint Word()
    {
        if (_structure.Length - _at < 4)
        {
            throw Broken("its structure ends in the middle of a node");
        }

        uint value = BinaryPrimitives.ReadUInt32BigEndian(_structure[_at..]);
        _at += 4;
        return value;
    }

    private string StructureText()
    {
        string text = Text(_structure[_at..]);
        _at = Math.Min(_structure.Length, (_at + Encoding.UTF8.GetByteCount(text) + 4) & ~3);
        return text;
    }

    private readonly string Text(ReadOnlySpan<byte> from)
    {
        int end = from.IndexOf((byte)0);
        if (end < 0)
        {
            throw Broken("a name has no end");
        }

        // Names are ASCII; anything else must not change length on the way through a string.
        return Encoding.ASCII.GetString(from[..end]);
    }

    private readonly MachineConfigurationException Broken(string why) =>
        new($"{_file}: {why}; give a device tree blob as dtc writes it");
}
