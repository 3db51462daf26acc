namespace GdbHost.GdbStub.Target;

/// <summary>Where a debuggee stands, for comparing runs.</summary>
/// <param name="Instructions">Retired by all vCPUs.</param>
/// <param name="VirtualNanoseconds">The guest's time.</param>
/// <param name="Hash">Equal for equal states, on any host.</param>
internal sealed record TargetState(ulong Instructions, ulong VirtualNanoseconds, string Hash);

/// <summary>The whole state of the debuggee: in a file and back, and as a hash.</summary>
internal interface ISnapshots
{
    TargetState State { get; }

    /// <summary>Gives one line about what went wrong, or null when the file is complete.</summary>
    string? SaveSnapshot(string path);

    /// <summary>Gives one line about what is wrong with the file, in which case nothing has changed; or null.</summary>
    string? LoadSnapshot(string path);
}
