using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace GdbHost.Architecture.Tests;

/// <summary>Size limits of files and folders. Witness: CONTRIBUTING.md.</summary>
public sealed class SizeTests
{
    private const int MaxLines = 600;
    private const int MaxFilesInFolder = 20;

    /// <summary>Exceptions, each with its reason.</summary>
    private static readonly Dictionary<string, string> Granted = new()
    {
        ["src/Machine/Isa/Groups"] = "one file for each encoding class of DDI 0487: the manual decides their number",
    };

    [Fact]
    public void No_file_is_over_600_lines() =>
        Assert.Empty(from file in Sources.Under("src").Concat(Sources.Under("tests"))
                     where file.Lines.Length > MaxLines && !Granted.ContainsKey(file.Path)
                     select $"{file.Path}: {file.Lines.Length}");

    [Fact]
    public void No_folder_of_src_has_over_20_files() =>
        Assert.Empty(from file in Sources.Under("src")
                     group file by System.IO.Path.GetDirectoryName(file.Path)! into folder
                     where folder.Count() > MaxFilesInFolder && !Granted.ContainsKey(folder.Key)
                     select $"{folder.Key}: {folder.Count()}");
}
