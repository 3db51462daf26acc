using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using GdbHost.InstructionWords;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups;
using GdbHost.Machine.Tests.Isa.Fp;
using Xunit;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>
/// Whole instructions, fetched, decoded and interpreted by a core, against qemu-aarch64; the first line of each file
/// names its version. Format: tests/Vectors/README.md.
/// </summary>
public sealed partial class InstructionVectorTests : IDisposable
{
    private readonly VectorMachine _machine = new();

    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(VectorFiles.Folder, "instructions-*.txt").Select(static path => Path.GetFileName(path)).Order()];

    public void Dispose() => _machine.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Instruction_changes_what_the_oracle_changes(string file) =>
        VectorFiles.AssertAll([.. VectorFiles.Read(file, atLeast: 800).Where(static line => line[0] != '[')], Difference);

    [Fact]
    public void Every_row_has_a_vector_or_a_reason_to_have_none()
    {
        Decoder decoder = new();
        HashSet<Row?> met =
        [
            .. from path in Directory.EnumerateFiles(VectorFiles.Folder, "*.txt")
               from line in File.ReadLines(path)
               let match = VectorWord().Match(line)
               where match.Success
               select decoder.Find((uint)VectorFiles.Hex(match.Groups["word"].Value)),
        ];
        Assert.Empty(from row in All.Rows where !met.Contains(row) && UserMode.Runs(row) select row.Name);
    }

    [Fact]
    public void Row_without_vectors_exists()
    {
        IEnumerable<string> named = UserMode.NotRun.Keys.Concat(UserMode.Picked.Keys);
        Assert.Empty(named.Except(All.Rows.Select(static row => row.Name)));
    }

    // words seed registers -> changes
    private string? Difference(string line)
    {
        string[] sides = line.Split(" ->");
        string[] start = sides[0].Split(' ');
        uint[] words = [.. start[0].Split('+').Select(static w => (uint)VectorFiles.Hex(w))];
        VectorState before = VectorState.From(VectorFiles.Hex(start[1]));
        foreach (string register in start.Skip(2))
        {
            before.Set(register);
        }

        string ours = _machine.Run(words, before);
        return ours == sides[1] ? null : string.Create(CultureInfo.InvariantCulture, $"{line}   ours:{ours}");
    }

    [GeneratedRegex("(^|^[^;]* ; )(?<word>[0-9a-f]{8})([ +]|$)")]
    private static partial Regex VectorWord();
}
