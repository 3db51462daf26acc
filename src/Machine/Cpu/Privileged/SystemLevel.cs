using GdbHost.Machine.Cpu.Monitoring;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// The system level half of a core: what is privileged, asynchronous or a register of its own (DDI 0487, The AArch64
/// System Level Architecture).
/// </summary>
internal sealed class SystemLevel
{
    public SystemLevel(Core core)
    {
        Derived = new DerivedState(core);
        Translation = new AddressTranslation(core);
        Inputs = new Interrupts(core);
        Exceptions = new Exceptions(core);
        Debug = new DebugUnit(core);
        Timer = new GenericTimer(core);
        Performance = new PerformanceMonitors(core);
        Writes = new ControlWrites(core);
        SystemRegisters = new SystemRegisterAccess(core);
        Calls = new CoreCalls(core);
    }

    public DerivedState Derived { get; }

    /// <summary>The MMU.</summary>
    public AddressTranslation Translation { get; }

    /// <summary>Interrupt inputs.</summary>
    public Interrupts Inputs { get; }

    public Exceptions Exceptions { get; }

    /// <summary>Self-hosted debug.</summary>
    public DebugUnit Debug { get; }

    public GenericTimer Timer { get; }

    /// <summary>The PMU.</summary>
    public PerformanceMonitors Performance { get; }

    public SystemRegisterAccess SystemRegisters { get; }

    /// <summary>The interface to a GICv3, if the board has one.</summary>
    public IGicCpuInterface? Gic { get; set; }

    /// <summary>What instructions ask of the core.</summary>
    public CoreCalls Calls { get; }

    /// <summary>Answers HVC or SMC in the place of a guest's own firmware, if the board has such.</summary>
    public IFirmware? Firmware { get; set; }

    public ISemihosting? Semihosting { get; set; }

    /// <summary>Looks on while exceptions are taken to EL2 and EL3; null for nobody, who costs nothing.</summary>
    public IExceptionListener? Listener { get; set; }

    /// <summary>The same for exceptions to EL1.</summary>
    public IEl1Listener? El1Listener { get; set; }

    /// <summary>The same for MSR and system instructions that the translator leaves to the interpreter.</summary>
    public IRegisterListener? RegisterListener { get; set; }

    /// <summary>Who wrote the registers that control the core.</summary>
    public ControlWrites Writes { get; }
}
