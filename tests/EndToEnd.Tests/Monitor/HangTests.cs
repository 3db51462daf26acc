using System.IO;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using Xunit;
using static GdbHost.EndToEnd.Tests.Harness.WordsGuest;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// "monitor why hang" on guests that hang. Who is right: each program, by the document (DDI 0487; IHI 0048 for the GIC); for Linux that is idle, its
/// tick (CNTV, interrupt 27, or CNTP, 30, of the board).
/// </summary>
public sealed class HangTests
{
    [Theory]
    [InlineData(0x3c5u, "spins at one PC: a branch to itself, with IRQ and FIQ masked: nothing can get it out")]
    [InlineData(0x005u, "spins at one PC: a branch to itself, out of which only an interrupt can get it")]
    public void Branch_to_itself(uint spsr, string words) => Says.Line(Hang(GuestProgram.Words([], [BranchToItself], spsr: spsr)), $"^cpu0: EL1, pc 0x40081000, {words}$");

    // LDR W1, [X0]; CBZ W1, back: a lock that nobody gives.
    [Fact]
    public void Loop_that_waits_for_memory() => Says.Line(
        Hang(GuestProgram.Words([], [MoveWide(0, 0x4100, 16), 0xb940_0001, 0x34ff_ffe1])),
        @"^cpu0: EL1, pc 0x4008100[48], in a loop of 2 instructions, 0x40081004 to 0x40081008, with IRQ and FIQ masked: it reads at 0x41000000 \(x0\) until that changes");

    // SUBS X0, X0, #1; B.NE back.
    [Fact]
    public void Loop_that_counts() => Says.Line(
        Hang(GuestProgram.Words([], [MoveWide(0, 0x4100, 16), 0xf100_0400, 0x54ff_ffe1])), "in a loop of 2 instructions, 0x40081004 to 0x40081008.*: it reads no memory: it counts");

    // STR X1, [X0], #8; B back: it works.
    [Fact]
    public void Loop_that_stores_is_no_hang() => Says.Line(Hang(GuestProgram.Words([], [MoveWide(0, 0x4100, 16), 0xf800_8401, Branch(-1)])), "^cpu0: EL1, pc 0x4008100[48], runs, with IRQ masked$");

    // VBAR_EL1 leads to where nothing is: the fetch from the vector aborts, to the vector.
    [Fact]
    public void Vector_that_takes_an_exception_itself() => Says.Line(
        Hang(GuestProgram.Words([], [MoveWide(0, 0x3800, 16), Write(3, 0, 12, 0, 0, 0), Undefined])),
        "^cpu0: EL1, pc 0x38000200, exception loop: the vector at 0x38000200 takes an exception itself: instruction abort from the same exception level; VBAR_EL1 is 0x38000000$");

    // The vector of EL2 returns as if it had done something; seen with the log.
    [Fact]
    public void Exception_that_is_taken_again_and_again() => Says.Line(
        Hang(GuestProgram.Words([], [WaitForInterrupt], [0xd69f_03e0], hcr: 1 << 13), logs: true),
        "^cpu0: EL[12], pc 0x.*, exception loop: the last 4 exceptions are the same: EL1->EL2 pc 0x40081000 trapped WFI or WFE, WFI; after \\d+ ns returned to the same PC, with nothing changed");

    // GICD_CTLR = 1, GICD_ISENABLER0 = bit 30, GICC_PMR = 0xff, GICC_CTLR = 1; CNTP_TVAL_EL0 = 1, CNTP_CTL_EL0 = 1; all masked.
    [Fact]
    public void Interrupt_that_is_pending_and_masked()
    {
        uint[] code =
        [
            MoveWide(0, 0x0800, 16), MoveWide(1, 1), 0xb900_0001, MoveWide(2, 0x4000, 16), 0xb901_0002, MoveWide(3, 0x0801, 16), MoveWide(4, 0xff), 0xb900_0464, 0xb900_0061,
            Write(3, 3, 14, 2, 0, 1), Write(3, 3, 14, 2, 1, 1), Add(9, 1), Branch(-1),
        ];
        string text = Hang(GuestProgram.Words([], code));

        Says.Line(text, "^cpu0: EL1, pc 0x.*, in a loop of 2 instructions.*, with IRQ and FIQ masked.*; an interrupt is pending and masked \\(PSTATE.I=1, F=1\\); \"monitor why irq N\" has the chain$");
    }

    [RequiresFact(Need.DebianGuests)]
    public void Linux_that_is_idle_waits_for_its_timer()
    {
        MachineConfiguration configuration = new()
        {
            Cpus = 2,
            MemoryBytes = 512 << 20,
            Kernel = new BootFile("vmlinuz", File.ReadAllBytes(Repository.Guest("cloud/vmlinuz"))),
            Initrd = new BootFile("initramfs", File.ReadAllBytes(Repository.Guest("cloud/initramfs.cpio.gz"))),
            Append = "console=ttyAMA0 nokaslr panic=-1",
        };
        using MachineTarget target = MachineTarget.Create(configuration, static _ => { }, 2_000_000_000);
        TargetRun.Ask(target, "break wfi-idle 1000000");
        TargetStop stop = TargetRun.Run(target);

        Assert.Equal(StopKind.Event, stop.Kind);
        Assert.Matches("the machine's next event is in [0-9]{7,} ns", stop.Explanation);
        Says.Line(TargetRun.Ask(target, "why hang"), @"^cpu0: EL\d, pc 0x.*, waits in WFI: (CNTV \(interrupt 27\)|CNTP \(interrupt 30\)|CNTHP \(interrupt 26\)) is due in \d{7,} ns$");
        Says.Line(TargetRun.Ask(target, "why hang"), @"^cpu1: (EL\d, pc 0x.*, waits in WFI: |off: PSCI CPU_ON has not been called for it)");
    }

    private static string Hang(uint[] words, bool logs = false)
    {
        using MachineTarget target = GuestProgram.Run(words, limit: 100_000, logs);
        return TargetRun.Ask(target, "why hang");
    }
}
