using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Cores;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>"monitor why hang": what each vCPU does that looks like nothing, and which devices will do nothing.</summary>
internal static class HangExplanation
{
    private const int LoopLength = 4;

    public static void Write(MonitorRequest request)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        for (int cpu = 0; cpu < request.Target.CpuCount; cpu++)
        {
            CoreReport core = machine.Core(cpu);
            request.Line($"cpu{cpu}: {Words(request, machine, core)}");
        }

        foreach ((string device, string reason) in machine.StoppedDevices)
        {
            request.Line($"{device} has stopped, and answers no request until it is reset: {reason}", new("device", device), new("stopped", reason));
        }
    }

    private static string Words(MonitorRequest request, MachineInspection machine, CoreReport core)
    {
        if (core.PoweredOff)
        {
            return "off: PSCI CPU_ON has not been called for it";
        }

        string place = $"EL{core.Level}, pc 0x{core.Pc:x}";
        if (core.Waits is not null)
        {
            return $"{place}, waits in {core.Waits}: {WaitReason(core)}";
        }

        if (LoopOf(machine, core.Cpu) is MachineTrap trap)
        {
            return $"{place}, exception loop: the last {LoopLength} exceptions are the same: {TrapWords.Entry(trap)}; {TrapWords.ReturnOf(trap)}";
        }

        if (OfVector(request, core) is string vector)
        {
            return $"{place}, {vector}";
        }

        if (SpinLoop.At(request, core.Cpu, core.Pc) is SpinLoop loop)
        {
            bool isOne = loop.First == loop.Last;
            string masked = core.IrqMasked && core.FiqMasked ? ", with IRQ and FIQ masked" : "";
            return (isOne
                ? $"{place}, spins at one PC: a branch to itself{(masked.Length > 0 ? $"{masked}: nothing can get it out" : ", out of which only an interrupt can get it")}"
                : $"{place}, in a loop of {loop.Instructions} instructions, 0x{loop.First:x} to 0x{loop.Last:x}{masked}: {loop.Words}") + Pending(core, "; ");
        }

        return Pending(core, $"{place}, runs; ") is { Length: > 0 } pending ? pending : $"{place}, runs{(core.IrqMasked ? ", with IRQ masked" : "")}";
    }

    /// <summary>That an interrupt is pending and masked, behind what comes before it; empty where none is.</summary>
    private static string Pending(CoreReport core, string before) => (core.IrqInput || core.FiqInput || core.VirtualIrqInput) && !core.Takes
        ? $"{before}an interrupt is pending and masked (PSTATE.I={(core.IrqMasked ? 1 : 0)}, F={(core.FiqMasked ? 1 : 0)}); \"monitor why irq N\" has the chain"
        : "";

    private static string WaitReason(CoreReport core)
    {
        TimerReport[] armed = [.. core.Timers.Where(static t => t is { Enabled: true, Masked: false, Remaining: not null })];
        if (core.IrqInput || core.FiqInput || core.VirtualIrqInput)
        {
            return "an interrupt is pending, it wakes";
        }

        if (armed.Length > 0)
        {
            TimerReport first = armed.MinBy(static t => t.Remaining!.Value)!;
            return $"{first.Name} (interrupt {first.Interrupt}) is due in {first.Remaining} ns";
        }

        return core.NextEvent is ulong next
            ? $"none of its timers is armed and unmasked; the machine's next event is in {next} ns"
            : "none of its timers is armed and nothing in the machine will raise an interrupt: it waits for ever, or for input";
    }

    private static MachineTrap? LoopOf(MachineInspection machine, int cpu)
    {
        List<MachineTrap> own = [.. machine.ReadTraps(LoopLength * 8).Traps.Where(t => t.Cpu == cpu).TakeLast(LoopLength)];
        return own.Count == LoopLength && own[0].Kind == MachineTrapKind.Synchronous
            && own.TrueForAll(t => t.Pc == own[0].Pc && t.Syndrome == own[0].Syndrome && t.FaultAddress == own[0].FaultAddress)
            && own[0].Return?.Pc == own[0].Pc ? own[0] : null;
    }

    /// <summary>A vector that cannot be executed takes the exception for which it was entered again and again; the registers say so without a log.</summary>
    private static string? OfVector(MonitorRequest request, CoreReport core)
    {
        const ulong TableBytes = 0x800;
        if (core.Level == 0)
        {
            return null;
        }

        MonitorRequest own = new(request.Target, core.Cpu, request.Session);
        ulong table = MonitorArguments.Register(own, $"VBAR_EL{core.Level}");
        ulong from = MonitorArguments.Register(own, $"ELR_EL{core.Level}");
        ulong syndrome = MonitorArguments.Register(own, $"ESR_EL{core.Level}");
        return core.Pc - table < TableBytes && from - table < TableBytes && from == core.Pc && syndrome != 0
            ? $"exception loop: the vector at 0x{from:x} takes an exception itself: {Syndrome.ClassWords(syndrome)}; VBAR_EL{core.Level} is 0x{table:x}"
            : null;
    }
}
