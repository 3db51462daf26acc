using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace GdbHost.Machine.Boards.Fdt;

/// <summary>Flattens a device tree (Devicetree Specification, Flattened Devicetree (DTB) Format, version 17).</summary>
internal sealed class FdtWriter
{
    private readonly ArrayBufferWriter<byte> _structure = new();
    private readonly ArrayBufferWriter<byte> _strings = new();
    private readonly Dictionary<string, uint> _stringOffsets = [];

    private FdtWriter()
    {
    }

    /// <param name="tree">The tree.</param>
    /// <param name="totalBytes">Size of the blob at least: the rest is free space that a boot loader may fill.</param>
    public static byte[] Write(FdtTree tree, int totalBytes = 0)
    {
        FdtWriter writer = new();
        writer.Node(tree.Root);
        writer.Word(FdtFormat.End);
        return writer.Assemble(tree, totalBytes);
    }

    private static int Align(int value, int to) => (value + to - 1) & -to;

    private void Node(FdtNode node)
    {
        Word(FdtFormat.BeginNode);
        Text(_structure, node.Name);
        Pad();
        foreach (FdtProperty property in node.Properties)
        {
            Word(FdtFormat.Property);
            Word((uint)property.Value.Length);
            Word(StringOffset(property.Name));
            _structure.Write(property.Value);
            Pad();
        }

        foreach (FdtNode child in node.Children)
        {
            Node(child);
        }

        Word(FdtFormat.EndNode);
    }

    private void Word(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _structure.Write(bytes);
    }

    private void Pad()
    {
        while (_structure.WrittenCount % 4 != 0)
        {
            _structure.Write<byte>([0]);
        }
    }

    private uint StringOffset(string name)
    {
        if (!_stringOffsets.TryGetValue(name, out uint offset))
        {
            offset = (uint)_strings.WrittenCount;
            _stringOffsets[name] = offset;
            Text(_strings, name);
        }

        return offset;
    }

    private static void Text(ArrayBufferWriter<byte> to, string text)
    {
        to.Write(Encoding.UTF8.GetBytes(text));
        to.Write<byte>([0]);
    }

    private byte[] Assemble(FdtTree tree, int totalBytes)
    {
        int reservations = Align(FdtFormat.HeaderBytes, 8);
        int structure = reservations + ((tree.Reservations.Count + 1) * 16);
        int strings = structure + _structure.WrittenCount;
        byte[] blob = new byte[Math.Max(Align(strings + _strings.WrittenCount, 4), totalBytes)];
        ReadOnlySpan<uint> header =
        [
            FdtFormat.Magic, (uint)blob.Length, (uint)structure, (uint)strings, (uint)reservations, FdtFormat.Version,
            FdtFormat.LastCompatibleVersion, tree.BootCpu, (uint)_strings.WrittenCount, (uint)_structure.WrittenCount,
        ];
        for (int i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(i * 4), header[i]);
        }

        int at = reservations;
        foreach ((ulong address, ulong size) in tree.Reservations)
        {
            BinaryPrimitives.WriteUInt64BigEndian(blob.AsSpan(at), address);
            BinaryPrimitives.WriteUInt64BigEndian(blob.AsSpan(at + 8), size);
            at += 16;
        }

        _structure.WrittenSpan.CopyTo(blob.AsSpan(structure));
        _strings.WrittenSpan.CopyTo(blob.AsSpan(strings));
        return blob;
    }
}
