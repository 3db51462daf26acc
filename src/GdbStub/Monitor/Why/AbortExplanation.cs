using System;
using System.Linq;
using System.Numerics;
using GdbHost.GdbStub.Monitor.Addresses;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>"monitor why": the newest exception, from the syndrome to the first thing that is wrong and what would be right.</summary>
internal static class AbortExplanation
{
    public static void Write(MonitorRequest request)
    {
        if (TakenException.Newest(request) is not TakenException taken)
        {
            request.Line("This vCPU has taken no exception that has a syndrome.");
            return;
        }

        if (taken.Mismatch(request) is string mismatch)
        {
            request.Line($"cpu{request.Cpu}: an interrupt at 0x{taken.Pc:x}, taken to EL{taken.To}, or a write of ELR_EL{taken.To}; ESR_EL{taken.To} is of the exception before it, as {mismatch}");
            SystemRegisters.PrintFields(request, $"ESR_EL{taken.To}", taken.Syndrome, withClearFlags: false);
            return;
        }

        request.Line($"cpu{request.Cpu}: {Syndrome.ClassWords(taken.Syndrome)}, taken {(taken.From is int from ? $"from EL{from} " : "")}to EL{taken.To}, pc 0x{taken.Pc:x}");
        SystemRegisters.PrintFields(request, $"ESR_EL{taken.To}", taken.Syndrome, withClearFlags: false);
        Instruction(request, taken);
        if (taken.IsAbort && taken.From is int level)
        {
            Abort(request, taken, level);
        }
        else if (!taken.IsAbort)
        {
            TrapReason.Write(request, taken);
        }

        Afterwards(request, taken);
    }

    private static void Instruction(MonitorRequest request, TakenException taken)
    {
        string text = taken.Instruction(request) is uint word ? $"0x{word:x8}" : "not readable";
        string access = taken.Trap is MachineTrap t ? TrapWords.Access(t) : TrapWords.Access(AsTrap(taken));
        request.Line($"instruction: {text} at 0x{taken.InstructionAddress:x}{(access.Length > 0 ? ": " : "")}{access}");
    }

    // The words for accesses are those of the log.
    private static MachineTrap AsTrap(TakenException taken) => new(
        0, 0, 0, taken.From ?? 0, taken.To, MachineTrapKind.Synchronous, null, taken.Pc, taken.Syndrome,
        taken.IsAbort ? taken.FaultAddress : null, taken.Ipa, [0], null);

    private static void Abort(MonitorRequest request, TakenException taken, int level)
    {
        WalkAccess access = taken.IsFetch ? WalkAccess.Execute : taken.IsWrite ? WalkAccess.Write : WalkAccess.Read;
        WalkReport report = ((ITranslation)request.Target).Explain(request.Cpu, taken.FaultAddress, level, access);
        Translate.Whole(request, report, taken.FaultAddress);
        ulong? reached = report.Physical ?? (report.Stage2On ? report.Intermediate : null);
        if (reached is ulong at && ((IInspected)request.Target).Inspection.Place(at) is { Kind: "device" } place)
        {
            request.Line($"device: {AddressCommands.Words(place)}", new("device", place.Region), new("offset", place.Offset), new("register", place.Register), new("function", place.Pci?.Function));
        }

        if (report.Failure is WalkFailure failure)
        {
            request.Line($"wrong: {TranslationWords.Failure(failure)}");
            request.Line($"right: {Remedy(failure, report)}");
            Origins.Write(request, report, failure);
        }
        else
        {
            (string wrong, string right) = WithoutFailure(taken, report);
            request.Line($"wrong: {wrong}");
            request.Line($"right: {right}");
        }

        Origin(request, taken);
    }

    // DDI 0487, ESR_ELx, DFSC: what is no matter of the tables, and what they said once.
    private static (string Wrong, string Right) WithoutFailure(TakenException taken, WalkReport report) => (taken.Syndrome & 0x3f) switch
    {
        0x10 => ("the translation is good; what the address reaches answered with an external abort", "an address that reaches memory or a device that takes this access"),
        0x21 => Unaligned(taken, report),
        0x30 => ("the TLB holds two entries for the address: break-before-make was not kept to", "an invalid entry and a TLBI between the old entry and the new one"),
        0x35 => ("an exclusive access to memory that does not support it", "exclusive and atomic accesses to Normal cacheable memory only"),
        _ => ("the tables translate this address now, so they were changed since, or the TLB holds what they said before (a TLBI is missing)",
            "a return to the instruction, which then goes on if a TLBI and a DSB came behind the change; \"monitor tlb stale\" names one that is missing"),
    };

