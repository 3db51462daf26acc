using System;
using System.Linq;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Monitor.Why;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Cores;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.State;

/// <summary>"monitor gic", "monitor timer" and "monitor psci": what wakes and interrupts the vCPUs.</summary>
internal static class InterruptCommands
{
    public static readonly MonitorCommand[] Rows =
    [
        new("gic", "[its]", "lists interrupts that are enabled, pending or active, and each vCPU's interface and list registers; its: the ITS's tables: devices, events with their LPIs, collections", Gic, static t => t is IInspected)
        {
            Examples =
            [
                new("", "which interrupts are enabled, pending, active"),
                new("its", "which LPI each event of each device is"),
            ],
        },
        new("timer", "", "prints each vCPU's generic timers: enabled, masked, due when, and their interrupts", Timer, static t => t is IInspected)
        {
            Examples =
            [
                new("", "when the next tick is due"),
            ],
        },
        new("psci", "", "prints each vCPU's power, and the calls of PSCI since \"monitor traps on\"", Psci, static t => t is IInspected)
        {
            Examples =
            [
                new("", "which vCPUs are off"),
            ],
        },
    ];

    private static readonly string[] ListStates = ["free", "pending", "active", "pending and active"];

    private static void Gic(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        if (arguments is ["its"])
        {
            MessageCommands.Mappings(request);
            return;
        }

        if (!arguments.IsEmpty)
        {
            MonitorArguments.Usage(request, "gic");
            return;
        }

        if (machine.GicVersion == 0)
        {
            request.Fail("This machine has no GIC.");
            return;
        }

        request.Line($"GICv{machine.GicVersion}: GICD_CTLR 0x{machine.DistributorControl:x}");
        for (int cpu = 0; cpu < request.Target.CpuCount; cpu++)
        {
            var port = machine.CpuInterface(cpu)!;
            string groups = string.Join(' ', port.GroupsEnabled.Select(static (on, g) => on ? $"{g}" : "").Where(static g => g.Length > 0));
            request.Line($"cpu{cpu}: groups enabled: {(groups.Length > 0 ? groups : "none")}, priority mask 0x{port.PriorityMask:x2}, running 0x{port.RunningPriority:x2}, "
                + $"most urgent pending {port.HighestPending}; virtual interface {(port.VirtualEnabled ? "on" : "off")}, priority mask 0x{port.VirtualPriorityMask:x2}",
                new("cpu", cpu), new("groups", port.GroupsEnabled), new("priority-mask", port.PriorityMask), new("running-priority", port.RunningPriority),
                new("highest-pending", port.HighestPending), new("virtual", port.VirtualEnabled), new("virtual-priority-mask", port.VirtualPriorityMask));
            foreach (var entry in port.List)
            {
                request.Line($"cpu{cpu} list register {entry.Index}: virtual interrupt {entry.VirtualId}, {ListStates[entry.State]}, priority 0x{entry.Priority:x2}, group {entry.Group}"
                    + (entry.PhysicalId is int physical ? $", physical interrupt {physical}" : ""),
                    new("cpu", cpu), new("list-register", entry.Index), new("virtual-interrupt", entry.VirtualId), new("state", ListStates[entry.State]),
                    new("priority", entry.Priority), new("group", entry.Group), new("physical-interrupt", entry.PhysicalId));
            }
        }

        for (int cpu = 0; cpu < request.Target.CpuCount; cpu++)
        {
            foreach (var i in machine.Interrupts(cpu).Where(i => cpu == 0 || i.Id < 32))
            {
                string who = i.Id < 32 ? $"cpu{cpu}" : i.Cores.Count == 0 ? "no core" : string.Join(' ', i.Cores.Select(static c => $"cpu{c}"));
                request.Line($"interrupt {i.Id,4} {who}: {(i.Enabled ? "enabled" : "disabled")}{(i.Pending ? ", pending" : "")}{(i.Active ? ", active" : "")}"
                    + $"{(i.Line ? ", line high" : "")}, priority 0x{i.Priority:x2}, group {i.Group}, {(i.Edge ? "edge" : "level")}",
                    new("interrupt", i.Id), new("cpus", i.Id < 32 ? [cpu] : i.Cores), new("enabled", i.Enabled), new("pending", i.Pending), new("active", i.Active),
                    new("line", i.Line), new("priority", i.Priority), new("group", i.Group), new("edge", i.Edge));
            }
        }
    }

    private static void Timer(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        for (int cpu = 0; cpu < request.Target.CpuCount; cpu++)
        {
            foreach (TimerReport t in machine.Core(cpu).Timers)
            {
                string due = t.Met ? "condition met" : t.Remaining is ulong ns ? $"due in {ns} ns" : "not due";
                request.Line($"cpu{cpu} {t.Name}: {(t.Enabled ? "enabled" : "disabled")}{(t.Masked ? ", masked" : "")}, {(t.Enabled ? due : "off")}, "
                    + $"count 0x{t.Count:x}, compare 0x{t.Compare:x}, interrupt {t.Interrupt}",
                    new("cpu", cpu), new("timer", t.Name), new("enabled", t.Enabled), new("masked", t.Masked), new("met", t.Met), new("due-ns", t.Remaining),
                    new("count", t.Count), new("compare", t.Compare), new("interrupt", t.Interrupt));
            }
        }

        if (MonitorArguments.TryRegister(request, "CNTVOFF_EL2", out ulong offset))
        {
            request.Line($"CNTVOFF_EL2 0x{offset:x} (cpu{request.Cpu})");
        }
    }

    private static void Psci(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        for (int cpu = 0; cpu < request.Target.CpuCount; cpu++)
        {
            request.Line($"cpu{cpu}: {request.Target.StateOf(cpu)}", new("cpu", cpu), new("state", $"{request.Target.StateOf(cpu)}"));
        }

        TrapLogContent log = machine.ReadTraps(0);
        foreach (FirmwareCall call in log.Calls)
        {
            request.Line($"{call.At} ns cpu{call.Cpu}{(call.Vmid is int vmid ? $" VMID {vmid}" : "")} {call.Conduit} 0x{call.Function:x}{TrapWords.CallName(call.Function)} x1=0x{call.First:x}: {call.Result}",
                new("ns", call.At), new("cpu", call.Cpu), new("conduit", call.Conduit), new("function", (ulong)call.Function), new("x1", call.First), new("result", call.Result), new("vmid", call.Vmid));
        }

        if (log.Calls.Count == 0)
        {
            request.Line(log.IsOn ? "no calls of the machine's own PSCI" : "calls are recorded once \"monitor traps on\" was said");
        }
    }
}
