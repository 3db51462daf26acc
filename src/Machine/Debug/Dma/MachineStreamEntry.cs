using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>A stream table entry as memory has it, or several next to each other that are alike, nobody's, and not kept by the SMMU.</summary>
/// <param name="First">StreamID, 16 bits: the Requester ID of a PCI function.</param>
/// <param name="Last">The last StreamID that it is about.</param>
/// <param name="Function">Name of the function whose stream it is; null for nobody's.</param>
/// <param name="Words">Its configuration, or why there is none.</param>
/// <param name="IsValid">It could be read and has V set.</param>
/// <param name="HasStage1">It is valid and leads to context descriptors.</param>
/// <param name="Kept">Whether the SMMU keeps it, and as memory has it.</param>
public sealed record MachineStreamEntry(uint First, uint Last, string? Function, string Words, bool IsValid, bool HasStage1, MachineKeptEntry Kept)
{
    /// <summary>What the SMMU has of it, in words.</summary>
    public string State => Kept switch
    {
        MachineKeptEntry.Not => "not kept",
        MachineKeptEntry.Same => "kept",
        _ => "kept, and memory differs: CMD_CFGI_STE is missing",
    };

    public override string ToString() => Function is null && Kept == MachineKeptEntry.Not
        ? $"SID 0x{First:x}{(Last == First ? "" : $" to 0x{Last:x}")}: {Words}"
        : $"SID 0x{First:x} ({new RequesterId((ushort)First)}{(Function is null ? "" : " " + Function)}): {Words}; {State}";

    /// <summary>The next entry says the same, and is nobody's either.</summary>
    internal bool GoesOnWith(MachineStreamEntry next) => next.First == Last + 1 && (this with { First = next.First, Last = next.Last }) == next
        && Function is null && Kept == MachineKeptEntry.Not;
}

/// <summary>What a cache has of an entry.</summary>
public enum MachineKeptEntry
{
    Not,

    /// <summary>As memory has it.</summary>
    Same,

    /// <summary>Memory has been changed since.</summary>
    Stale,
}
