using System.Collections.Generic;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>A chain of links in lines, with the first that blocks.</summary>
internal static class InterruptLinks
{
    /// <returns>Nothing blocks.</returns>
    public static bool Write(MonitorRequest request, IEnumerable<Link> links, string end = "it is taken before the next instruction")
    {
        Link? blocked = null;
        foreach (Link link in links)
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

/// <summary>One thing between a device and a vCPU that lets an interrupt pass or not.</summary>
/// <param name="Passes">It does not hold the interrupt up.</param>
/// <param name="State">What it is now.</param>
/// <param name="Reason">Why it would block, or what to do.</param>
internal sealed record Link(string Name, bool Passes, string State, string Reason);
