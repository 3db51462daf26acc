using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace GdbHost.Machine.Boards.Fdt;

/// <summary>A property of a node: a name and bytes.</summary>
internal sealed record FdtProperty(string Name, byte[] Value)
{
    /// <summary>The value as big-endian 32-bit cells; bytes beyond the last whole cell are left out.</summary>
    public uint[] Cells
    {
        get
        {
            uint[] cells = new uint[Value.Length / 4];
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = BinaryPrimitives.ReadUInt32BigEndian(Value.AsSpan(i * 4));
            }

            return cells;
        }
    }

    /// <summary>The value as text up to its first NUL.</summary>
    public string Text
    {
        get
        {
            int end = Array.IndexOf(Value, (byte)0);
            return Encoding.UTF8.GetString(Value, 0, end < 0 ? Value.Length : end);
        }
    }
}

/// <summary>A node of a device tree (Devicetree Specification, Devicetree structure and conventions), to read and to edit.</summary>
internal sealed class FdtNode(string name)
{
    private readonly List<FdtProperty> _properties = [];
    private readonly List<FdtNode> _children = [];

    /// <summary>Name with unit address; empty for the root.</summary>
    public string Name { get; } = name;

    public IReadOnlyList<FdtProperty> Properties => _properties;

    public IReadOnlyList<FdtNode> Children => _children;

    public FdtProperty? Property(string name) => _properties.Find(p => p.Name == name);

    public FdtNode? Child(string name) => _children.Find(c => c.Name == name);

    /// <summary>A node by its full path, such as <c>/cpus/cpu@0</c>.</summary>
    public FdtNode? Find(string path)
    {
        FdtNode? at = this;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at?.Child(part);
        }

        return at;
    }

    public FdtNode Add(string childName)
    {
        FdtNode child = new(childName);
        _children.Add(child);
        return child;
    }

    public FdtNode GetOrAdd(string childName) => Child(childName) ?? Add(childName);

    public void Remove(string propertyName) => _properties.RemoveAll(p => p.Name == propertyName);

    /// <summary>Sets a property to bytes, in its old place if there was one.</summary>
    public FdtNode Set(string propertyName, byte[] value)
    {
        FdtProperty property = new(propertyName, value);
        int at = _properties.FindIndex(p => p.Name == propertyName);
        if (at < 0)
        {
            _properties.Add(property);
        }
        else
        {
            _properties[at] = property;
        }

        return this;
    }

    /// <summary>Sets a property that says something by being there.</summary>
    public FdtNode SetFlag(string propertyName) => Set(propertyName, []);

    public FdtNode SetCells(string propertyName, params ReadOnlySpan<uint> cells)
    {
        byte[] value = new byte[cells.Length * 4];
        for (int i = 0; i < cells.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(i * 4), cells[i]);
        }

        return Set(propertyName, value);
    }

    /// <summary>Sets a property of 64-bit numbers, two cells each.</summary>
    public FdtNode SetWideCells(string propertyName, params ReadOnlySpan<ulong> values)
    {
        byte[] value = new byte[values.Length * 8];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(value.AsSpan(i * 8), values[i]);
        }

        return Set(propertyName, value);
    }

    /// <summary>Sets a property to one or more NUL-terminated strings.</summary>
    public FdtNode SetText(string propertyName, params ReadOnlySpan<string> texts)
    {
        StringBuilder all = new();
        foreach (string text in texts)
        {
            all.Append(text).Append('\0');
        }

        return Set(propertyName, Encoding.UTF8.GetBytes(all.ToString()));
    }

    internal void Append(FdtProperty property) => _properties.Add(property);

    internal void Append(FdtNode child) => _children.Add(child);
}

/// <summary>A whole device tree: the root, and what the blob says beside it.</summary>
internal sealed record FdtTree(FdtNode Root)
{
    /// <summary>Memory that the blob reserves: address and size.</summary>
    public IReadOnlyList<(ulong Address, ulong Size)> Reservations { get; init; } = [];

    /// <summary>Physical ID of the boot core.</summary>
    public uint BootCpu { get; init; }
}
