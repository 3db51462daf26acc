using System.Collections.Generic;

namespace GdbHost.Machine.Debug;

/// <summary>The kind of access a translation is asked for.</summary>
public enum TranslationAccess
{
    Read,
    Write,
    Execute,
}

/// <summary>Why an address does not translate.</summary>
public enum TranslationObstacle
{
    /// <summary>The input address has more bits than the size field of the control register allows.</summary>
    InputTooLarge,

    /// <summary>The control register forbids walks for this half of the address space (TCR.EPD0, TCR.EPD1).</summary>
    WalkDisabled,

    /// <summary>The starting level does not go with the input size and granule (VTCR_EL2.SL0).</summary>
    BadStartLevel,

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
/// <param name="Meaning">table, block, page or invalid.</param>
/// <param name="Attributes">The attributes and permissions it carries, in words; empty for a table.</param>
/// <param name="Note">What is particular about it, in words: the contiguous bit, one of several tables at the start of stage 2; else empty.</param>
public sealed record TranslationStep(
    int Stage, bool ForWalk, int Level, ulong Input, ulong Address, int Index, ulong Descriptor, string Meaning, ulong Output, string Attributes,
    string Note = "");

/// <summary>Where and why a translation ended.</summary>
/// <param name="Address">The input of the failing stage: VA in stage 1, IPA in stage 2.</param>
/// <param name="ForWalk">Stage 2 refused an access of the stage-1 walk.</param>
/// <param name="Field">The register field to blame, such as VTCR_EL2.T0SZ; empty where a descriptor is.</param>
/// <param name="FieldValue">Its value.</param>
public sealed record TranslationFailure(
    TranslationObstacle Obstacle, int Stage, int Level, ulong Address, bool ForWalk, string Field = "", ulong FieldValue = 0);

/// <summary>The explained translation of one address.</summary>
/// <param name="Regime">The regime with its identifiers, in the manual's words.</param>
/// <param name="Intermediate">Set once stage 1 is through and stage 2 applies.</param>
/// <param name="Physical">Set when the whole translation is through.</param>
/// <param name="Attributes">Memory type and permissions of both stages together.</param>
/// <param name="Place">What answers at the physical address, or at the IPA if stage 2 failed; null for nothing.</param>
public sealed record TranslationReport(
    string Regime,
    bool Stage1On,
    bool Stage2On,
    IReadOnlyList<TranslationStep> Steps,
    ulong? Intermediate,
    ulong? Physical,
    string Attributes,
    string? Place,
    TranslationFailure? Failure);
