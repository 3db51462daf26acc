using System;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.Machine.Boards;

/// <summary>The boards there are.</summary>
internal static class All
{
    public static readonly IReadOnlyList<Board> Boards = [Virt.Board];

    public static Board Find(string name) =>
        Boards.FirstOrDefault(b => string.Equals(b.Name, name, StringComparison.Ordinal))
        ?? throw new MachineConfigurationException(
            $"--machine {name}: there is no such board; choose one of: {string.Join(", ", Boards.Select(b => b.Name))}");
}
