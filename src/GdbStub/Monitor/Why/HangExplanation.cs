using System.Collections.Generic;
using System.Linq;
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

        if (Spins(request, core))
        {
            return $"{place}, spins at one PC: a branch to itself{(core.IrqMasked && core.FiqMasked ? ", with IRQ and FIQ masked: nothing can get it out" : ", out of which only an interrupt can get it")}";
        }

        bool pending = core.IrqInput || core.FiqInput || core.VirtualIrqInput;
        return pending && !core.Takes
            ? $"{place}, runs; an interrupt is pending and masked (PSTATE.I={(core.IrqMasked ? 1 : 0)}, F={(core.FiqMasked ? 1 : 0)}); \"monitor why irq N\" has the chain"
            : $"{place}, runs{(core.IrqMasked ? ", with IRQ masked" : "")}";
    }

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

    private static bool Spins(MonitorRequest request, CoreReport core)
    {
        const uint BranchToItself = 0x1400_0000;
        System.Span<byte> word = stackalloc byte[4];
        return request.Target.ReadMemory(core.Cpu, AddressView.Current, core.Pc, word) == word.Length
            && System.BitConverter.ToUInt32(word) == BranchToItself;
    }
}
