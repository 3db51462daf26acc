using System.Collections.Generic;

namespace GdbHost.GdbStub.Target;

/// <summary>The kind of access a translation is asked for.</summary>
internal enum WalkAccess
{
    Read,
    Write,
    Execute,
}

/// <summary>Why an address does not translate.</summary>
internal enum WalkObstacle
{
    /// <summary>The input address has more bits than the size field of the control register allows.</summary>
    InputTooLarge,

    /// <summary>The control register forbids walks for this half of the address space (TCR.EPD0, TCR.EPD1).</summary>
    WalkDisabled,

    /// <summary>The starting level does not go with the input size and granule (VTCR_EL2.SL0).</summary>
    BadStartLevel,

    /// <summary>The descriptor is invalid.</summary>
    InvalidDescriptor,

    /// <summary>A table or output address is wider than the physical address size.</summary>
    AddressSize,

    AccessFlagClear,
    Permission,

    /// <summary>Nothing on the bus answers where the descriptor should be.</summary>
    WalkAborted,
}

/// <summary>One descriptor that a walk read.</summary>
/// <param name="Stage">1 or 2.</param>
/// <param name="ForWalk">A stage-2 step that translates the address of a stage-1 descriptor, not the output of stage 1.</param>
/// <param name="Input">The address being translated: VA in stage 1, IPA in stage 2.</param>
/// <param name="Address">Where the descriptor is: an IPA in stage 1 under stage 2, else a PA.</param>
/// <param name="Index">The entry of its table.</param>
/// <param name="Meaning">table, block, page or invalid.</param>
/// <param name="Attributes">The attributes and permissions it carries, in words; empty for a table.</param>
/// <param name="Note">What is particular about it; else empty.</param>
internal sealed record WalkStep(
    int Stage, bool ForWalk, int Level, ulong Input, ulong Address, int Index, ulong Descriptor,
    string Meaning, ulong Output, string Attributes, string Note = "");

/// <summary>Where and why a translation ended.</summary>
/// <param name="Address">The input of the failing stage: VA in stage 1, IPA in stage 2.</param>
/// <param name="ForWalk">Stage 2 refused an access of the stage-1 walk.</param>
/// <param name="Field">The register field to blame, such as VTCR_EL2.T0SZ; empty where a descriptor is.</param>
internal sealed record WalkFailure(
    WalkObstacle Obstacle, int Stage, int Level, ulong Address, bool ForWalk, string Field = "", ulong FieldValue = 0);

/// <summary>The explained translation of one address.</summary>
/// <param name="Regime">The regime with its identifiers, in the manual's words.</param>
/// <param name="Intermediate">Set once stage 1 is through and stage 2 applies.</param>
/// <param name="Physical">Set when the whole translation is through.</param>
/// <param name="Attributes">Memory type and permissions of both stages together.</param>
/// <param name="Place">What answers at the physical address, or at the IPA if stage 2 failed; null for nothing.</param>
internal sealed record WalkReport(
    string Regime,
    bool Stage1On,
    bool Stage2On,
    IReadOnlyList<WalkStep> Steps,
    ulong? Intermediate,
    ulong? Physical,
    string Attributes,
    string? Place,
    WalkFailure? Failure);

/// <summary>Explaining translations. Debug walks: they set no flag and fill no TLB.</summary>
internal interface ITranslation
{
    /// <param name="exceptionLevel">0 to 3, or null for the level that the vCPU is at.</param>
    WalkReport Explain(int cpu, ulong address, int? exceptionLevel, WalkAccess access);

    /// <summary>The same for an intermediate physical address, through stage 2 alone.</summary>
    WalkReport ExplainIntermediate(int cpu, ulong address, WalkAccess access);
}
