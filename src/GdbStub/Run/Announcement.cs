using System.IO;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Run;

/// <summary>What the user is told before the guest runs.</summary>
internal static class Announcement
{
    /// <summary>The demo prints its board and how to attach.</summary>
    public static void Demo(TextWriter output, MachineConfiguration configuration, MachineTarget machine, string? attach)
    {
        var map = new MonitorRequest(machine, 0);
        MonitorTable.Run(map, "map");
        output.WriteLine(Configuration.Describe(configuration));
        output.Write(map.Text);
        if (attach is not null)
        {
            output.WriteLine();
            output.WriteLine("Attach with:");
            output.WriteLine($"    {attach}");
            output.WriteLine();
        }

        output.Flush();
    }

    /// <summary>Other runs say it on stderr, so that the guest's output stays clean.</summary>
    public static void Run(Log log, MachineConfiguration configuration, string? attach)
    {
        log.Info(Configuration.Describe(configuration));
        if (attach is not null)
        {
            log.Info($"attach with: {attach}");
        }
    }
}
