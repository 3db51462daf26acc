using System;

namespace GdbHost.Machine.Semihosting;

/// <summary>What the calls reach of the machine and of the host.</summary>
internal sealed record SemihostingSetup
{
    public required ISemihostingConsole Console { get; init; }

    /// <summary>The host's files; null where the guest gets none.</summary>
    public required IHostFiles? Files { get; init; }

    /// <summary>Virtual nanoseconds.</summary>
    public required Func<ulong> Now { get; init; }

    /// <summary>What the clock on the wall said when virtual time began, in seconds since 1970.</summary>
    public required uint StartSeconds { get; init; }

    /// <summary>What SYS_GET_CMDLINE gives.</summary>
    public required string CommandLine { get; init; }

    /// <summary>The largest part of RAM in which nothing was loaded.</summary>
    public required (ulong Start, ulong End) FreeMemory { get; init; }

    /// <summary>The guest ends, with this status.</summary>
    public required Action<int> Exit { get; init; }
}
