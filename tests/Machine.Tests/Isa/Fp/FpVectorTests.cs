using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using GdbHost.Machine.Isa.Fp;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Fp;

/// <summary>
/// Floating-point arithmetic against an oracle: qemu-aarch64, whose version the first line of each file in
/// tests/Vectors/a64/fp names (made by tests/Vectors/gen/fp-vectors.sh).
/// </summary>
public sealed class FpVectorTests
{
    private const int ReportedDifferences = 10;

    private static readonly string[] FamilyNames =
    [
        "arithmetic", "compare", "convert", "estimate", "fromint", "fused", "integral", "minmax", "toint",
    ];

    public static TheoryData<string> Families => new(FamilyNames);

    [Theory]
    [MemberData(nameof(Families))]
    public void Operation_on_vector_operands_gives_the_oracles_result_and_flags(string family)
    {
        string[] lines = File.ReadAllLines(Path.Combine(VectorFolder(), family + ".txt"));
        Assert.StartsWith("# oracle: ", lines[0], StringComparison.Ordinal);
        List<string> vectors = [.. lines.Where(static line => !line.StartsWith('#'))];
        Assert.True(vectors.Count > 1000, "too few vectors in " + family);
        List<string> differences = [.. vectors.Select(Difference).OfType<string>()];
        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {vectors.Count} differ:\n{string.Join('\n', differences.Take(ReportedDifferences))}");
    }

    [Fact]
    public void Vector_folder_has_no_file_that_no_test_reads() =>
        Assert.Equal(
            FamilyNames,
            Directory.GetFiles(VectorFolder()).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    // operation control operands... = result flags
    private static string? Difference(string line)
    {
        string[] words = line.Split(' ');
        int equals = Array.IndexOf(words, "=");
        uint controlWord = (uint)Hex(words[1]);
        ulong[] operands = [.. words[2..equals].Select(Hex)];
        FpControl control = new((controlWord & 0x1F) << 22);
        FpExceptions raised = (controlWord & 0x20) != 0 ? FpExceptions.Inexact : FpExceptions.None;
        ulong result = FpOperations.ByName[words[0]](operands, control, ref raised);
        return result == Hex(words[equals + 1]) && (ulong)raised == Hex(words[equals + 2])
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{line}   ours: {result:x} {(uint)raised:x2}");
    }

    private static ulong Hex(string word) => ulong.Parse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string VectorFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GdbHost.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "tests", "Vectors", "a64", "fp");
    }
}
