namespace GdbHost.Machine.Debug.Events;

/// <summary>One write of a system register, or one system instruction.</summary>
/// <param name="Level">PSTATE.EL of who made it.</param>
/// <param name="Pc">Of the instruction that made it.</param>
/// <param name="Register">The manual's name.</param>
/// <param name="Before">What the register held; zero for an instruction.</param>
/// <param name="Value">What was written, or the operand of the instruction.</param>
/// <param name="Instruction">How many instructions all cores had retired before it.</param>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="Vmid">VTTBR_EL2.VMID of a guest that made it; null for who is under no stage 2.</param>
/// <param name="ByDebugger">A debugger has written it, not the guest.</param>
public sealed record MachineRegisterWrite(
    int Cpu, int Level, ulong Pc, string Register, ulong Before, ulong Value, ulong Instruction, ulong At, int? Vmid, bool ByDebugger);
