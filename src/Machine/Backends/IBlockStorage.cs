using System;

namespace GdbHost.Machine.Backends;

/// <summary>
/// The medium of a block device, outside the machine. A call is done when it returns: how long the host took for it is nothing
/// that a guest can see.
/// </summary>
public interface IBlockStorage
{
    /// <summary>Bytes, a multiple of 512. It does not change.</summary>
    ulong Length { get; }

    bool IsReadOnly { get; }

    /// <summary>Reads bytes that lie inside; false where the host cannot give all of them.</summary>
    bool TryRead(ulong position, Span<byte> into);

    /// <summary>Writes bytes that lie inside; false where the host has not taken all of them.</summary>
    bool TryWrite(ulong position, ReadOnlySpan<byte> bytes);

    /// <summary>Makes a range read as zeros.</summary>
    bool TryClear(ulong position, ulong length);

    /// <summary>Returns when all that was written will outlive the host's power.</summary>
    bool TryFlush();
}
