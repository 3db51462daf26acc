using System;
using System.Collections.Generic;
using System.Globalization;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>What whoever handles an exception has to do so that the code below goes on, for each class that is no abort.</summary>
internal static class Remedies
{
    private const string Emulate = "emulate the instruction and add 4 to ELR_ELx, or clear the control, or give the code below an exception for an undefined instruction; a return to it traps again";
    private const string Call = "an answer in the registers and ERET: ELR_ELx is behind the call already, and adding to it would skip an instruction";
    private const string Breakpoint = "go on with it switched off for one software step (MDSCR_EL1.SS, SPSR_ELx.SS), or the same instruction meets it again";
    private const string Step = "to go on, clear MDSCR_EL1.SS; for one step more, set SPSR_ELx.SS before ERET, or the next step exception comes before any instruction";
    private const string FloatingPoint = "load the floating-point and SIMD registers of who runs now and let them be used ({0}), then return to the same instruction; or, without such support, give the code below "
        + "an exception for an undefined instruction. There is nothing to map and nothing to emulate";

    // DDI 0487, ESR_ELx, EC; and of each class, the preferred exception return address.
    private static readonly Dictionary<int, string> Rows = new()
    {
        [0x00] = "an instruction that exists on this core and at this level; or, where EL{1} means to emulate it, do so and add 4 to ELR_ELx",
        [0x01] = "let others run until the wait would end, add 4 to ELR_ELx and return; or clear the control. A return to it traps again",
        [0x07] = FloatingPoint,
        [0x0e] = "an SPSR_ELx with IL clear, and with a level and execution state that exist, before ERET",
        [0x15] = Call,
        [0x16] = Call,
        [0x17] = "answer the SMC; trapped to EL2, ELR_EL2 is at the SMC itself: add 4. At EL3 it is behind it already",
        [0x18] = Emulate,
        [0x22] = "a branch target or an ELR that is a multiple of 4: look at who wrote X30 or the register of the branch",
        [0x26] = "an SP that is a multiple of 16 wherever memory is reached by it, or SCTLR_ELx.SA (SA0 for EL0) clear",
        [0x2c] = "clear the trap enable bits of FPCR (IDE, IXE, UFE, OFE, DZE, IOE), or emulate the operation and add 4 to ELR_ELx",
        [0x2f] = "look at what was accessed before this place, which need not be the fault of the instruction here; a DSB behind the suspects brings the error nearer to its access",
        [0x30] = Breakpoint,
        [0x31] = Breakpoint,
        [0x32] = Step,
        [0x33] = Step,
        [0x34] = Breakpoint,
        [0x35] = Breakpoint,
        [0x3c] = "handle it by its immediate and, to go on, add 4 to ELR_ELx, which is at the BRK itself",
    };

    /// <summary>Null for the aborts, which have theirs by what failed, and for classes that the Cortex-A53 does not know.</summary>
    /// <param name="syndrome">ESR_ELx.</param>
    /// <param name="to">1 to 3: the level that handles it.</param>
    /// <param name="stillTrapped">A control that traps it is set now.</param>
    public static string? Of(ulong syndrome, int to, bool stillTrapped)
    {
        int ec = (int)(syndrome >> 26) & 0x3f;
        if (!Rows.TryGetValue(ec, out string? says))
        {
            return null;
        }

        if (says == FloatingPoint && !stillTrapped)
        {
            return "the control that trapped it is off now, so the instruction goes on when it is returned to: a lazy switch of the floating-point registers, if those of who runs now have been loaded";
        }

        string allow = to switch { 1 => "CPACR_EL1.FPEN=3", 2 => "CPTR_EL2.TFP=0", _ => "CPTR_EL3.TFP=0" };
        return string.Format(CultureInfo.InvariantCulture, says.Replace("_ELx", $"_EL{to}", StringComparison.Ordinal), allow, to);
    }
}
