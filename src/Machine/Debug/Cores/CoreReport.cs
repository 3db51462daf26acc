using System.Collections.Generic;

namespace GdbHost.Machine.Debug.Cores;

/// <summary>One timer of a core (DDI 0487, The Generic Timer).</summary>
/// <param name="Name">CNTP, CNTV, CNTHP or CNTPS.</param>
/// <param name="Met">The counter has reached the compare value.</param>
/// <param name="Remaining">Virtual nanoseconds until then; null where it is met or not enabled.</param>
/// <param name="Interrupt">The ID of its private interrupt.</param>
public sealed record TimerReport(string Name, bool Enabled, bool Masked, bool Met, ulong Count, ulong Compare, ulong? Remaining, int Interrupt);

/// <summary>What decides whether a core goes on, and which interrupts it takes.</summary>
/// <param name="Level">PSTATE.EL.</param>
/// <param name="Waits"><c>WFI</c>, <c>WFE</c>, <c>console input</c>, or null.</param>
/// <param name="IrqMasked">PSTATE.I.</param>
/// <param name="FiqMasked">PSTATE.F.</param>
/// <param name="IrqInput">The GIC signals IRQ.</param>
/// <param name="VirtualIrqInput">A virtual IRQ is pending: by the virtual CPU interface or by HCR_EL2.VI.</param>
/// <param name="FiqInput">The GIC signals FIQ.</param>
/// <param name="IrqToEl2">HCR_EL2.IMO, or TGE: physical IRQs go to EL2 and virtual ones are enabled.</param>
/// <param name="IrqToEl3">SCR_EL3.IRQ.</param>
/// <param name="Takes">An interrupt would be taken before the next instruction.</param>
/// <param name="NextEvent">Virtual nanoseconds until the next event of the machine; null for none.</param>
public sealed record CoreReport(
    int Cpu, ulong Pc, int Level, bool PoweredOff, string? Waits, bool IrqMasked, bool FiqMasked, bool IrqInput, bool VirtualIrqInput, bool FiqInput,
    bool IrqToEl2, bool IrqToEl3, bool Takes, ulong? NextEvent, IReadOnlyList<TimerReport> Timers);
