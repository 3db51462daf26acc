using System;
using GdbHost.GdbStub.Monitor.Requests;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"monitor break": stops on what happens to the machine, where no breakpoint at an address would do.</summary>
internal static class TrapStops
{
    public const string Name = "break";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "stage2|undef|serror|flagged|trap CLASS|irq N " + StopLimits.Usage + " | psci [CALL] [vmid N] | write-sysreg list|NAME [off] [value V [mask M]] [vmid N] [pc RANGE]"
            + " | wfi-idle [NS] | reset | pci BB:DD.F [REGISTER] [read|write] [vmid N] | msi [BB:DD.F] [vmid N] | dma BB:DD.F [IOVA[-IOVA]] [r|w] [vmid N] | smmu [EVENT] [vmid N] | off",
            "stops at exceptions to EL2 or EL3 of a kind, or with \"to el1\" at those of EL1 (undef and serror: at any level), at remarkable returns (flagged), at an interrupt that EL2 or EL3 takes, at calls of PSCI, "
            + "behind writes of system registers or TLBIs (one stop for each; NAME off takes one away), when no vCPU runs any more and nothing will ever wake one (wfi-idle; with NS: none will be woken for so many virtual ns), when the guest asks for a reset and before it is done, "
            + "at accesses to a PCI function's configuration space, at interrupt messages, at requests of a PCI function, or at event records and errors of the SMMU; with vmid, the last three only of streams to which the SMMU gives the stage 2 of that VMID",
            Run, static t => t is IInspected)
        {
            Examples =
            [
                new("stage2 vmid 1 ipa 0x09000000-0x09000fff", "when guest 1 aborts on the UART"),
                new("flagged", "behind a return of the hypervisor that looks wrong"),
                new("write-sysreg VTTBR_EL2", "behind each write of the stage 2 table base"),
                new("undef to el1", "at an undefined instruction of the guest's kernel"),
                new("wfi-idle", "when nothing will ever wake a vCPU again"),
                new("pci 00:01.0 0x10 write", "behind a store to a BAR"),
                new("smmu F_TRANSLATION vmid 3", "when a device of guest 3 meets a hole"),
                new("write-sysreg VTTBR_EL2 off", "no more, while the others stay"),
                new("off", "no more"),
            ],
        },
    ];

    internal const string Stopped = "stopped by \"monitor break\"";

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        bool understood = arguments switch
        {
            ["off"] => Off(request, machine),
            ["pci", ..] or ["msi", ..] => PciStops.TryRun(request, machine, arguments),
            ["smmu", ..] or ["dma", ..] => Dma(request, machine, arguments),
            ["psci", ..] => VmidLimit.TryTake(arguments[1..], out VmidLimit limit, out string[] call) && call.Length <= 1 && AtCalls(request, machine, call is [string name] ? name : null, limit),
            ["irq", string text, ..] when MonitorArguments.TryNumber(text, out ulong id) && id <= ushort.MaxValue => AtInterrupt(request, machine, (int)id, arguments[2..]),
            ["write-sysreg", ..] => RegisterStops.TryRun(request, machine, arguments[1..]),
            ["wfi-idle"] => WhenIdle(request, machine, ulong.MaxValue),
            ["wfi-idle", string text] when MonitorArguments.TryNumber(text, out ulong least) => WhenIdle(request, machine, least),
            ["reset"] => AtReset(request, machine),
            ["trap", string name, ..] => AtClass(request, machine, name, arguments[2..], named: true),
            ["trap"] or ["irq", ..] or [] => false,
            _ => AtClass(request, machine, arguments[0], arguments[1..], named: false),
        };
        if (!understood)
        {
            MonitorArguments.Usage(request, Name);
        }
    }

    private static bool Off(MonitorRequest request, MachineInspection machine)
    {
        machine.RemoveStops();
        request.Line("break: no stops at events");
        return true;
    }

    private static bool Dma(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words)
    {
        DmaStops.Run(request, machine, words);
        return true;
    }

    private static bool AtCalls(MonitorRequest request, MachineInspection machine, string? call, VmidLimit limit)
    {
        ulong number = 0;
        uint? function = call is null ? null
            : TrapWords.CallNumber(call) ?? (MonitorArguments.TryNumber(call, out number) && number <= uint.MaxValue ? (uint)number : null);
        if (call is not null && function is null)
        {
            request.Fail($"There is no call \"{MonitorTable.Shown(call)}\"; give its number or one of {string.Join(", ", TrapWords.CallNames)}.");
            return true;
        }

        machine.StopAtTraps(null, c => limit.Pass(c.Vmid) && (function is null || TrapWords.SameCall(c.Function, function.Value)) ? $"{Stopped}: {(c.Vmid is int vmid ? $"VMID {vmid} " : "")}{c.Conduit} {CallWords(c)} answered {c.Result}" : null);
        request.Line(call is null
            ? $"break: the machine stops after each call{limit.Words} that its own firmware answers"
            : $"break: the machine stops after each {call}{limit.Words} that its own firmware answers");
        return true;
    }

    private static bool AtInterrupt(MonitorRequest request, MachineInspection machine, int id, ReadOnlySpan<string> words)
    {
        StopLimits limits = new();
        if (!limits.TryRead(words))
        {
            return false;
        }

        // The question is asked on the machine's thread, at the vector, before the interrupt is acknowledged.
        string? At(MachineTrap t) =>
            t is { Return: null, Kind: MachineTrapKind.Irq or MachineTrapKind.Fiq } && machine.CpuInterface(t.Cpu)?.HighestPending == id && limits.Pass(t)
                ? $"{Stopped}: cpu{t.Cpu} interrupt {id}, {TrapWords.Entry(t)}"
                : null;
        bool atEl1 = limits.Level == 1;
        machine.StopAtTraps(atEl1 ? null : At, null);
        machine.StopAtEl1(atEl1 ? At : null);
        request.Line($"break: the machine stops at the vector of {(limits.Level is int level ? $"EL{level}" : "EL2 or EL3")} when interrupt {id} is what it is called for");
        return true;
    }

    private static bool WhenIdle(MonitorRequest request, MachineInspection machine, ulong least)
    {
        machine.StopWhenIdle(i => (i.Remaining ?? ulong.MaxValue) >= least
            ? $"{Stopped}: no vCPU runs: each waits in WFI or WFE, or is off; {(i.Remaining is ulong ns ? $"the machine's next event is in {ns} ns" : "nothing in the machine will ever wake one, only input from outside")}; \"monitor why hang\" says what each waits for"
            : null);
        request.Line(least == ulong.MaxValue
            ? "break: the machine stops when no vCPU runs and nothing in it will ever wake one"
            : $"break: the machine stops when no vCPU runs and nothing happens for {least} ns or more");
        return true;
    }

    private static bool AtReset(MonitorRequest request, MachineInspection machine)
    {
        machine.StopAtReset(cpu =>
        {
            MonitorRequest asked = new(request.Target, cpu);
            ulong level = MonitorArguments.Register(asked, "cpsr") >> 2 & 3;
            return $"{Stopped}: the guest has asked for a reset: cpu{cpu} EL{level}, pc 0x{MonitorArguments.Register(asked, "pc"):x}; it is done when the guest goes on";
        });
        request.Line("break: the machine stops when the guest asks for a reset");
        return true;
    }

    private static bool AtClass(MonitorRequest request, MachineInspection machine, string name, ReadOnlySpan<string> words, bool named)
    {
        StopLimits limits = new();
        Func<MachineTrap, bool>? wanted = TrapClasses.Find(name);
        if (wanted is null && named)
        {
            request.Fail($"There is no class \"{MonitorTable.Shown(name)}\"; there are {string.Join(", ", TrapClasses.Names)}.");
            return true;
        }

        if (wanted is null || !limits.TryRead(words))
        {
            return false;
        }

        // A class stops where the exception is taken; a remark is known at the return.
        name = name.ToLowerInvariant();
        bool atReturn = name == TrapClasses.Flagged;
        string? At(MachineTrap t) => (t.Return is not null) == atReturn && wanted(t) && limits.Pass(t)
            ? $"{Stopped}: {(atReturn ? TrapWords.Line(t) : $"cpu{t.Cpu} {TrapWords.Entry(t)}")}"
            : null;

        // What ends a guest is looked for wherever it is taken: a kernel's own bug does not reach EL2.
        bool anyLevel = !named && limits.Level is null && name is "undef" or "serror";
        bool atEl1 = limits.Level == 1;
        machine.StopAtTraps(atEl1 ? null : At, null);
        machine.StopAtEl1(atEl1 || anyLevel ? At : null);
        string where = anyLevel ? " of any level" : limits.Level is int level ? $" of EL{level}" : "";
        request.Line(atReturn
            ? "break: the machine stops behind returns with a remark, at the instruction that was returned to"
            : $"break: the machine stops at the vector{where} of exceptions of class {name}");
        return true;
    }

    private static string CallWords(FirmwareCall call) => $"0x{call.Function:x}{TrapWords.CallName(call.Function)} x1=0x{call.First:x}";
}
