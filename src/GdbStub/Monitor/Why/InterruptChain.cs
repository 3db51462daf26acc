using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Cores;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>
/// "monitor why irq N": the way of an interrupt from the wire to the vCPU, link by link, and the first link that lets nothing pass
/// (IHI 0048 and IHI 0069: distributor, CPU interface, list registers; DDI 0487, Asynchronous exception types).
/// </summary>
internal static class InterruptChain
{
    private static readonly string[] ListStates = ["free", "pending", "active", "pending and active"];

    public static void Write(MonitorRequest request, int id, int cpu)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        var interrupt = machine.Interrupt(cpu, id);
        var port = machine.CpuInterface(cpu);
        if (interrupt is null || port is null)
        {
            request.Fail(machine.GicVersion == 0
                ? "This machine has no GIC."
                : $"There is no interrupt {id} for cpu{cpu}: 0 to 15 are SGIs, 16 to 31 PPIs, 32 to 287 SPIs{(machine.GicVersion == 3 ? ", from 8192 on LPIs that the redistributor's tables have room for" : "")}.");
            return;
        }

        CoreReport core = machine.Core(cpu);
        request.Line($"interrupt {id} ({KindOf(id)}) to cpu{cpu}, GICv{machine.GicVersion}");
        string trigger = interrupt.Edge ? "edge-triggered" : "level-sensitive";
        List<Link> links =
        [
            new("pending", interrupt.Pending, $"{trigger}, line {(interrupt.Line ? "high" : "low")}, {(interrupt.Pending ? "pending" : "not pending")}",
                interrupt.Active ? "it is active and not pending again" : "the device has not raised it, or it was acknowledged or cleared"),
            new("enabled", interrupt.Enabled, interrupt.Enabled ? "enabled" : "disabled", $"set bit {id % 32} of {EnableRegister(id, machine.GicVersion)}"),
            new("inactive", !interrupt.Active, interrupt.Active ? "active" : "not active", "the interrupt before it was not deactivated (EOI, or DIR with EOImode)"),
            new("group", interrupt.Forwarded, $"group {interrupt.Group}, GICD_CTLR 0x{machine.DistributorControl:x}", $"GICD_CTLR does not forward group {interrupt.Group}"),
            new("routing", interrupt.Routed, interrupt.Cores.Count == 0 ? "to no core" : $"to {string.Join(' ', interrupt.Cores.Select(c => $"cpu{c}"))}",
                machine.GicVersion == 2 ? "GICD_ITARGETSRn does not name this core" : "GICD_IROUTERn does not name this core"),
            new("group at the CPU interface", port.GroupsEnabled[interrupt.Group], port.GroupsEnabled[interrupt.Group] ? "enabled" : "disabled",
                machine.GicVersion == 2 ? $"set bit {interrupt.Group} of GICC_CTLR" : $"ICC_IGRPEN{(interrupt.Group == 0 ? 0 : 1)}_EL1 is 0"),
            new("priority", interrupt.Priority < port.PriorityMask, $"0x{interrupt.Priority:x2}, mask 0x{port.PriorityMask:x2}",
                $"the mask ({(machine.GicVersion == 2 ? "GICC_PMR" : "ICC_PMR_EL1")}) must be above the priority"),
            new("running priority", interrupt.Priority < port.RunningPriority, $"0x{port.RunningPriority:x2}", "an active interrupt is as urgent; it has not ended"),
            new("highest", port.HighestPending == id, $"the most urgent pending interrupt is {port.HighestPending}", $"interrupt {port.HighestPending} comes first"),
            .. AtCore(core, interrupt.Group == 0 && (machine.GicVersion == 3 || core.FiqInput)),
        ];
        InterruptLinks.Write(request, links);
        foreach (var entry in port.List.Where(l => l.PhysicalId == id || l.VirtualId == id))
        {
            request.Line($"list register {entry.Index}: virtual interrupt {entry.VirtualId}, {ListStates[entry.State]}, priority 0x{entry.Priority:x2}, group {entry.Group}"
                + (entry.PhysicalId is int physical ? $", physical interrupt {physical}" : ", no physical interrupt"));
            InterruptLinks.Write(request, Virtual(port.VirtualEnabled, port.VirtualGroupsEnabled[entry.Group], entry.Group, entry.State, entry.Priority, port.VirtualPriorityMask, core, machine.GicVersion));
        }
    }

    private static IEnumerable<Link> AtCore(CoreReport core, bool asFiq)
    {
        string kind = asFiq ? "FIQ" : "IRQ";
        bool masked = asFiq ? core.FiqMasked : core.IrqMasked;
        yield return new("power", !core.PoweredOff, core.PoweredOff ? "off" : "on", "PSCI CPU_ON has not been called for this vCPU");
        yield return new("signal", asFiq ? core.FiqInput : core.IrqInput, $"{kind} input of the core", "the CPU interface signals another kind");
        int target = core.IrqToEl3 ? 3 : core.IrqToEl2 ? 2 : 1;
        bool taken = target > core.Level || (target >= core.Level && !masked) || (target == 1 && core.Level <= 1 && !masked);
        yield return new("PSTATE and routing", taken, $"EL{core.Level}, PSTATE.{kind[0]}={(masked ? 1 : 0)}, {kind} goes to EL{target}",
            target < core.Level ? $"it is taken once EL{core.Level} returns below (HCR_EL2.IMO=0 sends it to EL1)" : $"PSTATE.{kind[0]} masks it");
    }

    private static List<Link> Virtual(bool enabled, bool group, int number, int state, int priority, int mask, CoreReport core, int version) =>
    [
        new("virtual interface", enabled, enabled ? "on" : "off", version == 2 ? "set GICH_HCR.En" : "set ICH_HCR_EL2.En"),
        new("virtual pending", (state & 1) != 0, (state & 1) != 0 ? "pending" : "not pending", "the guest has acknowledged it, or the entry is done"),
        new("virtual group", group, group ? "enabled" : "disabled", $"the guest has not enabled group {number} at its CPU interface"),
        new("virtual priority", priority < mask, $"0x{priority:x2}, mask 0x{mask:x2}", "the guest's mask must be above the priority"),
        new("HCR_EL2.IMO", core.IrqToEl2, core.IrqToEl2 ? "1" : "0", "virtual IRQs are pending only with IMO set"),
        new("guest's PSTATE", core.Level <= 1 && !core.IrqMasked, $"EL{core.Level}, PSTATE.I={(core.IrqMasked ? 1 : 0)}",
            core.Level > 1 ? "it is taken once EL2 returns to the guest" : "the guest masks IRQs"),
    ];

    private static string KindOf(int id) => id switch { < 16 => "SGI", < 32 => "PPI", < 1020 => $"SPI {id - 32}", _ => "LPI" };

    private static string EnableRegister(int id, int version) =>
        id >= 8192 ? "the LPI configuration table" : version == 3 && id < 32 ? "GICR_ISENABLER0" : $"GICD_ISENABLER{id / 32}";
}
