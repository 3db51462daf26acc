using System;
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
    private static readonly string[] FamilyNames =
    [
        "arithmetic", "compare", "convert", "corners", "estimate", "fromint", "fused", "integral", "minmax", "toint",
    ];

    public static TheoryData<string> Families => new(FamilyNames);

    [Theory]
    [MemberData(nameof(Families))]
    public void Operation_on_vector_operands_gives_the_oracles_result_and_flags(string family) =>
        VectorFiles.AssertAll(VectorFiles.Read($"fp/{family}.txt"), Difference);

    [Fact]
    public void Vector_folder_has_no_file_that_no_test_reads() =>
        Assert.Equal(
            FamilyNames,
            Directory.GetFiles(Path.Combine(VectorFiles.Folder, "fp"))
                .Select(Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal));

    // operation control operands... = result flags
    private static string? Difference(string line)
    {
        string[] words = line.Split(' ');
        int equals = Array.IndexOf(words, "=");
        uint controlWord = (uint)VectorFiles.Hex(words[1]);
        ulong[] operands = [.. words[2..equals].Select(VectorFiles.Hex)];
        FpControl control = new((controlWord & 0x1F) << 22);
        FpExceptions raised = (controlWord & 0x20) != 0 ? FpExceptions.Inexact : FpExceptions.None;
        ulong result = FpOperations.ByName[words[0]](operands, control, ref raised);
        return result == VectorFiles.Hex(words[equals + 1]) && (ulong)raised == VectorFiles.Hex(words[equals + 2])
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{line}   ours: {result:x} {(uint)raised:x2}");
    }
}
