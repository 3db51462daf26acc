using System.Collections.Generic;
using GdbHost.GdbStub.Symbols;

namespace GdbHost.GdbStub.Report;

/// <summary>What the user has said of a run, beside the machine.</summary>
/// <param name="CommandLine">As typed; empty for a machine that no command line has made.</param>
/// <param name="Symbols">Of the programs that it runs, and of the files that --symbols has named.</param>
internal sealed record RunDescription(string CommandLine, IReadOnlyList<SymbolTable> Symbols)
{
    public static RunDescription Nothing { get; } = new("", []);
}

/// <summary>A debuggee whose run is described.</summary>
internal interface IDescribed
{
    RunDescription Description { get; }
}
