using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// Exception entry and return. Witness: qemu-system-aarch64 7.2 (tests/Vectors/sysregs/exceptions.txt) where a vector is
/// named, else DDI 0487 (AArch64 Exception model).
/// </summary>
public sealed unsafe class ExceptionTests
{
    private const ulong FlagsNzcv = 0x6000_0000;

    private static IEnumerable<string[]> Vectors(string kind) =>
        SystemVectors.Read("exceptions.txt").Select(l => l.Split(' ')).Where(f => f[0] == kind);

    [Fact]
    public void Stage2_abort_of_every_kind_of_load_and_store_has_the_syndrome_of_the_oracle()
    {
        foreach (string[] v in Vectors("abort"))
        {
            using TestCore core = new();
            core.Enter(ExceptionLevel.El1);
            uint word = (uint)SystemVectors.Hex(v[1]);
            ulong esr = SystemVectors.Hex(v[2]);
            Fault fault = new(FaultKind.Translation, (int)(esr & 3), Stage2: true, OnWalk: false) { Ipa = SystemVectors.Hex(v[3]) };
            bool isWrite = esr.Bit(6);
            core.Core.System.Exceptions.DataAbort(fault, SystemVectors.Hex(v[3]), isWrite ? AccessType.Write : AccessType.Read, word);
            Assert.Equal(
                (v[1], v[2], SystemVectors.Hex(v[3]), SystemVectors.Hex(v[4]), ExceptionLevel.El2),
                (v[1], $"{core.Regs[Sr.EsrEl2]:x8}", core.Regs[Sr.FarEl2], core.Regs[Sr.HpfarEl2], core.State->El));
        }
    }

    [Fact]
    public void Exception_return_from_EL2_goes_where_the_oracle_goes()
    {
        foreach (string[] v in Vectors("return"))
        {
            using TestCore core = new();
            core.Enter(ExceptionLevel.El2);
            core.Regs[Sr.SpsrEl2] = FlagsNzcv | 0x3c0 | SystemVectors.Hex(v[1]);
            core.Regs[Sr.ElrEl2] = TestCore.RamStart + 0x100;
            Assert.Equal(Flow.End, core.Calls.ExceptionReturn(TestCore.Of(0xd69f_03e0)));
            string outcome = core.State->IllegalState
                ? "illegal"
                : $"EL{(int)core.State->El} SP{(core.State->SpSel ? 1 : 0)}";
            Assert.Equal($"{v[1]} {string.Join(' ', v[2..])}", $"{v[1]} {outcome}");
            Assert.Equal(TestCore.RamStart + 0x100, core.State->Pc);
            Assert.Equal((uint)FlagsNzcv, core.State->Nzcv);
        }
    }

