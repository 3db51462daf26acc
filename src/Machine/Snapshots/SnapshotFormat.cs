using System;

namespace GdbHost.Machine.Snapshots;

/// <summary>
/// The form of a snapshot file. All numbers are little-endian.
/// <code>
/// magic       8 bytes
/// version     u32
/// identity    u32 length, UTF-8 text: what kind of machine it is of
/// DEFLATE stream:
///     u32 count, then each part:   string name, u32 length, bytes
///     u32 count, then each memory: string name, u64 bytes, u64 pages that are not zero, then each: u64 number, 4096 bytes
/// digest      32 bytes, SHA-256 of everything before it
/// </code>
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>Changes with every change of what any part saves.</summary>
    public const uint Version = 8;

    public const int DigestBytes = 32;

    /// <summary>Longest identity text; a file that claims more is no snapshot.</summary>
    public const int MaxIdentityBytes = 4096;

    /// <summary>Most bytes of one part; the largest of ours, a TLB, has up to 3 MiB.</summary>
    public const int MaxPartBytes = 16 << 20;

    public static ReadOnlySpan<byte> Magic => "GDBHSNAP"u8;
}