    private static (string Wrong, string Right) Unaligned(TakenException taken, WalkReport report) => report.Attributes.StartsWith("Device", StringComparison.Ordinal)
        ? ($"0x{taken.FaultAddress:x} is not aligned for this access, and the memory is {report.Attributes.Split(',')[0]}, which must be aligned",
            "an address that is a multiple of the access's size, or Normal memory there (with stage 1 off all data is Device memory)")
        : ($"0x{taken.FaultAddress:x} is not aligned for this access, and SCTLR_ELx.A is set, or the instruction always checks (exclusive, acquire, release)",
            "an address that is a multiple of the access's size, or SCTLR_ELx.A clear if it is the only check");

    private static string Remedy(WalkFailure failure, WalkReport report)
    {
        string what = failure.Stage == 2 && report.Place is not null ? $" to reach {report.Place}" : "";
        WalkStep? last = report.Steps.LastOrDefault(s => s.Stage == failure.Stage && s.Level == failure.Level);
        return failure.Obstacle switch
        {
            WalkObstacle.InputTooLarge when failure.Stage == 2 => Larger(failure, what),
            WalkObstacle.InputTooLarge => $"an address that fits {failure.Field}, or a smaller {failure.Field}",
            WalkObstacle.WalkDisabled => $"{failure.Field}=0, or an address of the other half",
            WalkObstacle.BadStartLevel => "VTCR_EL2.SL0=1 (level 1) for T0SZ 25 to 33 and the 4 KiB granule, SL0=2 (level 0) below, as DDI 0487 has it for VTCR_EL2.SL0",
            WalkObstacle.InvalidDescriptor when last is not null =>
                $"a valid stage {failure.Stage} level {last.Level} entry {last.Index} at 0x{last.Address:x10}, now 0x{last.Descriptor:x}{what}",
            WalkObstacle.AccessFlagClear when last is not null => $"AF (bit 10) set in the level {last.Level} descriptor at 0x{last.Address:x10}, now 0x{last.Descriptor:x}",
            WalkObstacle.Permission when last is not null && failure.Stage == 2 =>
                $"S2AP (bits 7:6, 1 read, 2 write) or XN (bit 54) of the stage 2 descriptor at 0x{last.Address:x10}, now 0x{last.Descriptor:x}, that allow the access{what}",
            WalkObstacle.Permission when last is not null => $"AP and XN of the stage 1 descriptor at 0x{last.Address:x10}, now 0x{last.Descriptor:x}, that allow the access",
            WalkObstacle.AddressSize => "table and output addresses below the size that VTCR_EL2.PS, TCR_ELx.PS or IPS gives",
            _ => "tables in memory that answers",
        };
    }

    private static string Larger(WalkFailure failure, string what)
    {
        int bits = 64 - BitOperations.LeadingZeroCount(failure.Address);
        const int Level1Shift = 30;
        return $"VTCR_EL2.T0SZ of at most {64 - bits}, a starting level that goes with it, and a table entry{what} (level 1 index {failure.Address >> Level1Shift & 511})";
    }

    /// <summary>An address that is no address but what EL2 left behind.</summary>
    private static void Origin(MonitorRequest request, TakenException taken)
    {
        ulong syndrome = MonitorArguments.Register(request, "ESR_EL2");
        if (taken.To == 1 && syndrome != 0 && taken.FaultAddress == syndrome)
        {
            request.Line($"address: 0x{taken.FaultAddress:x} is no address: it is the value of ESR_EL2, which EL2 has left in a register of the guest");
        }
    }

    private static void Afterwards(MonitorRequest request, TakenException taken)
    {
        if (taken.Trap?.Return is not { Remarks: not TrapRemarks.None } back)
        {
            return;
        }

        request.Line($"then: {TrapWords.ReturnOf(taken.Trap)}");
        if ((back.Remarks & TrapRemarks.SyndromeInRegister) != 0)
        {
            request.Line($"right: a vector of EL{taken.To} that saves X0 to X30 before it uses them and restores them before ERET");
        }

        if (back.Pc == taken.Pc && taken.IsAbort)
        {
            request.Line(taken.IsFetch
                ? "right: map what the fetch needs, executable, or inject an abort into the guest; else it aborts again"
                : $"right: map what the access needs, or emulate it and add 4 to ELR_EL{taken.To}, or inject an abort into the guest; else it traps again");
        }
    }
}
