using System.Collections.Generic;

namespace GdbHost.Machine.Mmu;

/// <summary>One thing a walk did, in order.</summary>
/// <param name="Stage2">Stage 2 did it, else stage 1.</param>
internal abstract record WalkEvent(bool Stage2)
{
    /// <summary>For stage 2 on behalf of a stage-1 descriptor: the level of that descriptor; else null.</summary>
    public int? ServesStage1Level { get; init; }
}

/// <summary>A stage that is off and lets the address pass.</summary>
internal sealed record StageOff(bool Stage2, ulong Input) : WalkEvent(Stage2);

/// <summary>A stage refused the address before it read a descriptor; <see cref="WalkTrace.Reason"/> says why.</summary>
internal sealed record StageRefused(bool Stage2, ulong Input) : WalkEvent(Stage2);

/// <summary>A stage began.</summary>
/// <param name="Stage2">Stage 2, else stage 1.</param>
/// <param name="Input">The address it translates.</param>
/// <param name="Range">The register pair in use; always low for stage 2.</param>
/// <param name="Base">The table base register's address.</param>
/// <param name="SizeField">T0SZ or T1SZ.</param>
/// <param name="Granule">Size of tables and pages.</param>
/// <param name="StartLevel">Level of the first table.</param>
internal sealed record StageStart(
    bool Stage2, ulong Input, RangeSelector Range, ulong Base, int SizeField, Granule Granule, int StartLevel) : WalkEvent(Stage2);

/// <summary>A descriptor was read.</summary>
/// <param name="Stage2">From a stage-2 table.</param>
/// <param name="Level">Level of the table.</param>
/// <param name="Table">Address of the table: an IPA for stage 1 under stage 2, else physical.</param>
/// <param name="Index">Which descriptor of the table.</param>
/// <param name="Physical">Physical address of the descriptor.</param>
/// <param name="Value">The descriptor, in the host's byte order.</param>
/// <param name="Kind">What it is at this level.</param>
/// <param name="Output">Next table, or base of the block or page; zero for an invalid one.</param>
internal sealed record DescriptorRead(
    bool Stage2, int Level, ulong Table, int Index, ulong Physical, Descriptor Value, DescriptorKind Kind, ulong Output)
    : WalkEvent(Stage2)
{
    /// <summary>Address of the descriptor in the space of <see cref="Table"/>.</summary>
    public ulong Address => Table + ((ulong)Index * 8);
}

/// <summary>A stage found its leaf: what it gives, before the other stage has its say.</summary>
/// <param name="Stage2">Stage 2, else stage 1.</param>
/// <param name="Level">Level of the leaf.</param>
/// <param name="Output">The translated address.</param>
/// <param name="RangeShift">log2 of the block or page.</param>
/// <param name="Permissions">This stage's permissions.</param>
/// <param name="Attributes">This stage's attributes.</param>
internal sealed record StageEnd(
    bool Stage2, int Level, ulong Output, int RangeShift, Permissions Permissions, MemoryAttributes Attributes) : WalkEvent(Stage2);

/// <summary>The record of a walk, for those who want to explain it. A walk without one allocates nothing.</summary>
internal sealed class WalkTrace
{
    private readonly List<WalkEvent> _events = [];

    /// <summary>What happened, in order; stage-2 events that serve a stage-1 descriptor stand before that descriptor.</summary>
    public IReadOnlyList<WalkEvent> Events => _events;

    /// <summary>Why it ended in a fault; null for a success.</summary>
    public FaultReason? Reason { get; private set; }

    public void Add(WalkEvent happened) => _events.Add(happened);

    public void Because(FaultReason reason) => Reason = reason;
}
