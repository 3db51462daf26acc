using System.Collections.Generic;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.Machine.Devices.Gic;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>A chain of links in lines, with the first that blocks.</summary>
internal static class InterruptLinks
{
    /// <returns>Nothing blocks.</returns>
    public static bool Write(MonitorRequest request, IEnumerable<InterruptLink> links, string end = "it is taken before the next instruction")
    {
        InterruptLink? blocked = null;
        foreach (InterruptLink link in links)
        {
            request.Line($"  {(link.Passes ? "ok     " : "blocked")} {link.Name}: {link.State}",
                new("link", link.Name), new("passes", link.Passes), new("state", link.State), new("reason", link.Passes ? null : link.Reason));
            blocked ??= link.Passes ? null : link;
        }

        request.Line(blocked is null ? $"  {end}" : $"  first blocked link: {blocked.Name}: {blocked.Reason}",
            new Fact("first-blocked", blocked?.Name), new Fact("reason", blocked?.Reason));
        return blocked is null;
    }
}
