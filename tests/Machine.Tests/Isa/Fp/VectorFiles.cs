using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Fp;

/// <summary>The vector files of tests/Vectors/a64: where they are and how their numbers are written.</summary>
internal static class VectorFiles
{
    private const int ReportedDifferences = 10;

    public static string Folder { get; } = Path.Combine(Root(), "tests", "Vectors", "a64");

    /// <summary>The vectors of a file, whose first line names their oracle.</summary>
    public static List<string> Read(string path, int atLeast = 1000)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, path));
        Assert.StartsWith("# oracle: ", lines[0], StringComparison.Ordinal);
        List<string> vectors = [.. lines.Where(static line => !line.StartsWith('#'))];
        Assert.True(vectors.Count >= atLeast, "too few vectors in " + path);
        return vectors;
    }

    /// <summary>Fails with the first few vectors for which <paramref name="difference"/> has something to say.</summary>
    public static void AssertAll(IReadOnlyCollection<string> vectors, Func<string, string?> difference)
    {
        List<string> differences = [.. vectors.Select(difference).OfType<string>()];
        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {vectors.Count} differ:\n{string.Join('\n', differences.Take(ReportedDifferences))}");
    }

    public static ulong Hex(string word) => ulong.Parse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GdbHost.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return folder.FullName;
    }
}
