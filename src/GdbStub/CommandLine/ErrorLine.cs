using System.Collections.Generic;
using System.Linq;
using CommandLine;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>Turns what the command-line parser complains about into one line that says what to do.</summary>
internal static class ErrorLine
{
    public static string Of(IEnumerable<Error> errors) => errors.First() switch
    {
        UnknownOptionError e =>
            $"there is no option {Dashes(e.Token)}{e.Token} here; \"gdbhost run --help\" lists those of run, and so for each verb",
        MissingValueOptionError e => $"{Name(e)} needs a value",
        RepeatedOptionError e => $"{Name(e)} is given more than once; keep one",
        BadVerbSelectedError e => Unexpected(e.Token),
        BadFormatTokenError e => $"\"{e.Token}\" is no option; \"gdbhost --help\" shows how to write one",
        NamedError e => $"the value of {Name(e)} cannot be used",
        TokenError e => $"\"{e.Token}\" cannot be used here; \"gdbhost --help\" lists verbs and options",
        _ => "the command line cannot be read; \"gdbhost --help\" lists verbs and options",
    };

    public static string Unexpected(string word) =>
        word.StartsWith('-')
            ? $"\"{word}\" is not expected here"
            : $"\"{word}\" is neither a verb nor the value of an option; \"gdbhost --help\" lists both";

    private static string Dashes(string name) => name.Length == 1 ? "-" : "--";

    private static string Name(NamedError error) =>
        error.NameInfo.LongName.Length > 0 ? "--" + error.NameInfo.LongName : "-" + error.NameInfo.ShortName;
}
