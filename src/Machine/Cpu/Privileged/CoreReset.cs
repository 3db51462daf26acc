using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// What a reset leaves in a core (DDI 0487, Reset): the highest implemented Exception level with its own stack pointer
/// and everything masked. Registers whose value is UNKNOWN then become zero, as on QEMU.
/// </summary>
internal static unsafe class CoreReset
{
    public static void Apply(Core core)
    {
        CpuState* state = core.State;
        new Span<ulong>(state->X, Slots.Count).Clear();
        new Span<ulong>(state->V, 64).Clear();
        new Span<ulong>(state->SpBank, 4).Clear();
        state->Fp = default;
        state->ExclusiveValid = false;
        state->Pc = 0;
        core.System.SystemRegisters.Reset();
        core.System.Timer.Reset();
        core.System.Debug.Reset();
        core.System.Performance.Reset();
        core.System.Inputs.SError = false;
        core.System.Translation.Reset();
        core.EventRegister = false;
        core.Waiting = WaitKind.None;
        SetState(core, HighestLevel(core.Configuration));
    }

    /// <summary>
    /// Puts the core at the start of a level, masked, as firmware hands over to what it has loaded. Below EL3 that is
    /// the Non-secure state, at EL2 with HVC enabled.
    /// </summary>
    public static void SetState(Core core, ExceptionLevel level)
    {
        const uint AllMasked = 0x3c0;
        if (core.Configuration.HasEl3 && level < ExceptionLevel.El3)
        {
            core.Regs[ScrEl3.Place] |= ScrEl3.NonSecure | (level == ExceptionLevel.El2 ? ScrEl3.HypervisorCalls : 0);
            core.Translation.RegistersChanged();
        }

        core.State->Spsr = AllMasked | ((uint)level << 2) | 1;
        core.System.Derived.Update();
        core.RequestAttention();
    }

    /// <summary>The level into which a reset goes.</summary>
    public static ExceptionLevel HighestLevel(CoreConfiguration configuration) =>
        configuration.HasEl3 ? ExceptionLevel.El3 : configuration.HasEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1;
}
