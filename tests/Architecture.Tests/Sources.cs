using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace GdbHost.Architecture.Tests;

/// <summary>One source file of the repository, by its path from the root.</summary>
internal sealed record SourceFile(string Path, string[] Lines)
{
    /// <summary>Namespaces named by using directives.</summary>
    public IEnumerable<string> Usings =>
        from line in Lines
        let match = Regex.Match(line, @"^using (?:static )?(?:\w+ = )?([\w.]+)")
        where match.Success
        select match.Groups[1].Value;
}

/// <summary>The repository's own files, read once.</summary>
internal static class Sources
{
    public static readonly string Root = FindRoot();

    public static IReadOnlyList<SourceFile> Under(string folder) =>
    [
        .. from path in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
           let relative = Path.GetRelativePath(Root, path)
           where !relative.Split('/').Any(part => part is "bin" or "obj" or "artifacts")
           orderby relative
           select new SourceFile(relative, File.ReadAllLines(path)),
    ];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        DirectoryInfo? at = new(System.AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "GdbHost.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new DirectoryNotFoundException("GdbHost.sln is in no folder above the tests");
    }
}
