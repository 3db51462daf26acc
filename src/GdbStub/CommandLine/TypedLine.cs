using System;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>Words as one types them into a shell (POSIX, Shell Command Language, Quoting).</summary>
internal static class TypedLine
{
    private const string Plain = "-_./:=,@%+";

    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(static w =>
        w.Length > 0 && w.All(static c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? w : $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
