using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Symbols;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Run;

/// <summary>What is known of the programs that a run is given.</summary>
internal static class Programs
{
    /// <summary>What gdb gets by itself of the files that the user has named.</summary>
    /// <exception cref="UserErrorException">A file cannot be used.</exception>
    public static IReadOnlyList<SymbolLibrary> Libraries(RunSettings settings) =>
        [.. settings.Symbols.Select(text => SymbolLibrary.Of(settings.SymbolsNamedBy, text)).OfType<SymbolLibrary>()];

    /// <summary>The symbols that the user has named, and those of the ELF files that are loaded.</summary>
    /// <exception cref="UserErrorException">A file that the user has named cannot be used.</exception>
    public static IReadOnlyList<SymbolTable> Symbols(RunSettings settings, MachineConfiguration configuration)
    {
        IEnumerable<BootFile> programs = ((BootFile?[])[configuration.Kernel, configuration.Firmware, .. configuration.Loads.Select(static l => l.File)])
            .OfType<BootFile>().Where(static f => f.IsElf);
        return
        [
            .. settings.Symbols.Select(text => SymbolFile.Read(settings.SymbolsNamedBy, OptionValues.FileAt(text).File)),
            .. programs.Select(static f => SymbolFile.OfProgram(f.Name, f.Bytes.Span)).Where(static t => t.Count > 0),
        ];
    }
}
