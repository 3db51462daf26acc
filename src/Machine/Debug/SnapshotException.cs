using System;

namespace GdbHost.Machine.Debug;

/// <summary>A snapshot is refused, or cannot be saved: the message says why, in one line for the user. The machine is as it was.</summary>
public sealed class SnapshotException : Exception
{
    public SnapshotException()
    {
    }

    public SnapshotException(string message)
        : base(message)
    {
    }

    public SnapshotException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Where a machine stands, for comparing runs.</summary>
/// <param name="Instructions">Instructions retired by all cores.</param>
/// <param name="VirtualNanoseconds">Virtual time of the core whose turn it is.</param>
/// <param name="Hash">128 bits over all that a snapshot holds, as hexadecimal digits; the same for the same state on any host.</param>
public sealed record MachineState(ulong Instructions, ulong VirtualNanoseconds, string Hash);
