using System.Linq;
using System.Threading;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A machine in this process, run and asked as a debugger's session does it.</summary>
internal static class TargetRun
{
    /// <summary>What a monitor command answers.</summary>
    public static string Ask(MachineTarget target, string line)
    {
        MonitorRequest request = new(target, 0);
        MonitorTable.Run(request, line);
        return request.Text;
    }

    /// <summary>Lets all vCPUs run to the next stop.</summary>
    public static TargetStop Run(MachineTarget target)
    {
        using ManualResetEventSlim done = new();
        TargetStop stop = default;
        target.Resume([.. Enumerable.Repeat(CpuAction.Continue, target.CpuCount)], default, s =>
        {
            stop = s;
            done.Set();
        });
        done.Wait();
        return stop;
    }
}
