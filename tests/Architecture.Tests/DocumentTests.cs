using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace GdbHost.Architecture.Tests;

/// <summary>Documents tell the truth about the tree. Witness: the tree.</summary>
public sealed class DocumentTests
{
    private static readonly string[] Documents = ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"];

    public static TheoryData<string> All() => [.. Documents];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_path_in_a_document_exists(string document)
    {
        IEnumerable<string> missing =
            from Match match in Regex.Matches(Sources.Read(document), @"`((?:\./)?(?:src|tests|scripts|\.ci)/[^`\s*<]*)`")
            let path = match.Groups[1].Value.TrimEnd('/')
            where !Path.Exists(Path.Combine(Sources.Root, path))
            select $"{document}: {path}";
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_folder_of_the_machine_is_in_the_code_map()
    {
        string map = Sources.Read("ARCHITECTURE.md");
        Assert.Empty(from folder in Directory.EnumerateDirectories(Path.Combine(Sources.Root, "src/Machine"))
                     let name = Path.GetFileName(folder)
                     where name is not ("bin" or "obj") && !map.Contains($"`src/Machine/{name}/`", System.StringComparison.Ordinal)
                     select name);
    }
}
