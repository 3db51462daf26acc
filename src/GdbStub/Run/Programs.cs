using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Symbols;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Run;

/// <summary>What is known of the programs that a run is given.</summary>
internal static class Programs
{
    /// <summary>
    /// Names of places, and what gdb gets of them by itself: of the files with symbols that the user has named, each FILE or FILE@OFFSET, and of the ELF
    /// files that are loaded, where they are linked. A file that is both is where the user has said. gdb asks for the program that the machine begins with
    /// itself, so that one has names only.
    /// </summary>
    /// <exception cref="UserErrorException">A file cannot be used.</exception>
    public static IReadOnlyList<(SymbolTable Table, SymbolLibrary? Library)> Symbols(RunSettings settings, MachineConfiguration configuration)
    {
        List<(SymbolTable, SymbolLibrary?)> named = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (string text in settings.Symbols)
        {
            (string path, string? offset) = OptionValues.FileAt(text);
            ReadOnlyMemory<byte> bytes = InputFile.Read(settings.SymbolsNamedBy, path);
            named.Add((SymbolFile.Of(settings.SymbolsNamedBy, path, bytes.Span), SymbolLibrary.Of(settings.SymbolsNamedBy, path, offset, bytes)));
            known.Add(NameOf(path));
        }

        BootFile? begin = configuration.FirstProgram;
        foreach (BootFile program in Loaded(configuration))
        {
            if (known.Add(NameOf(program.Name)) && SymbolFile.OfProgram(program.Name, program.Bytes.Span) is { Count: > 0 } table)
            {
                named.Add((table, program == begin ? null : SymbolLibrary.OfLoaded(NameOf(program.Name), program.Bytes)));
            }
        }

        return named;
    }

    private static IEnumerable<BootFile> Loaded(MachineConfiguration configuration) =>
        ((BootFile?[])[configuration.Kernel, configuration.Firmware, .. configuration.Loads.Select(static l => l.File)]).OfType<BootFile>().Where(static f => f.IsElf);

    // The demo's programs are no files of this host, and are published by their names alone.
    private static string NameOf(string path) => File.Exists(path) ? Path.GetFullPath(path) : "/" + path;
}
