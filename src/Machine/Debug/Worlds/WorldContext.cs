using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug.Worlds;

/// <summary>
/// What a core had of a guest when it left it for EL2: general and vector registers, the state to return to, and the system registers,
/// through whose tables its memory can be read while the core is elsewhere.
/// </summary>
internal sealed unsafe class WorldContext(PhysicalBus bus) : ITranslationView
{
    private readonly PageTableWalker _walker = new(bus);
    private readonly TranslationRegime _regime = new(Regime.El10);
    private CoreConfiguration? _configuration;
    private CpuState _state;

    /// <summary>All system registers as they were.</summary>
    public SysRegFile Registers { get; } = new();

    /// <summary>Takes what a core that has just come to EL2 has left.</summary>
    public void Keep(Core core)
    {
        _configuration = core.Configuration;
        core.Regs.CopyTo(Registers);
        _regime.IsStale = true;
        _state = *core.State;
        _state.Spsr = (uint)core.Regs[Sr.SpsrEl2];
        _state.Pc = core.Regs[Sr.ElrEl2];
    }

    /// <summary>The core's state as it goes on in this world.</summary>
    public CpuState State => _state;

    public Translation Look(ulong address, AccessType type, ExceptionLevel level, WalkTrace? trace = null)
    {
        var request = new WalkRequest { Type = type, Unprivileged = level == ExceptionLevel.El0, Debug = true, Trace = trace };
        _walker.Walk(in Setup, address, in request, out WalkResult result);
        return Translation.Of(in result);
    }

    public Translation LookStage2(ulong intermediate, AccessType type, WalkTrace? trace = null)
    {
        var request = new WalkRequest { Type = type, Debug = true, Trace = trace };
        return Translation.Of(_walker.WalkStage2(in Setup.Stage2, intermediate, in request));
    }

    // The TLB is the core's, and tells of the world that it is in.
    public Translation? Kept(ulong address, AccessType type, ExceptionLevel level) => null;

    private ref readonly TranslationSetup Setup
    {
        get
        {
            if (_regime.IsStale)
            {
                _regime.Read(Registers, _configuration!);
            }

            return ref _regime.Setup;
        }
    }
}
