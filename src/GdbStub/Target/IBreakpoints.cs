namespace GdbHost.GdbStub.Target;

/// <summary>The kinds of the Z packets, with gdb's numbers.</summary>
internal enum BreakpointKind
{
    Software = 0,
    Hardware = 1,
    WriteWatch = 2,
    ReadWatch = 3,
    AccessWatch = 4,
}

/// <summary>What became of a request to insert or remove.</summary>
internal enum BreakpointOutcome
{
    Done,

    /// <summary>This target never has this kind.</summary>
    Unsupported,

    /// <summary>The address or length does not fit the kind.</summary>
    Invalid,

    NoRoom,
}

/// <summary>
/// Breakpoints and watchpoints, by virtual address and for every vCPU. All kinds live in the machine: guest memory
/// never changes, so the guest cannot see them and they hold whatever is loaded or mapped later.
/// </summary>
internal interface IBreakpoints
{
    /// <summary>Inserting the same one twice is the same as once.</summary>
    BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length);

    /// <summary>Removing one that is not there is no error.</summary>
    BreakpointOutcome Remove(BreakpointKind kind, ulong address, int length);

    void RemoveAll();
}
