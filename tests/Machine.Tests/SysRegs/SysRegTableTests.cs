using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.Cpu;
using Xunit;

namespace GdbHost.Machine.Tests.SysRegs;

/// <summary>
/// The table as a whole. Witness: the GNU assembler for encodings, qemu-system-aarch64 7.2 for reset values (files in
/// tests/Vectors/sysregs), DDI 0487 and DDI 0500 for what is said to differ.
/// </summary>
public sealed unsafe class SysRegTableTests
{
    /// <summary>Registers of Cortex-A53 that the assembler has no name for, and DDI 0500 has.</summary>
    private static readonly Dictionary<string, string> NotInAssembler = new()
    {
        ["L2CTLR_EL1"] = "S3_1_C11_C0_2",
        ["L2ECTLR_EL1"] = "S3_1_C11_C0_3",
        ["L2ACTLR_EL1"] = "S3_1_C15_C0_0",
        ["CPUACTLR_EL1"] = "S3_1_C15_C2_0",
        ["CPUECTLR_EL1"] = "S3_1_C15_C2_1",
        ["CPUMERRSR_EL1"] = "S3_1_C15_C2_2",
        ["L2MERRSR_EL1"] = "S3_1_C15_C2_3",
        ["CBAR_EL1"] = "S3_1_C15_C3_0",
    };

    /// <summary>Reset values that are not QEMU's, each with its reason.</summary>
    private static readonly Dictionary<string, (ulong Value, string Reason)> Departures = new()
    {
        ["ID_AA64PFR0_EL1"] = (0x1111, "no level has AArch32"),
        ["SCTLR_EL2"] = (0x30c5_0838, "DDI 0500; QEMU leaves 0"),
        ["CPTR_EL2"] = (0x33ff, "DDI 0500; QEMU leaves 0"),
        ["HCR_EL2"] = (0x8000_0000, "RW is RAO/WI: EL1 has no AArch32"),
        ["SCR_EL3"] = (0x430, "RW is RAO/WI: EL2 has no AArch32"),
        ["DBGCLAIMSET_EL1"] = (0xff, "not in QEMU"),
        ["PMCEID0_EL0"] = (0x4002_0f01, "what is counted here; QEMU counts SW_INCR and CPU_CYCLES"),
    };

    private static IEnumerable<SysReg> AllRows => SysRegTable.Groups.SelectMany(g => g.Rows);

    [Fact]
    public void Every_encoding_is_the_assemblers()
    {
        Dictionary<string, string> oracle =
            SystemVectors.Read("encodings.txt").Select(l => l.Split(' ')).ToDictionary(f => f[0], f => f[1]);
        Assert.Empty(from row in AllRows
                     where !row.IsReserved
                     let name = row.Name.Replace(' ', '_')
                     let wanted = oracle.GetValueOrDefault(name) ?? NotInAssembler.GetValueOrDefault(name) ?? "a line in encodings.txt"
                     where row.Id.ToString() != wanted
                     select $"{row.Name}: {row.Id}, expected {wanted}");
    }

    [Fact]
    public void Reset_values_are_the_oracles_but_for_named_departures()
    {
        using TestCore core = new(el2: true, el3: true);
        List<string> wrong = [];
        foreach (string[] line in SystemVectors.Read("reset.txt").Select(l => l.Split(' ')))
        {
            ulong wanted = SystemVectors.Hex(line[1]);
            if (Departures.TryGetValue(line[0], out (ulong Value, string Reason) departure))
            {
                wanted = departure.Value;
            }
            else if (IsAarch32View(line[0]))
            {
                wanted = 0;
            }

            if (SysRegTable.Find(line[0])?.Read is not null && core.Get(line[0]) != wanted)
            {
                wrong.Add($"{line[0]}: {core.Get(line[0]):x}, expected {wanted:x}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_two_rows_share_a_place_but_set_and_clear_pairs() =>
        Assert.Empty(from row in AllRows
                     where row.Place is not null
                     group row.Name by row.Place into sharing
                     where sharing.Count() > 1 && !sharing.All(n => n.Contains("SET_") || n.Contains("CLR_"))
                     select string.Join(", ", sharing));

    [Fact]
    public void Every_row_can_be_read_or_written_and_does_something()
    {
        Assert.Empty(AllRows.Where(r => r.Read is null && r.Write is null).Select(r => r.Name));
        Assert.Empty(AllRows.Where(r => r.Operation is not null && (r.Read is not null || r.Write is null)).Select(r => r.Name));
    }

    [Fact]
    public void A_debuggers_read_of_all_registers_changes_none()
    {
        using TestCore core = new(el2: true, el3: true);
        core.Enter(ExceptionLevel.El1);
        ulong[] Snapshot() => [.. AllRows.Select(r => core.Core.System.SystemRegisters.TryRead(r, out ulong v) ? v : 0)];
        Assert.Equal(Snapshot(), Snapshot());
        Assert.False(core.TookException);
    }

    [Theory]
    [InlineData("TTBR0_EL1", 0xffff_ffff_ffff_fffeUL)]
    [InlineData("VTTBR_EL2", 0x00ff_ffff_ffff_fffeUL)]
    [InlineData("VBAR_EL2", 0xffff_ffff_ffff_f800UL)]
    [InlineData("HCR_EL2", 0x3_ffff_ffffUL)]
    [InlineData("CPACR_EL1", 0x0030_0000UL)]
    [InlineData("SPSR_EL2", 0xf030_03dfUL)]
    [InlineData("CNTHCTL_EL2", 0xffUL)]
    [InlineData("HPFAR_EL2", 0xff_ffff_fff0UL)]
    [InlineData("FPCR", 0x07c0_0000UL)]
    public void All_ones_leave_the_bits_that_Armv8_0_has(string name, ulong kept)
    {
        using TestCore core = new();
        core.Set("CPTR_EL2", 0);
        core.Msr(name, ulong.MaxValue);
        Assert.Equal(kept, core.Get(name));
    }

    [Fact]
    public void EL3_registers_are_UNDEFINED_without_EL3_and_EL2_registers_zero_from_EL3_without_EL2()
    {
        using TestCore noEl3 = new(el2: true, el3: false);
        noEl3.Mrs("SCR_EL3");
        Assert.True(noEl3.TookException);
        using TestCore noEl2 = new(el2: false, el3: true);
        noEl2.Msr("TPIDR_EL2", 5);
        noEl2.Mrs("TPIDR_EL2");
        Assert.Equal((false, 0UL), (noEl2.TookException, noEl2.State->X[0]));
    }

    [Fact]
    public void Virtual_identity_is_what_EL1_reads()
    {
        using TestCore core = new();
        core.Set("VPIDR_EL2", 0x1234);
        core.Set("VMPIDR_EL2", 0x8000_0042);
        core.Enter(ExceptionLevel.El1);
        Assert.Equal((0x1234UL, 0x8000_0042UL), (core.Get("MIDR_EL1"), core.Get("MPIDR_EL1")));
        core.Enter(ExceptionLevel.El2);
        Assert.Equal(0x410f_d034UL, core.Get("MIDR_EL1"));
    }

    private static bool IsAarch32View(string name) =>
        SysRegTable.Find(name) is { Id: { Op0: 3, Op1: 0, Crn: 0, Crm: >= 1 and <= 3 } };
}
