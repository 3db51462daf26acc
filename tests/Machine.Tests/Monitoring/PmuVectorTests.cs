using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Tests.Cpu;
using GdbHost.Machine.Tests.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Monitoring;

/// <summary>
/// Short programs that count themselves. Witness: qemu-system-aarch64 7.2 with one instruction for each cycle
/// (tests/Vectors/debug/counters.txt), and DDI 0487 where that is said to differ.
/// </summary>
public sealed unsafe class PmuVectorTests
{
    private const ulong Probe = 0x400c_0000;
    private const ulong Vectors = 0x400e_0000;
    private const uint BranchX28 = 0xd61f_0380;
    private const uint BranchX29 = 0xd61f_03a0;
    private const uint BranchSelf = 0x1400_0000;

    /// <summary>Answers that are DDI 0487's and not QEMU's.</summary>
    private static readonly Dictionary<string, (string Answer, string Reason)> Departures = new()
    {
        ["overflow"] = ("0 1 0 0 0 0", "the flag is set when the counter overflows, not when something next looks at the counter"),
        ["el0NotSecure"] = ("c 7 5 0 0 0", "with SPME Secure state counts: there MDCR_EL2 has no effect (QEMU takes HPMN as 0)"),
        ["undefined"] = ("2 0 0 0 0 0", "an UNDEFINED instruction does not retire"),
    };

    public static TheoryData<string> Cases => [.. Lines.Select(l => l.Split(' ')[0])];

    private static string[] Lines { get; } = SystemVectors.ReadFile("debug", "counters.txt");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Counters_are_the_oracles_but_for_named_departures(string name)
    {
        string[] line = Lines.First(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(" -> ");
        string[] input = line[0].Split(' ');
        uint[] words = [.. input[2].Split('+').Select(w => (uint)SystemVectors.Hex(w))];
        using TestCore core = new(el2: true, el3: true);
        for (ulong vector = 0; vector < 0x800; vector += 0x80)
        {
            core.Write(Vectors + vector, BranchX28);
            core.Write(Vectors + 0x1000 + vector, BranchX29);
            core.Write(Vectors + 0x2000 + vector, BranchSelf);
        }

        core.Write(Probe, words);
        core.Set("VBAR_EL1", Vectors);
        core.Set("VBAR_EL2", Vectors + 0x1000);
        core.Set("VBAR_EL3", Vectors + 0x2000);
        core.Set("MDCR_EL3", 1 << 17);
        core.Set("SCR_EL3", input[1] == "1s" ? 0x530UL : 0x531UL);
        core.Enter(ExceptionLevel.El1);
        core.State->Pc = Probe;
        core.Cluster.Run(200);
        Assert.Equal(ExceptionLevel.El3, core.State->El);
        string got = string.Join(' ', Enumerable.Range(19, 6).Select(r => $"{core.State->X[r]:x}"));
        Assert.Equal(Departures.TryGetValue(name, out (string Answer, string Reason) departure) ? departure.Answer : line[1], got);
    }
}
