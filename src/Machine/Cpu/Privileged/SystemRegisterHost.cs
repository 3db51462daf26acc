using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>Shows a core to the rows of system registers.</summary>
internal sealed unsafe class SystemRegisterHost(Core core) : ISystemRegisterHost, IProcessState, IGicCaller
{
    [NotState("taken by the instruction that sets it")]
    private bool _resetRequested;

    public SysRegFile Registers => core.Regs;

    public CoreIdentity Identity { get; } = CortexA53.Identify(core.Configuration);

    public IProcessState State => this;

    public IMaintenance Maintenance { get; } = new Maintenance(core);

    public ITimerRegisters Timers => core.System.Timer;

    public IPerformanceMonitors Performance => core.System.Performance;

    public IGicCpuInterface? Gic => core.System.Gic;

    public bool HasEl3 => core.Configuration.HasEl3;

    public ScrEl3 Scr => HasEl3 ? core.Regs.Read<ScrEl3>() : default;

    public HcrEl2 Hcr => core.System.Derived.Hcr;

    public bool El2Enabled => core.System.Derived.El2Enabled;

    public Trap FpTrap => core.System.Derived.FpTrap();

    public bool Secure => core.System.Derived.Secure;

    public ExceptionLevel Level => core.State->El;

    public bool SpSel
    {
        get => core.State->SpSel;
        set => core.State->SetLevel(core.State->El, value);
    }

    public uint Daif
    {
        get => core.State->Daif;
        set => core.State->Daif = value;
    }

    public uint Nzcv
    {
        get => core.State->Nzcv;
        set => core.State->Nzcv = value;
    }

    public uint Fpcr
    {
        get => core.State->Fp.Fpcr;
        set => core.State->Fp.Fpcr = value;
    }

    public uint Fpsr
    {
        get => core.State->Fp.Fpsr;
        set => core.State->Fp.Fpsr = value;
    }

    public ulong PendingInterrupts => core.System.Inputs.Status;

    public void RequestReset() => _resetRequested = true;

    /// <summary>Reads and clears the request of RMR_ELx.</summary>
    public bool TakeResetRequest()
    {
        bool requested = _resetRequested;
        _resetRequested = false;
        return requested;
    }

    public ulong ReadStackPointer(ExceptionLevel level) => core.State->ReadSp((int)level);

    public void WriteStackPointer(ExceptionLevel level, ulong value) => core.State->WriteSp((int)level, value);
}
