using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Target;

/// <summary>A debuggee that is a machine of ours: what exceptions, interrupts, devices and translations have come to.</summary>
internal interface IInspected
{
    MachineInspection Inspection { get; }
}
