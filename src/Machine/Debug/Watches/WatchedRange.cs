using System;

namespace GdbHost.Machine.Debug.Watches;

/// <summary>What a watch looks for.</summary>
[Flags]
public enum WatchedAccesses
{
    None = 0,

    /// <summary>Loads of cores.</summary>
    Loads = 1,

    /// <summary>Stores of cores.</summary>
    Stores = 2,

    /// <summary>Reads of descriptors by table walks, of cores and of the SMMU.</summary>
    Walks = 4,

    /// <summary>Reads by devices.</summary>
    DmaReads = 8,

    /// <summary>Writes by devices.</summary>
    DmaWrites = 16,
}

/// <summary>A range of physical addresses under watch.</summary>
/// <param name="Number">By which the user knows it.</param>
/// <param name="Length">In bytes, 1 to 4096.</param>
public sealed record WatchedRange(int Number, ulong Start, int Length, WatchedAccesses Accesses)
{
    public ulong Last => Start + (ulong)(Length - 1);

    internal bool Overlaps(ulong address, ulong bytes) => address - Start < (ulong)Length || Start - address < bytes;
}
