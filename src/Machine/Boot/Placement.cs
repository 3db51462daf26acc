using System;

namespace GdbHost.Machine.Boot;

/// <summary>Bytes that go to a physical address before the machine starts.</summary>
/// <param name="Name">The file or thing, for messages.</param>
/// <param name="Address">First physical address.</param>
/// <param name="Bytes">What to copy.</param>
/// <param name="Size">Bytes that belong to it in memory; what the copy does not fill becomes zero.</param>
internal sealed record Placement(string Name, ulong Address, ReadOnlyMemory<byte> Bytes, ulong Size)
{
    public Placement(string name, ulong address, ReadOnlyMemory<byte> bytes)
        : this(name, address, bytes, (ulong)bytes.Length)
    {
    }

    /// <summary>The first address behind it.</summary>
    public ulong End => Address + Size;

    public bool Overlaps(Placement other) => Size > 0 && other.Size > 0 && Address < other.End && other.Address < End;
}
