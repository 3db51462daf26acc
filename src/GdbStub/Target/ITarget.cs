using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// What every debuggee offers. Further powers are separate interfaces (<see cref="IBreakpoints"/>, <see cref="IMemoryMap"/>,
/// <see cref="ITranslation"/>), asked for with "target as I..."; a packet that needs a missing one is neither advertised nor answered.
/// </summary>
internal interface ITarget : IThreads, IRegisters, IMemory, IResume
{
    /// <summary>gdb's name of the architecture, for the target description.</summary>
    string Architecture { get; }
}

/// <summary>A debuggee that is a machine of ours: what exceptions, interrupts, devices and translations have come to.</summary>
internal interface IInspected
{
    MachineInspection Inspection { get; }
}
