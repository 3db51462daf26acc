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
/// Whole instructions, fetched, decoded and executed by a core with either engine, against qemu-aarch64; the first line of each file
/// names its version. Format: tests/Vectors/README.md.
/// </summary>
public sealed partial class InstructionVectorTests
{
    public static TheoryData<string, Engine> Files()
    {
        TheoryData<string, Engine> data = [];
        foreach (string path in Directory.EnumerateFiles(VectorFiles.Folder, "instructions-*.txt").Order())
        {
            data.Add(Path.GetFileName(path), Engine.Interpreter);
            data.Add(Path.GetFileName(path), Engine.Translator);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Instruction_changes_what_the_oracle_changes(string file, Engine engine)
    {
        using VectorMachine machine = new(engine);
        VectorFiles.AssertAll(
            [.. VectorFiles.Read(file, atLeast: 800).Where(static line => line[0] != '[')], line => Difference(machine, line));
        Assert.Equal(engine == Engine.Translator, machine.IsTranslating);
    }

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
    private static string? Difference(VectorMachine machine, string line)
    {
        string[] sides = line.Split(" ->");
        string[] start = sides[0].Split(' ');
        uint[] words = [.. start[0].Split('+').Select(static w => (uint)VectorFiles.Hex(w))];
        VectorState before = VectorState.From(VectorFiles.Hex(start[1]));
        foreach (string register in start.Skip(2))
        {
            before.Set(register);
        }

        string ours = machine.Run(words, before);
        return ours == sides[1] ? null : string.Create(CultureInfo.InvariantCulture, $"{line}   ours:{ours}");
    }

    [GeneratedRegex("(^|^[^;]* ; )(?<word>[0-9a-f]{8})([ +]|$)")]
    private static partial Regex VectorWord();
}
