using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>One write of a register.</summary>
/// <param name="Pc">Of the MSR; what the core stood at where a debugger wrote.</param>
/// <param name="Level">PSTATE.EL.</param>
/// <param name="Before">What the register held.</param>
/// <param name="Value">What it held afterwards.</param>
/// <param name="Instruction">How many instructions all cores had retired before it.</param>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="ByDebugger">Not by the guest.</param>
internal readonly record struct ControlWrite(ulong Pc, ExceptionLevel Level, ulong Before, ulong Value, ulong Instruction, ulong At, bool ByDebugger);

/// <summary>
/// The newest write of each register of a core that controls translation, traps or routing. Such a write leaves generated code anyway and is
/// rare, so that it is always known who made it. It is for who looks on: no snapshot holds it, and a reset begins anew.
/// </summary>
[NotState("for a debugger's questions; nothing in the machine reads it")]
internal sealed unsafe class ControlWrites(Core core)
{
    private readonly ControlWrite?[] _last = new ControlWrite?[(int)Sr.Count];

    /// <summary>Null where the register has not been written since the reset, or is none of these.</summary>
    public ControlWrite? Of(Sr place) => _last[(int)place];

    public void Note(SysReg row, ulong before, bool byDebugger)
    {
        if (Keeps(row))
        {
            Sr place = row.Place!.Value;
            _last[(int)place] = new ControlWrite(
                core.State->Pc, core.State->El, before, core.Regs[place], core.Cluster.RetiredNow, core.Scheduler.Clock.Now, byDebugger);
        }
    }

    /// <summary>What has such an effect is never written by generated code.</summary>
    public static bool Keeps(SysReg row) => (row.Effects & (SysRegEffects.Translation | SysRegEffects.DerivedState)) != 0 && row.Place is not null;

    public void Forget() => global::System.Array.Clear(_last);
}