    [Fact]
    public void Return_to_AArch32_is_illegal_and_the_next_exception_reports_it()
    {
        using TestCore core = new();
        core.Enter(ExceptionLevel.El2);
        core.Regs[Sr.SpsrEl2] = 0x1d3;
        core.Regs[Sr.ElrEl2] = TestCore.RamStart + 0x40;
        core.Calls.ExceptionReturn(TestCore.Of(0xd69f_03e0));
        Assert.True(core.State->IllegalState);
        Assert.Equal(ExceptionLevel.El2, core.State->El);
        core.Core.System.Exceptions.IllegalState();
        Assert.Equal(0x3a00_0000u, core.Regs[Sr.EsrEl2]);
        Assert.Equal(0x0010_01c9u, core.Regs[Sr.SpsrEl2]);
        Assert.Equal(TestCore.RamStart + 0x40, core.Regs[Sr.ElrEl2]);
        Assert.False(core.State->IllegalState);
    }

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(1UL << 27, 2)]
    public void Return_to_EL1_is_illegal_with_TGE(ulong hcr, int arrives)
    {
        using TestCore core = new();
        core.Set("HCR_EL2", hcr);
        core.Enter(ExceptionLevel.El2);
        core.Regs[Sr.SpsrEl2] = 0x3c5;
        core.Calls.ExceptionReturn(TestCore.Of(0xd69f_03e0));
        Assert.Equal(arrives, (int)core.State->El);
        Assert.Equal(hcr != 0, core.State->IllegalState);
    }

    [Fact]
    public void Virtual_interrupts_are_taken_and_masked_as_the_oracle_says()
    {
        foreach (string[] v in Vectors("virtual"))
        {
            using TestCore core = new();
            ulong enabled = v[2] == "1" ? 0x38UL : 0;
            core.Set("HCR_EL2", enabled | (SystemVectors.Hex(v[3]) << 6));
            core.Regs[Sr.VbarEl1] = 0x1_0000;
            core.Enter(v[1] == "0" ? ExceptionLevel.El0 : ExceptionLevel.El1, (uint)SystemVectors.Hex(v[4]) << 6);
            bool taken = core.Core.System.Exceptions.TakePendingInterrupt();
            string vector = taken ? $"{core.State->Pc - 0x1_0000:x}" : "none";
            string remaining = $"{core.Regs[Sr.HcrEl2].Field(8, 6)}";
            Assert.Equal(string.Join(' ', v), $"{string.Join(' ', v[..5])} {vector} {remaining}");
        }
    }

    [Theory]
    [InlineData(0, 0UL, 0x80u, true, 1)]
    [InlineData(0, 0UL, 0x00u, false, 1)]
    [InlineData(1, 0x10UL, 0x80u, false, 2)]
    [InlineData(2, 0UL, 0x00u, true, 2)]
    [InlineData(2, 0x10UL, 0x00u, false, 2)]
    [InlineData(2, 0x10UL, 0x80u, true, 2)]
    [InlineData(0, 0x0800_0000UL, 0x80u, false, 2)]
    public void Physical_IRQ_is_routed_by_HCR_and_masked_only_at_its_own_level(
        int at, ulong hcr, uint daif, bool waits, int target)
    {
        using TestCore core = new();
        core.Set("HCR_EL2", hcr);
        core.Enter((ExceptionLevel)at, daif);
        core.Core.System.Inputs.Irq.Set(true);
        Assert.True(core.Core.System.Exceptions.WakesFromWfi);
        Assert.Equal(!waits, core.Core.System.Exceptions.HasPendingInterrupt);
        Assert.Equal(!waits, core.Core.System.Exceptions.TakePendingInterrupt());
        Assert.Equal(waits ? at : target, (int)core.State->El);
    }

    [Fact]
    public void Entry_saves_PSTATE_and_masks_everything()
    {
        using TestCore core = new();
        core.Regs[Sr.VbarEl1] = 0x8000;
        core.Enter(ExceptionLevel.El1, daif: 0x40);
        core.State->SetLevel(ExceptionLevel.El1, spSel: false);
        core.State->Nzcv = 0x9000_0000;
        core.Calls.SupervisorCall(TestCore.Of(0xd400_0001 | (0x123 << 5)));
        Assert.Equal(0x5600_0123u, core.Regs[Sr.EsrEl1]);
        Assert.Equal(0x9000_0044u, core.Regs[Sr.SpsrEl1]);
        Assert.Equal(TestCore.RamStart + 4, core.Regs[Sr.ElrEl1]);
        Assert.Equal((0x8000UL, 0x3c0u, true), (core.State->Pc, core.State->Daif, core.State->SpSel));
    }

    [Theory]
    [InlineData(true, false, 0UL, 2, 0x5a00_0000u)]
    [InlineData(false, false, 0UL, 1, 0x0200_0000u)]
    [InlineData(true, false, 0x2000_0000UL, 1, 0x0200_0000u)]
    public void HVC_from_EL1_needs_EL2_and_not_HCD(bool el2, bool el3, ulong hcr, int target, uint esr)
    {
        using TestCore core = new(el2, el3);
        core.Regs[Sr.HcrEl2] = hcr;
        core.Enter(ExceptionLevel.El1);
        core.Calls.HypervisorCall(TestCore.Of(0xd400_0002));
        Assert.Equal(target, (int)core.State->El);
        Assert.Equal(esr, core.Regs.At(Sr.EsrEl1, core.State->El));
    }

    [Fact]
    public void SMC_trapped_by_TSC_returns_to_itself()
    {
        using TestCore core = new();
        core.Set("HCR_EL2", 1 << 19);
        core.Enter(ExceptionLevel.El1);
        core.Calls.SecureMonitorCall(TestCore.Of(0xd400_0003));
        Assert.Equal(ExceptionLevel.El2, core.State->El);
        Assert.Equal(0x5e00_0000u, core.Regs[Sr.EsrEl2]);
        Assert.Equal(TestCore.RamStart, core.Regs[Sr.ElrEl2]);
    }

    [Fact]
    public void WFI_trapped_from_EL1_reports_its_kind_unless_something_is_pending()
    {
        using TestCore core = new();
        core.Set("HCR_EL2", 1 << 13);
        core.Enter(ExceptionLevel.El1);
        core.Core.System.Inputs.Irq.Set(true);
        core.Calls.WaitForInterrupt(TestCore.Of(0xd503_207f));
        Assert.False(core.TookException);
        core.Core.System.Inputs.Irq.Set(false);
        core.Enter(ExceptionLevel.El1);
        core.Calls.WaitForInterrupt(TestCore.Of(0xd503_207f));
        Assert.Equal(0x07e0_0000u, core.Regs[Sr.EsrEl2]);
        Assert.Equal(TestCore.RamStart, core.Regs[Sr.ElrEl2]);
        Assert.Equal(WaitKind.None, core.Core.Waiting);
    }

    [Fact]
    public void Breakpoint_instruction_goes_to_EL2_with_TDE()
    {
        using TestCore core = new();
        core.Set("MDCR_EL2", 1 << 8);
        core.Enter(ExceptionLevel.El1);
        core.Calls.Breakpoint(TestCore.Of(0xd420_0000 | (5 << 5)));
        Assert.Equal(ExceptionLevel.El2, core.State->El);
        Assert.Equal(0xf200_0005u, core.Regs[Sr.EsrEl2]);
    }

    [Fact]
    public void Software_step_takes_one_instruction_after_a_return_with_SS()
    {
        using TestCore core = new();
        core.Set("OSLAR_EL1", 0);
        core.Set("MDSCR_EL1", 1);
        core.Enter(ExceptionLevel.El1);
        core.Regs[Sr.SpsrEl1] = 1 << 21;
        core.Regs[Sr.ElrEl1] = TestCore.RamStart;
        core.Calls.ExceptionReturn(TestCore.Of(0xd69f_03e0));
        Assert.True(core.Core.System.Debug.StepEnabled);
        Assert.False(core.Core.System.Debug.StepPending);
        core.Core.System.Debug.Stepped(exclusive: false);
        Assert.True(core.Core.System.Debug.StepPending);
        core.Core.System.Debug.TakeStep();
        Assert.Equal(0xcb00_0022u, core.Regs[Sr.EsrEl1]);
        Assert.Equal(0u, core.Regs[Sr.SpsrEl1] & (1 << 21));
    }
}
