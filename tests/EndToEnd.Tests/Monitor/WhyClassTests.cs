using System;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Monitor.Why;
using GdbHost.GdbStub.Target;
using Xunit;
using static GdbHost.EndToEnd.Tests.Harness.WordsGuest;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// "monitor why" for each class of exception, on programs of a few instructions. Who is right: DDI 0487 (ESR_ELx and its ISS encodings, Configurable
/// instruction enables and disables, and trap controls).
/// </summary>
public sealed class WhyClassTests
{
    private const uint Wfe = 0xd503_205f;
    private const uint Brk = 0xd420_2460; // BRK #0x123
    private const uint Svc = 0xd400_0541; // SVC #0x2a
    private const uint FpAdd = 0x1e62_2820; // FADD D0, D1, D2

    private const ulong Twi = 1 << 13;
    private const ulong Twe = 1 << 14;
    private const ulong Tsc = 1 << 19;
    private const ulong Tvm = 1 << 26;
    private const ulong Trvm = 1 << 30;
    private const ulong Tid3 = 1 << 18;
    private const ulong Tid2 = 1 << 17;
    private const ulong Ttlb = 1 << 25;
    private const ulong Tsw = 1 << 22;
    private const ulong Tacr = 1 << 21;
    private const ulong Tidcp = 1 << 20;

    public static TheoryData<string, ulong, uint[], string, string> Trapped => new()
    {
        { "WFI", Twi, [WaitForInterrupt], "ESR_EL2.TI = 0  instruction: WFI", "trapped by: HCR_EL2.TWI=1" },
        { "WFE", Twe, [Wfe, Wfe], "ESR_EL2.TI = 1  instruction: WFE", "trapped by: HCR_EL2.TWE=1" },
        { "SMC", Tsc, [0xd400_0063], "ESR_EL2.imm16 = 3  immediate of the instruction", "trapped by: HCR_EL2.TSC=1" },
        { "HVC", 0, [0xd402_0002], "ESR_EL2.imm16 = 0x1000  immediate of the instruction", "reason: a call of the hypervisor" },
        { "MSR SCTLR_EL1, X3", Tvm, [Write(3, 0, 1, 0, 0, 3)], "instruction: 0xd5181003 at 0x40081000: MSR SCTLR_EL1, x3", "trapped by: HCR_EL2.TVM=1" },
        { "MRS X4, TTBR0_EL1", Trvm, [0xd538_2004], "instruction: 0xd5382004 at 0x40081000: MRS x4, TTBR0_EL1", "trapped by: HCR_EL2.TRVM=1" },
        { "MRS X5, ID_AA64PFR0_EL1", Tid3, [0xd538_0405], "MRS x5, ID_AA64PFR0_EL1", "trapped by: HCR_EL2.TID3=1" },
        { "MRS X6, CCSIDR_EL1", Tid2, [0xd539_0006], "MRS x6, CCSIDR_EL1", "trapped by: HCR_EL2.TID2=1" },
        { "TLBI VMALLE1", Ttlb, [0xd508_871f], "MSR TLBI VMALLE1, x31", "trapped by: HCR_EL2.TTLB=1" },
        { "DC CISW, X7", Tsw, [0xd508_7e47], "MSR DC CISW, x7", "trapped by: HCR_EL2.TSW=1" },
        { "MRS X8, ACTLR_EL1", Tacr, [0xd538_1028], "MRS x8, ACTLR_EL1", "trapped by: HCR_EL2.TACR=1" },
        { "MRS X9, S3_1_C15_C2_0", Tidcp, [0xd539_f209], "MRS x9, ", "trapped by: HCR_EL2.TIDCP=1" },
        { "MRS X10, CNTPCT_EL0", 0, [0xd53b_e02a], "MRS x10, CNTPCT_EL0", "trapped by: CNTHCTL_EL2.EL1PCTEN=0" },
    };

    [Theory]
    [MemberData(nameof(Trapped))]
    public void Instruction_that_EL2_traps_is_explained_by_the_control_and_who_set_it(string what, ulong hcr, uint[] instructions, string field, string control)
    {
        // CNTHCTL_EL2 = 0, so that the counter traps; the others do not care.
        using MachineTarget target = GuestProgram.Run(GuestProgram.Words([Write(3, 4, 14, 1, 0, 31)], instructions, hcr: hcr));
        string why = TargetRun.Ask(target, "why");

        Assert.Contains("taken from EL1 to EL2", why, StringComparison.Ordinal);
        Assert.Contains(field, why, StringComparison.Ordinal);
        Assert.True(why.Contains(control, StringComparison.Ordinal), $"{what}: {why}");
        Says.Line(why, what == "HVC" ? "^right: an answer in the registers and ERET: ELR_EL2 is behind the call already" : "^right: .* add 4(:|\\.| to ELR_EL2|$)");
        if (control.StartsWith("trapped", StringComparison.Ordinal))
        {
            string register = control.Split(' ')[2].Split('.')[0];
            Says.Line(why, register == "HCR_EL2"
                ? @"^set by: cpu0 EL2 pc 0x400800[0-9a-f]+ wrote 0x[0-9a-f]+ to HCR_EL2, before 0x"
                : @"^set by: not known; ""monitor break write-sysreg CNTHCTL_EL2"" at the start of the same run");
            Assert.Single(System.Text.RegularExpressions.Regex.Matches(why, "trapped by: "));
        }
    }

