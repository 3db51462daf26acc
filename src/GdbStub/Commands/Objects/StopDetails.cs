using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Commands.Objects;

/// <summary>What $_siginfo says of a stop: the address of a breakpoint, of a watched access, or of an abort at which the machine has stopped.</summary>
internal static class StopDetails
{
    // DDI 0487, ESR_ELx, ISS of a Data or Instruction Abort: bits [5:2] of the fault status code.
    private const ulong AccessFlagFault = 0b0010;
    private const ulong PermissionFault = 0b0011;

    public static SignalInfo Of(ITarget target, TargetStop stop) => stop.Kind switch
    {
        StopKind.Interrupt => new SignalInfo(SignalInfo.Interrupt, SignalInfo.FromKernel, 0),
        StopKind.Breakpoint => new SignalInfo(SignalInfo.Trap, SignalInfo.Breakpoint, stop.Address),
        StopKind.HardwareBreakpoint or StopKind.WriteWatchpoint or StopKind.ReadWatchpoint or StopKind.AccessWatchpoint =>
            new SignalInfo(SignalInfo.Trap, SignalInfo.HardwareBreakpoint, stop.Address),
        StopKind.Step => new SignalInfo(SignalInfo.Trap, SignalInfo.Step, 0),
        StopKind.Event when (target as IInspected)?.Inspection.LatestTrap(stop.Cpu) is MachineTrap { FaultAddress: ulong address } trap =>
            new SignalInfo(SignalInfo.SegmentationFault, CodeOf(trap), address),
        _ => new SignalInfo(SignalInfo.Trap, SignalInfo.FromKernel, 0),
    };

    private static int CodeOf(MachineTrap trap) =>
        (trap.Syndrome >> 2 & 0xf) is AccessFlagFault or PermissionFault ? SignalInfo.NotPermitted : SignalInfo.NotMapped;
}
