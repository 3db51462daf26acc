using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Monitor.Watches;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Events;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>Who set the value that a translation failed by: the MSR that wrote the register, or how to catch who writes the descriptor.</summary>
internal static class Origins
{
    public static void Write(MonitorRequest request, WalkReport report, WalkFailure failure)
    {
        Register(request, failure.Field.Length > 0 ? failure.Field.Split('.')[0] : BaseOf(report, failure));
        WalkStep? last = report.Steps.LastOrDefault(s => s.Stage == failure.Stage && s.Level == failure.Level);
        if (failure.Field.Length == 0 && last is not null)
        {
            Descriptor(request, last, report);
        }
    }

    /// <summary>Who wrote a register that controls the vCPU.</summary>
    public static void Register(MonitorRequest request, string name)
    {
        if (((IInspected)request.Target).Inspection.LastWrite(request.Cpu, name) is MachineRegisterWrite write)
        {
            request.Line($"set by: {RegisterStops.Words(write)}", new Fact("set-by", RegisterStops.Facts(write)));
        }
        else if (MachineInspection.RegisterNames.Contains(name) && MonitorArguments.TryRegister(request, name, out ulong value))
        {
            request.Line(
                MachineInspection.RecordsWrites(name)
                    ? $"set by: nobody since the reset or the snapshot: {name} is 0x{value:x}"
                    : $"set by: not known; \"monitor break write-sysreg {name}\" at the start of the same run stops at each who writes it",
                new("register", name), new("value", value));
        }
    }

    private static string BaseOf(WalkReport report, WalkFailure failure)
    {
        const int Half = 55;
        bool upper = (failure.Address >> Half & 1) != 0;
        return failure switch
        {
            { Stage: 2 } => "VTTBR_EL2",
            _ when report.Regime.StartsWith("EL2", System.StringComparison.Ordinal) => "TTBR0_EL2",
            _ when report.Regime.StartsWith("EL3", System.StringComparison.Ordinal) => "TTBR0_EL3",
            _ => upper ? "TTBR1_EL1" : "TTBR0_EL1",
        };
    }

    private static void Descriptor(MonitorRequest request, WalkStep step, WalkReport report)
    {
        // The tables of stage 1 are where stage 2 has put them.
        ulong? place = step.Stage == 1 && report.Stage2On
            ? ((ITranslation)request.Target).ExplainIntermediate(request.Cpu, step.Address, WalkAccess.Read).Physical
            : step.Address;
        if (place is not ulong physical)
        {
            return;
        }

        string? seen = (request.Target as IWatches)?.Watches.LastWrite(physical);
        request.Line(seen is not null
            ? $"descriptor set by: {seen}"
            : $"descriptor set by: not known; \"monitor watch 0x{physical:x} 8 w dma\" at the start of the same run stops at each who writes it",
            new("descriptor", physical), new("set-by", seen));
    }
}
