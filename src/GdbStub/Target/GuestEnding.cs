namespace GdbHost.GdbStub.Target;

/// <summary>What becomes of a reset that the guest asks for.</summary>
internal enum ResetAction
{
    /// <summary>The run ends, and its status says why.</summary>
    End,

    /// <summary>The guest begins again; a debugger is not told.</summary>
    Reboot,

    /// <summary>As if the guest had switched itself off.</summary>
    PowerOff,
}

/// <summary>What becomes of a guest that wants to end.</summary>
internal sealed record GuestEnding
{
    public ResetAction OnReset { get; init; }

    /// <summary>A guest that switches itself off stands still and can be looked at.</summary>
    public bool StaysWhenOff { get; init; }
}
