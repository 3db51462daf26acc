using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// What system registers mean together for the present Exception level: which levels are enabled, and the members of
/// <see cref="CpuState"/> that engines test instead of the registers.
/// </summary>
internal sealed unsafe class DerivedState(Core core)
{
    /// <summary>EL2 exists and the core is in the Security state that has it. Without EL3 all there is is Non-secure.</summary>
    public bool El2Enabled =>
        core.Configuration.HasEl2 && (!core.Configuration.HasEl3 || core.Regs.Read<ScrEl3>().Ns);

    /// <summary>HCR_EL2 as it takes effect now; all zero where EL2 is not enabled.</summary>
    public HcrEl2 Hcr => El2Enabled ? core.Regs.Read<HcrEl2>().Effective : default;

    /// <summary>In Secure state: at EL3, or below it with SCR_EL3.NS clear.</summary>
    public bool Secure => SecureAt(core.State->El);

    /// <summary>SCTLR_ELx of the translation regime in use; EL0 shares EL1's.</summary>
    public Sctlr Sctlr => new(core.Regs.At(Sr.SctlrEl1, RegimeLevel));

    private ExceptionLevel RegimeLevel => core.State->El == ExceptionLevel.El0 ? ExceptionLevel.El1 : core.State->El;

    /// <summary>Whether a level would be in Secure state now.</summary>
    public bool SecureAt(ExceptionLevel level) =>
        core.Configuration.HasEl3 && (level == ExceptionLevel.El3 || !core.Regs.Read<ScrEl3>().Ns);

    /// <summary>To be called after every change of the Exception level, of SCTLR_ELx, HCR_EL2, SCR_EL3, CPACR_EL1 or CPTR_ELx.</summary>
    public void Update()
    {
        CpuState* state = core.State;
        Sctlr sctlr = Sctlr;
        state->FpDisabled = FpTrap().Happens ? 1u : 0;
        state->AlignmentCheck = sctlr.A ? ulong.MaxValue : 0;
        state->BigEndian = state->El == ExceptionLevel.El0 ? sctlr.E0e : sctlr.Ee;
        core.System.Performance.LevelChanged();
        state->SpCheck = (state->El == ExceptionLevel.El0 ? sctlr.Sa0 : sctlr.Sa) ? 15u : 0;
    }

    /// <summary>Whether FP and SIMD instructions trap now, and where to (DDI 0487, CheckFPAdvSIMDEnabled64).</summary>
    public Trap FpTrap()
    {
        ExceptionLevel level = core.State->El;
        if (level <= ExceptionLevel.El1)
        {
            ulong enabled = core.Regs.Read<CpacrEl1>().Fpen;
            if (enabled is 0 or 2 || (enabled == 1 && level == ExceptionLevel.El0))
            {
                return Trap.FpTo(ExceptionLevel.El1);
            }
        }

        if (level <= ExceptionLevel.El2 && El2Enabled && new Cptr(core.Regs[Sr.CptrEl2]).Tfp)
        {
            return Trap.FpTo(ExceptionLevel.El2);
        }

        return core.Configuration.HasEl3 && new Cptr(core.Regs[Sr.CptrEl3]).Tfp ? Trap.FpTo(ExceptionLevel.El3) : Trap.None;
    }
}
