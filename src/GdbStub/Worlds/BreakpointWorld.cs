using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.GdbStub.Worlds;

/// <summary>Where a breakpoint or watchpoint counts.</summary>
/// <param name="Owner">The world of the process that gdb has set it in.</param>
/// <param name="Anywhere">It counts in every world.</param>
internal readonly record struct BreakpointWorld(World Owner, bool Anywhere)
{
    /// <summary>The world that the machine is to look at; null for all.</summary>
    public World? Only => Anywhere ? null : Owner;
}
