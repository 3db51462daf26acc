using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace GdbHost.Architecture.Tests;

/// <summary>Documents tell the truth about the tree. Witness: the tree.</summary>
public sealed class DocumentTests
{
    private static readonly string[] Documents = ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", "docs/TOUR.md"];

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
    public void Every_layer_has_a_readme_with_the_five_headings()
    {
        string[] headings = ["Purpose", "Start reading at", "Belongs here", "Does not belong here", "Documents it follows"];
        Assert.Empty(from folder in Directory.EnumerateDirectories(Path.Combine(Sources.Root, "src/Machine"))
                     where Path.GetFileName(folder) is not ("bin" or "obj")
                     let file = Path.Combine(folder, "README.md")
                     let text = File.Exists(file) ? File.ReadAllText(file) : string.Empty
                     where text.TrimEnd().Split('\n').Length > 40 || !headings.All(h => text.Contains(h, System.StringComparison.Ordinal))
                     select Path.GetRelativePath(Sources.Root, file));
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
