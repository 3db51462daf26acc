using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Symbols;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Run;

/// <summary>What is known of the programs that a run is given.</summary>
internal static class Programs
{
    /// <summary>The symbols that the user has named, and those of the ELF files that are loaded.</summary>
    /// <exception cref="CommandLine.UserErrorException">A file that the user has named cannot be used.</exception>
    public static IReadOnlyList<SymbolTable> Symbols(RunSettings settings, MachineConfiguration configuration)
    {
        IEnumerable<BootFile> programs = ((BootFile?[])[configuration.Kernel, configuration.Firmware, .. configuration.Loads.Select(static l => l.File)])
            .OfType<BootFile>().Where(static f => f.IsElf);
        return
        [
            .. settings.Symbols.Select(path => SymbolFile.Read(settings.SymbolsNamedBy, path)),
            .. programs.Select(static f => SymbolFile.OfProgram(f.Name, f.Bytes.Span)).Where(static t => t.Count > 0),
        ];
    }
}
