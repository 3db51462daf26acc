using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.Cpu;
using GdbHost.Machine.Tests.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Monitoring;

/// <summary>
/// Breakpoints, watchpoints, software step and BRK under every combination of levels, states and controls. Witness:
/// qemu-system-aarch64 7.2 (tests/Vectors/debug/exceptions.txt), and DDI 0487 where that is said to differ.
/// </summary>
public sealed unsafe class DebugVectorTests
{
    private const ulong Probe = 0x400c_0000;
    private const ulong Table = 0x400f_0000;
    private const ulong Vectors = 0x400e_0000;
    private const ulong VectorsOfLevel = 0x4000;
    private const uint Smc7 = 0xd400_00e3;
    private const uint Svc7 = 0xd400_00e1;
    private const uint Eret = 0xd69f_03e0;
    private const uint BranchSelf = 0x1400_0000;
    private const ulong SpsrSs = 1 << 21;

    [Fact]
    public void Debug_exceptions_are_the_oracles_but_for_named_departures()
    {
        string[] lines = SystemVectors.ReadFile("debug", "exceptions.txt");
        List<string> wrong = [];
        using TestCore core = new(el2: true, el3: true);
        foreach (string[] line in lines.Select(l => l.Split(" -> ")))
        {
            string[] input = line[0].Split(' ');
            string got = Try(core, input);
            if (got != (Departure(input) ?? line[1]))
            {
                wrong.Add($"{line[0]} -> {got}, expected {Departure(input) ?? line[1]}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {lines.Length}:\n{string.Join('\n', wrong.Take(20))}");
        Assert.True(lines.Length > 1500);
    }

    /// <summary>
    /// What DDI 0487 says where QEMU 7.2 does otherwise; null where they agree. With the OS Lock set there are no debug
    /// exceptions but Breakpoint Instruction (AArch64.GenerateDebugExceptionsFrom); QEMU does not look at the lock. A
    /// watchpoint matches by the bytes that are accessed (AArch64.WatchpointByteMatch); of a misaligned access in a watched
    /// page QEMU looks at the two aligned accesses around it.
    /// </summary>
    private static string? Departure(string[] input)
    {
        if (input.Contains("OSLAR_EL1=1"))
        {
            bool fromEl2 = input[^3][0] == '2';
            return input[^2] == "brk" ? $"{(fromEl2 ? 2 : 1)} f2000000 elr=0 ss=0" : "none";
        }

        (ulong element, ulong bytes) = input[^2] switch
        {
            "ldrh" => (2UL, 2UL),
            "ldr_w" => (4UL, 4UL),
            "ldr_x" => (8UL, 8UL),
            "ldp_x" or "stp_x" => (8UL, 16UL),
            _ => (1UL, 1UL),
        };
        ulong address = Value(input, "x0");
        return address % element != 0 && Value(input, "SCTLR_EL1") != 0 ? ByBytes(input, address, bytes) : null;
    }

    private static string ByBytes(string[] input, ulong address, ulong bytes)
    {
        ulong control = Value(input, "DBGWCR0_EL1");
        ulong watched = Value(input, "DBGWVR0_EL1");
        int mask = (int)(control >> 24) & 31;
        int bottom = (watched & 4) != 0 ? 2 : 3;
        for (ulong at = address; at < address + bytes; at++)
        {
            int low = Math.Max(mask, bottom);
            bool selected = ((control >> 5) & 0xff & (1UL << (int)(at & ((1UL << bottom) - 1)))) != 0;
            if (selected && at >> low == watched >> low)
            {
                return $"1 d20000{(input[^2][0] == 's' ? 6 : 2)}2 elr=0 far={at:x} ss=0";
            }
        }

        return "none";
    }

    private static ulong Value(string[] input, string name) =>
        input.FirstOrDefault(i => i.StartsWith(name + "=", StringComparison.Ordinal)) is string set ? SystemVectors.Hex(set.Split('=')[1]) : 0;

    private static string Try(TestCore core, string[] input)
    {
        int level = input[^3][0] - '0';
        Prepare(core, nonSecure: input[^3][1] == 'n');
        ulong pstate = 0;
        foreach (string[] set in input[..^3].Select(s => s.Split('=')))
        {
            ulong value = SystemVectors.Hex(set[1]);
            switch (set[0])
            {
                case "x0":
                    core.State->X[0] = value;
                    break;
                case "pstate":
                    pstate = value;
                    break;
                case "OSLAR_EL1":
                    core.Msr("OSLAR_EL1", value);
                    break;
                case "MDCR_EL2":
                    core.Set(set[0], value | 6);
                    break;
                default:
                    core.Set(set[0], value);
                    break;
            }
        }

        core.Write(Probe, (uint)SystemVectors.Hex(input[^1]), level == 0 ? Svc7 : Smc7);
        core.Set("SPSR_EL3", pstate | 0x1c0 | ((ulong)level << 2) | (level == 0 ? 0UL : 1));
        core.Set("ELR_EL3", Probe);
        core.Calls.ExceptionReturn(TestCore.Of(Eret));

        // The probe, the call behind it, and some instructions in the vectors.
        core.Cluster.Run(6);
        return Outcome(core);
    }

    private static void Prepare(TestCore core, bool nonSecure)
    {
        core.State->Spsr = 0x3cd;
        core.Core.System.Derived.Update();
        core.Set("SCR_EL3", nonSecure ? 0x531UL : 0x530UL);
        foreach (SysReg row in SysRegTable.Groups.First(g => g.Name == "debug").Rows.Where(r => r.Name.StartsWith("DBG", StringComparison.Ordinal)))
        {
            if (row.Write is not null && row.Name[3] is 'B' or 'W')
            {
                core.Set(row.Name, 0);
            }
        }

        foreach (string name in (string[])["MDSCR_EL1", "MDCR_EL3", "CONTEXTIDR_EL1", "TTBR0_EL1", "TCR_EL1", "MAIR_EL1"])
        {
            core.Set(name, 0);
        }

        core.Set("SCTLR_EL1", 0x30d0_0800);
        core.Write(Table, 0, 0, 0x4000_0701, 0, 0x4000_0741, 0);
        core.Set("MDCR_EL2", 6);
        core.Set("HCR_EL2", 0);
        core.Msr("OSLAR_EL1", 0);
        for (ulong l = 1; l <= 3; l++)
        {
            core.Set($"VBAR_EL{l}", Vectors + (l * VectorsOfLevel));
            for (ulong vector = 0; vector < 0x800; vector += 0x80)
            {
                core.Write(Vectors + (l * VectorsOfLevel) + vector, BranchSelf);
            }
        }
    }

    private static string Outcome(TestCore core)
    {
        ExceptionLevel level = core.State->El;
        uint esr = (uint)core.Regs.At(Sr.EsrEl1, level);
        if (esr is 0x5e00_0007 or 0x5600_0007)
        {
            return "none";
        }

        ulong elr = core.Regs.At(Sr.ElrEl1, level);
        string from = elr - Probe < 16 ? $"{elr - Probe:x}" : "vector";
        string far = esr >> 27 == 0x34 >> 1 ? $" far={core.Regs.At(Sr.FarEl1, level):x}" : "";
        return $"{(int)level} {esr:x} elr={from}{far} ss={((core.Regs.At(Sr.SpsrEl1, level) & SpsrSs) != 0 ? 1 : 0)}";
    }
}
