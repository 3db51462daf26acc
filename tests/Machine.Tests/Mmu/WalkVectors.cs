using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Mmu;

/// <summary>One question of a vector file and the oracle's answer.</summary>
/// <param name="Place">File, line and case, for messages.</param>
/// <param name="Verb">at, at-from-el1, load, store or fetch.</param>
/// <param name="Subject">The AT operation, or the Exception level.</param>
/// <param name="Address">The address asked about.</param>
/// <param name="Answer">What stands after the equals sign.</param>
internal sealed record WalkQuestion(string Place, string Verb, string Subject, ulong Address, string[] Answer);

/// <summary>Replays a file of tests/Vectors/walks: its README.md has the language.</summary>
internal static class WalkVectors
{
    private static readonly Dictionary<string, (Sr Register, ulong Initial)> Registers = new()
    {
        ["scr_el3"] = (Sr.ScrEl3, 0x531),
        ["sctlr_el1"] = (Sr.SctlrEl1, 0x30d0_1804),
        ["sctlr_el2"] = (Sr.SctlrEl2, 0x30c5_1834),
        ["sctlr_el3"] = (Sr.SctlrEl3, 0x30c5_1834),
        ["tcr_el1"] = (Sr.TcrEl1, 0),
        ["tcr_el2"] = (Sr.TcrEl2, 0x8080_0000),
        ["tcr_el3"] = (Sr.TcrEl3, 0x8080_0000),
        ["ttbr0_el1"] = (Sr.Ttbr0El1, 0),
        ["ttbr0_el2"] = (Sr.Ttbr0El2, 0),
        ["ttbr0_el3"] = (Sr.Ttbr0El3, 0),
        ["ttbr1_el1"] = (Sr.Ttbr1El1, 0),
        ["mair_el1"] = (Sr.MairEl1, 0),
        ["mair_el2"] = (Sr.MairEl2, 0),
        ["mair_el3"] = (Sr.MairEl3, 0),
        ["hcr_el2"] = (Sr.HcrEl2, 0x8000_0000),
        ["vtcr_el2"] = (Sr.VtcrEl2, 0x8000_0000),
        ["vttbr_el2"] = (Sr.VttbrEl2, 0),
    };

    /// <summary>Sets up each case in turn and asks about every question of it; gives the differences found.</summary>
    public static List<string> Replay(TranslationMachine machine, string file, Func<WalkQuestion, string?> difference)
    {
        var differences = new List<string>();
        string place = file;
        int number = 0;
        int questions = 0;
        foreach (string line in File.ReadLines(Path.Combine(Folder(), file)))
        {
            number++;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            switch (words[0])
            {
                case "case":
                    place = words[1];
                    Begin(machine);
                    break;
                case "reg":
                    machine.Set(Registers[words[1]].Register, Hex(words[2]));
                    break;
                case "mem":
                    machine.Write(Hex(words[1]), Hex(words[2]));
                    break;
                default:
                    questions++;
                    Assert.Equal("=", words[3]);
                    string at = $"{file}({number}) {place}: {line}";
                    string? found = difference(new WalkQuestion(at, words[0], words[1], Hex(words[2]), words[4..]));
                    if (found is not null)
                    {
                        differences.Add($"{at}\n    here {found}");
                    }

                    break;
            }
        }

        Assert.True(questions > 0, $"{file} asks nothing");
        return differences;
    }

    public static ulong Hex(string word)
    {
        Assert.StartsWith("0x", word, StringComparison.Ordinal);
        return ulong.Parse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static void Begin(TranslationMachine machine)
    {
        machine.ClearMemory();
        foreach ((Sr register, ulong initial) in Registers.Values)
        {
            machine.Set(register, initial);
        }
    }

    private static string Folder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GdbHost.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "tests", "Vectors", "walks");
    }
}
