using System;
using GdbHost.GdbStub.Monitor.Linux;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Cores;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor cpus": where each vCPU is.</summary>
internal static class Cpus
{
    public static readonly MonitorCommand[] Rows =
    [
        new("cpus", "", "prints where each vCPU is: Exception level, PC with the symbol that is known of it, what it waits for", Print, static t => t is IInspected)
        {
            Examples =
            [
                new("", "where everybody is"),
            ],
        },
    ];

    private static void Print(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        PlaceNames names = new(request.Target);
        for (int cpu = 0; cpu < request.Target.CpuCount; cpu++)
        {
            CoreReport core = ((IInspected)request.Target).Inspection.Core(cpu);
            string? symbol = names.Of(cpu, core.Pc);
            string state = core.PoweredOff ? "off" : core.Waits is string reason ? $"waits in {reason}" : "runs";
            request.Line($"cpu{cpu}: EL{core.Level}, pc 0x{core.Pc:x}{(symbol is null ? "" : $" {symbol}")}, {state}",
                new("cpu", cpu), new("level", core.Level), new("pc", core.Pc), new("symbol", symbol), new("state", state));
        }
    }
}