    [Theory]
    [InlineData(0x400UL, "trapped by: CPTR_EL2.TFP=1: floating-point and SIMD trap to EL2")]
    public void Floating_point_that_EL2_traps(ulong cptr, string control)
    {
        uint[] setUp = [MoveWide(1, 0x33ff | (uint)cptr), Write(3, 4, 1, 1, 2, 1), MoveWide(2, 0x30, 16), Write(3, 0, 1, 0, 2, 2)];
        using MachineTarget target = GuestProgram.Run(GuestProgram.Words(setUp, [FpAdd]));
        string why = TargetRun.Ask(target, "why");

        Assert.Contains("trapped access to floating point or SIMD, taken from EL1 to EL2", why, StringComparison.Ordinal);
        Assert.Contains("ESR_EL2.COND = 0xe  condition of the instruction", why, StringComparison.Ordinal);
        Assert.Contains(control, why, StringComparison.Ordinal);
        Says.Line(why, "^set by: cpu0 EL2 pc 0x40080004 wrote 0x[0-9a-f]+ to CPTR_EL2, ");
        Says.Line(why, @"^right: load the floating-point and SIMD registers of who runs now and let them be used \(CPTR_EL2\.TFP=0\), then return to the same instruction");
        Assert.DoesNotContain("right: map", why, StringComparison.Ordinal);
    }

    public static TheoryData<string, uint[], string, string> OfEl1 => new()
    {
        { "SVC", [Svc], "ESR_EL1.imm16 = 0x2a  immediate of the instruction", "reason: a call of the operating system" },
        { "BRK", [Brk], "ESR_EL1.Comment = 0x123  immediate of the instruction", "reason: a BRK instruction" },
        { "UDF", [Undefined], "exception class: unknown reason", "reason: the instruction is UNDEFINED here" },
        { "HVC with HCD", [Hvc], "exception class: unknown reason", "reason: the instruction is UNDEFINED here" },
        { "FADD, CPACR_EL1 = 0", [FpAdd], "trapped access to floating point or SIMD, taken from EL1 to EL1", "trapped by: CPACR_EL1.FPEN=0" },
        { "LDR X1, [X0] at 2", [MoveWide(0, 0x4000, 16), Add(0, 2), 0xf940_0001], "ESR_EL1.DFSC = 0x21  alignment fault", "wrong: 0x40000002 is not aligned for this access, and the memory is Device-nGnRnE" },
        { "BR to 0x40081002", [MoveWide(0, 0x4008, 16), MoveKeep(0, 0x1002, 0), 0xd61f_0000], "exception class: PC alignment fault", "reason: PC is not a multiple of 4" },
        { "LDR X1, [SP] at 8", [MoveWide(0, 8), 0x9100_001f, MoveWide(2, 0x838), MoveKeep(2, 0x30d0, 16), Write(3, 0, 1, 0, 0, 2), 0xf940_03e1], "exception class: SP alignment fault", "reason: SP is not a multiple of 16" },
        { "ERET to EL2", [MoveWide(0, 0x3c9), Write(3, 0, 4, 0, 0, 0), Write(3, 0, 4, 0, 1, 31), 0xd69f_03e0], "exception class: illegal execution state", "reason: PSTATE.IL is set" },
        { "LDR of nothing", [MoveWide(0, 0x38, 32), 0xf940_0001], "ESR_EL1.DFSC = 0x10  synchronous external abort", "wrong: the translation is good; what the address reaches answered with an external abort" },
    };

    [Theory]
    [MemberData(nameof(OfEl1))]
    public void Exception_of_EL1_is_explained(string what, uint[] instructions, string field, string reason)
    {
        const ulong Hcd = 1 << 29;
        using MachineTarget target = GuestProgram.Run(GuestProgram.Words([], instructions, hcr: what.StartsWith("HVC", StringComparison.Ordinal) ? Hcd : 0));
        string why = TargetRun.Ask(target, "why");

        Assert.True(why.Contains(field, StringComparison.Ordinal) && why.Contains(reason, StringComparison.Ordinal), $"{what}: {why}");
        Assert.Contains("taken from EL1 to EL1", why, StringComparison.Ordinal);
        Says.Line(why, "^right: ");
        Assert.DoesNotContain("right: map", why, StringComparison.Ordinal);
        if (what.StartsWith("FADD", StringComparison.Ordinal))
        {
            Says.Line(why, @"^right: load .* let them be used \(CPACR_EL1\.FPEN=3\), then return to the same instruction");
        }
    }

