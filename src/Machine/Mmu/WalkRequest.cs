namespace GdbHost.Machine.Mmu;

/// <summary>What a walk is for.</summary>
internal readonly record struct WalkRequest
{
    public AccessType Type { get; init; }

    /// <summary>The access has EL0's permissions.</summary>
    public bool Unprivileged { get; init; }

    /// <summary>Report what a data access gets, even for a fetch: a TLB that serves both keeps that.</summary>
    public bool DataAttributes { get; init; }

    /// <summary>Leave no trace in the machine: read descriptors without side effects.</summary>
    public bool Debug { get; init; }

    /// <summary>Stop after stage 1; the descriptors of stage 1 still go through stage 2.</summary>
    public bool Stage1Only { get; init; }

    /// <summary>Where to keep and find stage-2 translations; null for none.</summary>
    public Tlb? Stage2Cache { get; init; }

    /// <summary>Where to record what the walk does; null for not at all.</summary>
    public WalkTrace? Trace { get; init; }

    /// <summary>The kind of access whose attributes are wanted.</summary>
    public AccessType AttributeType => DataAttributes ? AccessType.Read : Type;
}

/// <summary>What a walk found: enough to answer the access and to fill a TLB entry.</summary>
internal record struct WalkResult
{
    public Fault Fault { get; set; }

    /// <summary>Output of stage 1; zero where stage 1 faulted.</summary>
    public ulong Intermediate { get; set; }

    /// <summary>Output of both stages; zero where one faulted before it had an address.</summary>
    public ulong Physical { get; set; }

    /// <summary>log2 of the aligned range for which all of this holds.</summary>
    public int RangeShift { get; set; }

    /// <summary>log2 of stage 1's block or page.</summary>
    public int Stage1Shift { get; set; }

    public int Stage1Level { get; set; }

    public int Stage2Level { get; set; }

    public Permissions Stage1Permissions { get; set; }

    public Permissions Stage2Permissions { get; set; }

    /// <summary>Attributes of both stages together.</summary>
    public MemoryAttributes Attributes { get; set; }

    /// <summary>The entry is for every ASID.</summary>
    public bool Global { get; set; }

    /// <summary>The output is Non-secure.</summary>
    public bool NonSecure { get; set; }
}
