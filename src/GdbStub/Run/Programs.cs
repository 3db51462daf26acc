using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Symbols;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Run;

/// <summary>What is known of the programs that a run is given.</summary>
internal static class Programs
{
    /// <summary>Reads the files with symbols that the user has named, each FILE or FILE@OFFSET: their names, and what gdb gets of them by itself.</summary>
    /// <exception cref="UserErrorException">A file cannot be used.</exception>
    public static IReadOnlyList<(SymbolTable Table, SymbolLibrary? Library)> Named(RunSettings settings)
    {
        List<(SymbolTable, SymbolLibrary?)> named = [];
        foreach (string text in settings.Symbols)
        {
            (string path, string? offset) = OptionValues.FileAt(text);
            ReadOnlyMemory<byte> bytes = InputFile.Read(settings.SymbolsNamedBy, path);
            named.Add((SymbolFile.Of(settings.SymbolsNamedBy, path, bytes.Span), SymbolLibrary.Of(settings.SymbolsNamedBy, path, offset, bytes)));
        }

        return named;
    }

    /// <summary>The symbols that the user has named, and those of the ELF files that are loaded.</summary>
    public static IReadOnlyList<SymbolTable> Symbols(IEnumerable<SymbolTable> named, MachineConfiguration configuration)
    {
        IEnumerable<BootFile> programs = ((BootFile?[])[configuration.Kernel, configuration.Firmware, .. configuration.Loads.Select(static l => l.File)])
            .OfType<BootFile>().Where(static f => f.IsElf);
        return
        [
            .. named,
            .. programs.Select(static f => SymbolFile.OfProgram(f.Name, f.Bytes.Span)).Where(static t => t.Count > 0),
        ];
    }
}
