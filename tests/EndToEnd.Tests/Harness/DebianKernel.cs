using System;
using System.Collections.Generic;
using System.IO;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>The Debian kernel's symbols, read once, and a file of them for gdb.</summary>
internal static class DebianKernel
{
    private static readonly Lazy<IReadOnlyDictionary<string, ulong>> LazySymbols = new(() => KernelSymbols.Read(Repository.Guest("debian/vmlinuz")));
    private static readonly Lazy<string> LazySymbolFile = new(WriteSymbols);

    public static IReadOnlyDictionary<string, ulong> Symbols => LazySymbols.Value;

    public static string SymbolFile => LazySymbolFile.Value;

    private static string WriteSymbols()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "debian-kernel.symbols");
        Harness.SymbolFile.Write(file, Symbols);
        return file;
    }
}