    [Fact]
    public void Every_class_has_its_own_last_sentence_at_every_level_that_takes_it()
    {
        for (ulong ec = 0; ec < 0x40; ec++)
        {
            ulong syndrome = (ec << 26) | (1 << 25);
            bool known = !Syndrome.ClassWords(syndrome).Contains("reserved", StringComparison.Ordinal) && !Syndrome.ClassWords(syndrome).StartsWith("exception class", StringComparison.Ordinal);
            bool isAbort = ec is 0x20 or 0x21 or 0x24 or 0x25;
            for (int to = 1; to <= 3; to++)
            {
                string? right = Remedies.Of(syndrome, to, stillTrapped: true);
                Assert.True((right is not null) == (known && !isAbort), $"0x{ec:x} {Syndrome.ClassWords(syndrome)}: {right}");
                Assert.DoesNotContain("ELx", right ?? "", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Lazy_switch_that_has_been_done_is_called_one() =>
        Assert.StartsWith("the control that trapped it is off now", Remedies.Of(0x1fe0_0000, 2, stillTrapped: false), StringComparison.Ordinal);

    // What an interrupt leaves: it sets ELR_EL1 and SPSR_EL1, and leaves ESR_EL1 as the exception before it has.
    [Theory]
    [InlineData(0x5600u, "ESR_EL1 is of the exception before it, as there is no SVC at 0x40080004", "exception class: SVC")]
    [InlineData(0x9200u, "ESR_EL1 is of the exception before it, as SPSR_EL1 is of EL1, not of a lower level", "exception class: data abort from a lower exception level")]
    public void Syndrome_of_an_earlier_exception_is_not_taken_for_that_of_an_interrupt(uint syndrome, string mismatch, string words)
    {
        uint[] program =
        [
            MoveWide(0, syndrome, 16), Write(3, 0, 5, 2, 0, 0),
            MoveWide(1, 0x4008, 16), Add(1, 8), Write(3, 0, 4, 0, 1, 1),
            MoveWide(2, 0x3c5), Write(3, 0, 4, 0, 0, 2), BranchToItself,
        ];
        using MachineTarget target = Target(program, el2: false, limit: 20);
        TargetRun.Run(target);
        string why = TargetRun.Ask(target, "why");

        Assert.StartsWith("cpu0: an interrupt at 0x40080008, taken to EL1, or a write of ELR_EL1; " + mismatch, why, StringComparison.Ordinal);
        Assert.Contains(words, why, StringComparison.Ordinal);
        Assert.DoesNotContain("reason: ", why, StringComparison.Ordinal);
    }

    // By hand from the ISS encodings of DDI 0487.
    [Theory]
    [InlineData(0xbe00_0011UL, "EC = 0x2f", "SError interrupt")]
    [InlineData(0xbe00_1c11UL, "AET = 7", "type of an asynchronous error")]
    [InlineData(0xbf00_0000UL, "IDS = 1", "the other bits are IMPLEMENTATION DEFINED")]
    [InlineData(0xc200_0022UL, "IFSC = 0x22", "debug exception")]
    [InlineData(0xcb00_0062UL, "EX = 1", "a load exclusive")]
    [InlineData(0xd200_0062UL, "WnR = 1", "access: write")]
    [InlineData(0xb280_0010UL, "IXF = 1", "inexact")]
    [InlineData(0x0600_0001UL, "TI = 1", "WFE")]
    [InlineData(0x9600_0030UL, "DFSC = 0x30", "TLB conflict abort")]
    [InlineData(0x9600_0018UL, "DFSC = 0x18", "parity or ECC")]
    [InlineData(0x9600_0035UL, "DFSC = 0x35", "unsupported exclusive access")]
    public void Fields_of_a_syndrome_are_those_of_the_document(ulong syndrome, string field, string words)
    {
        string name = field.Split(' ')[0];
        Field found = Assert.Single(Syndrome.FieldsOf(syndrome), f => f.Name == name);
        string value = found.Of(syndrome) < 10 ? $"{found.Of(syndrome)}" : $"0x{found.Of(syndrome):x}";

        Assert.Equal(field, $"{name} = {value}");
        Assert.Contains(words, found.Explain(syndrome), StringComparison.Ordinal);
    }
}
