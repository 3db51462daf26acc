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
    private const int Levels = 4;

    // An exception and its return change the level and nothing else, so what was computed for it last is mostly true still.
    [NotState("computed from the inputs that it holds")]
    private readonly Kept[] _kept = new Kept[Levels];

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
        ref Kept kept = ref _kept[(int)core.State->El];
        Inputs inputs = new(
            Sctlr.Raw, core.Regs[Sr.HcrEl2], core.Regs[Sr.ScrEl3], core.Regs[Sr.CpacrEl1], core.Regs[Sr.CptrEl2], core.Regs[Sr.CptrEl3]);
        if (!kept.Valid || kept.Inputs != inputs)
        {
            kept = new Kept(true, inputs, FindMeaning());
        }

        kept.Meaning.Apply(core.State);
        core.System.Performance.LevelChanged();
        UpdateAlert();
    }

    /// <summary>To be called after every change of an interrupt input, HCR_EL2 or MDSCR_EL1.</summary>
    public void UpdateAlert()
    {
        HcrEl2 hcr = core.Regs.Read<HcrEl2>();
        MdscrEl1 debug = core.Regs.Read<MdscrEl1>();
        core.State->Alert = core.System.Inputs.Any || hcr.Vi || hcr.Vf || hcr.Vse || debug.Ss || debug.Mde;
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

    private Meaning FindMeaning()
    {
        ExceptionLevel level = core.State->El;
        Sctlr sctlr = Sctlr;
        HcrEl2 hcr = Hcr;
        bool atEl0 = level == ExceptionLevel.El0;
        bool strict = sctlr.A || (!sctlr.M && (level >= ExceptionLevel.El2 || !hcr.Dc));
        bool zeroBlockTraps = atEl0 ? !sctlr.Dze || hcr.Tdz : level == ExceptionLevel.El1 && hcr.Tdz;
        bool cacheLineTraps = (level <= ExceptionLevel.El1 && (hcr.Tpc || hcr.Tpu)) || (atEl0 && !sctlr.Uci);
        bool cacheTypeTraps = (level <= ExceptionLevel.El1 && hcr.Tid2) || (atEl0 && !sctlr.Uct);
        return new Meaning
        {
            FpDisabled = FpTrap().Happens,
            ChecksAlignment = sctlr.A,
            StrictAlignment = strict,
            ZeroBlockIsSlow = zeroBlockTraps || strict,
            CacheLineTraps = cacheLineTraps,
            CacheTypeTraps = cacheTypeTraps,
            BigEndian = atEl0 ? sctlr.E0e : sctlr.Ee,
            UnprivilegedDiffers = level == ExceptionLevel.El1 && sctlr.E0e != sctlr.Ee,
            ChecksSp = atEl0 ? sctlr.Sa0 : sctlr.Sa,
        };
    }

    /// <summary>All that a <see cref="Meaning"/> depends on but for the level: SCTLR_ELx of its regime, HCR_EL2 and so on.</summary>
    private readonly record struct Inputs(ulong Sctlr, ulong Hcr, ulong Scr, ulong Cpacr, ulong Cptr2, ulong Cptr3);

    private record struct Kept(bool Valid, Inputs Inputs, Meaning Meaning);

    /// <summary>The members of <see cref="CpuState"/> of the same names.</summary>
    private readonly record struct Meaning
    {
        public required bool FpDisabled { get; init; }

        public required bool ChecksAlignment { get; init; }

        public required bool StrictAlignment { get; init; }

        public required bool ZeroBlockIsSlow { get; init; }

        public required bool CacheLineTraps { get; init; }

        public required bool CacheTypeTraps { get; init; }

        public required bool BigEndian { get; init; }

        public required bool UnprivilegedDiffers { get; init; }

        public required bool ChecksSp { get; init; }

        public void Apply(CpuState* state)
        {
            state->FpDisabled = FpDisabled ? 1u : 0;
            state->AlignmentCheck = ChecksAlignment ? ulong.MaxValue : 0;
            state->StrictAlignment = StrictAlignment;
            state->ZeroBlockIsSlow = ZeroBlockIsSlow;
            state->CacheLineTraps = CacheLineTraps;
            state->CacheTypeTraps = CacheTypeTraps;
            state->BigEndian = BigEndian;
            state->UnprivilegedDiffers = UnprivilegedDiffers;

            // Of a big-endian level nothing is kept: whatever is looked up in its fast TLB is slow.
            state->UnprivilegedTlb = state->El == ExceptionLevel.El1 && !BigEndian ? state->FastTlbs : state->FastTlb;
            state->SpCheck = ChecksSp ? 15u : 0;
        }
    }
}
