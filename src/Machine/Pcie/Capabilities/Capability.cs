using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>
/// A capability structure in a function's configuration space, and what its registers do. Registers are in the
/// configuration space, which saves them; what is beside them the capability saves itself.
/// </summary>
/// <param name="offset">Of its first byte.</param>
/// <param name="bytes">Length with the header.</param>
internal abstract class Capability(int offset, int bytes)
{
    /// <summary>Of its first byte in configuration space.</summary>
    public int Offset { get; } = offset;

    /// <summary>Length with the header.</summary>
    public int Bytes { get; } = bytes;

    /// <summary>Software has written to some of its bytes; the values are in place.</summary>
    /// <param name="first">The first byte written, from the capability's first; may be negative.</param>
    /// <param name="size">1, 2 or 4.</param>
    public virtual void Written(int first, int size)
    {
    }

    /// <summary>After the registers have got their values after reset.</summary>
    public virtual void Reset()
    {
    }

    public virtual void Save(StateWriter to)
    {
    }

    public virtual void Restore(StateReader from)
    {
    }

    /// <summary>Whether a write of <paramref name="size"/> bytes at <paramref name="first"/> reaches one of some bytes.</summary>
    protected static bool Touches(int first, int size, int at, int length) => first < at + length && at < first + size;
}
