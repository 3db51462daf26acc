using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>Why an exception that is no abort was taken: the control bits that trap it and who set them, or what the architecture says of its class.</summary>
internal static class TrapReason
{
    // DDI 0487, ESR_EL2, EC: classes that no control decides.
    private static readonly Dictionary<int, string> Classes = new()
    {
        [0x00] = "the instruction is UNDEFINED here: it does not exist on this core, or not at this level or with this register, or a control makes it so (such as HCR_EL2.HCD, SCR_EL3.SMD and HCE)",
        [0x0e] = "PSTATE.IL is set: an exception return to a state that is illegal came before (SPSR_ELx.M, HCR_EL2.RW and TGE, SCR_EL3.NS)",
        [0x15] = "a call of the operating system: it goes to EL1, or to EL2 where HCR_EL2.TGE is set",
        [0x16] = "a call of the hypervisor",
        [0x17] = "a call of the monitor",
        [0x22] = "PC is not a multiple of 4: a branch or an exception return went to such an address",
        [0x26] = "SP is not a multiple of 16 and SCTLR_ELx.SA (or SA0 for EL0) checks it",
        [0x2c] = "a floating-point exception whose trap FPCR enables",
        [0x2f] = "an asynchronous abort: what a device or memory said of an access that the core had already gone on from",
        [0x30] = "a breakpoint of the guest's own: DBGBCRn_EL1 and DBGBVRn_EL1",
        [0x31] = "a breakpoint of the guest's own: DBGBCRn_EL1 and DBGBVRn_EL1",
        [0x32] = "software step: MDSCR_EL1.SS",
        [0x33] = "software step: MDSCR_EL1.SS",
        [0x34] = "a watchpoint of the guest's own: DBGWCRn_EL1 and DBGWVRn_EL1",
        [0x35] = "a watchpoint of the guest's own: DBGWCRn_EL1 and DBGWVRn_EL1",
        [0x3c] = "a BRK instruction: a kernel's BUG or WARN, a sanitizer's check or a debugger's breakpoint, by its immediate",
    };

    public static void Write(MonitorRequest request, TakenException taken)
    {
        IReadOnlyList<TrapControl> controls = taken.From is int from
            ? ((IInspected)request.Target).Inspection.TrapControls(request.Cpu, taken.Syndrome, from, taken.To)
            : [];
        foreach (TrapControl control in controls)
        {
            Field? field = FieldTables.ByRegister.GetValueOrDefault(control.Register)?.Fields.FirstOrDefault(f => f.High >= control.Bit && f.Low <= control.Bit);
            string name = field?.Name ?? $"bit {control.Bit}";
            request.Line($"trapped by: {control.Register}.{name}={(control.IsSet ? 1 : 0)}{(field is null ? "" : $": {field.Says}")}",
                new("register", control.Register), new("field", name), new("bit", control.Bit), new("value", control.IsSet));
        }

        foreach (string register in controls.Select(static c => c.Register).Distinct())
        {
            Origins.Register(request, register);
        }

        if (controls.Count == 0 && Classes.TryGetValue(taken.Class, out string? says))
        {
            request.Line($"reason: {says}");
        }
        else if (controls.Count == 0)
        {
            request.Line($"trapped by: a control of EL{taken.To} that does not trap it any more");
        }

        if (Remedies.Of(taken.Syndrome, taken.To, controls.Count > 0) is string right)
        {
            request.Line($"right: {right}", new Fact("right", right));
        }
    }
}
