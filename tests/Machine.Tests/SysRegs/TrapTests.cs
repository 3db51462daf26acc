using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.Cpu;
using Xunit;

namespace GdbHost.Machine.Tests.SysRegs;

/// <summary>
/// Every register and system instruction, from EL0 and EL1, read and written, under every trap control. Witness:
/// qemu-system-aarch64 7.2 (tests/Vectors/sysregs/traps.txt).
/// </summary>
public sealed unsafe class TrapTests
{
    private const string Base = "base";
    private const string UndefinedAtEl1 = "1 02000000";
    private const string UndefinedAtEl2 = "2 02000000";

    /// <summary>Registers of DDI 0487 (Debug registers) that QEMU 7.2 leaves UNDEFINED.</summary>
    private static readonly HashSet<string> NotInOracle =
    [
        "OSDTRRX_EL1", "OSDTRTX_EL1", "OSECCR_EL1", "DBGPRCR_EL1", "DBGCLAIMSET_EL1", "DBGCLAIMCLR_EL1", "DBGAUTHSTATUS_EL1",
        "DBGDTR_EL0", "DBGDTRRX_EL0",
    ];

    /// <summary>
    /// Lines of the oracle that we do not follow: for CNTPCT_EL0 from EL0 it tests EL1PCEN, where DDI 0487 (CNTPCT_EL0)
    /// has EL1PCTEN.
    /// </summary>
    private static readonly HashSet<string> OracleErrors = ["CNTHCTL_EL2=1 0 R CNTPCT_EL0", "CNTHCTL_EL2=2 0 R CNTPCT_EL0"];

    public static TheoryData<string> Sections => [.. Lines.Where(l => l[0] == '[').Select(l => l[1..l.IndexOf(']')])];

    private static string[] Lines { get; } = SystemVectors.Read("traps.txt");

    [Theory]
    [MemberData(nameof(Sections))]
    public void Accesses_under_a_control_trap_as_the_oracle_says(string section)
    {
        Dictionary<string, string> expected = Read(Base);
        Dictionary<string, string> changed = section == Base ? [] : Read(section);
        string controls = Controls(Base) + (section == Base ? "" : " " + Controls(section));
        List<string> wrong = [];
        using TestCore core = new();
        foreach ((string access, SysReg row, int level, bool isWrite) in Probes(controls))
        {
            string wanted = changed.GetValueOrDefault(access) ?? expected.GetValueOrDefault(access) ?? "no exception";
            string got = Try(core, controls, row, (ExceptionLevel)level, isWrite);
            if (TrapsGeneral(controls) && wanted == UndefinedAtEl1)
            {
                // The file leaves out that what is UNDEFINED stays so, at EL2.
                wanted = UndefinedAtEl2;
            }

            if (got != wanted && !NotInOracle.Contains(row.Name) && !OracleErrors.Contains($"{section} {access}"))
            {
                wrong.Add($"{access}: {got}, oracle {wanted}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    private static IEnumerable<(string Access, SysReg Row, int Level, bool IsWrite)> Probes(string controls)
    {
        HashSet<string> probed =
            [.. Lines.Where(l => l.StartsWith("probed ", StringComparison.Ordinal)).SelectMany(l => l.Split(' ')[1..])];
        foreach (SysReg row in SysRegTable.Groups.SelectMany(g => g.Rows).Where(r => probed.Contains(r.Name.Replace(' ', '_'))))
        {
            // With HCR_EL2.TGE there is no EL1.
            for (int level = 0; level < (TrapsGeneral(controls) ? 1 : 2); level++)
            {
                if (row.Read is not null)
                {
                    yield return ($"{level} R {row.Name.Replace(' ', '_')}", row, level, false);
                }

                if (row.Write is not null)
                {
                    yield return ($"{level} W {row.Name.Replace(' ', '_')}", row, level, true);
                }
            }
        }
    }

    private static string Try(TestCore core, string controls, SysReg row, ExceptionLevel level, bool isWrite)
    {
        core.Enter(ExceptionLevel.El2);
        foreach (string[] control in controls.Split(' ').Select(c => c.Split('=')))
        {
            core.Set(control[0], ulong.Parse(control[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        ulong value = row.Operation is not null ? TestCore.RamStart
            : core.Core.System.SystemRegisters.TryRead(row, out ulong present) ? present : 0;
        core.Enter(level);
        _ = isWrite ? core.Msr(row.Name, value) : core.Mrs(row.Name);
        if (!core.TookException)
        {
            return "no exception";
        }

        uint esr = (uint)core.Regs.At(Sr.EsrEl1, core.State->El);

        // A Data Abort or an alignment fault of DC ZVA is not a trap of the instruction.
        return esr >> 26 is 0x24 or 0x25 ? "no exception" : $"{(int)core.State->El} {esr:x8}";
    }

    /// <summary>HCR_EL2.TGE is set.</summary>
    private static bool TrapsGeneral(string controls) => controls.Contains("HCR_EL2=88000000", StringComparison.Ordinal);

    private static string Controls(string section) =>
        Lines.First(l => l.StartsWith($"[{section}]", StringComparison.Ordinal)).Split("] ")[1];

    private static Dictionary<string, string> Read(string section) =>
        Lines
            .SkipWhile(l => !l.StartsWith($"[{section}]", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(l => l[0] != '[')
            .Select(l => l.Split(' '))
            .ToDictionary(f => $"{f[0]} {f[1]} {f[2]}", f => $"{f[3]} {f[4]}");
}
