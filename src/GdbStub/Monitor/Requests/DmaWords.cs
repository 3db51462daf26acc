using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.Machine.Debug.Dma;

namespace GdbHost.GdbStub.Monitor.Requests;

/// <summary>A request of a PCI function in words, and as facts.</summary>
internal static class DmaWords
{
    /// <summary>Who, what, where, what became of it, the way there, and for which guest.</summary>
    public static string Sentence(MachineDma d) => $"{What(d)}: {Outcome(d)}: {string.Join(", ", d.Way)}{VmidLimit.After(d.Vmid)}";

    /// <summary>What became of it.</summary>
    public static string Outcome(MachineDma d)
    {
        MachineDmaStep last = d.Way[^1];
        if (last.Verdict != "Ok")
        {
            return last.Verdict switch
            {
                "Stalled" => $"waits in {last.Place} for CMD_RESUME",
                "Discarded" => $"Discarded at {last.Place}: reads as zero, writes nothing, and the function is told that all is well",
                "Answered" => $"translation request, answered by {last.Place}",
                _ => $"{last.Verdict} at {last.Place}",
            };
        }

        string place = d.Place switch
        {
            DmaPlaceKind.Doorbell when d.FakesInterrupt => "doorbell: an interrupt may have come of it that is no MSI",
            DmaPlaceKind.Doorbell => "doorbell",
            DmaPlaceKind.ConfigSpace => "configuration space",
            DmaPlaceKind.PciWindow => "another function's space",
            DmaPlaceKind.Device => "registers of a device",
            _ => "memory",
        };
        return $"reached {last.Place}, {place}";
    }

    public static Fact[] Facts(MachineDma d) =>
    [
        new("ns", (long)d.At), new("cpu", d.Cpu), new("requester", d.Requester), new("sender", d.Sender), new("kind", d.Kind.ToLowerInvariant()),
        new("iova", d.Address), new("bytes", d.Length), new("data", d.Data is uint data ? (ulong)data : null), new("verdict", d.Verdict),
        new("vmid", d.Vmid), new("pasid", d.Pasid is uint pasid ? (ulong)pasid : null), new("address-type", d.AddressType), new("place", d.Place.ToString()), new("fakes-interrupt", d.FakesInterrupt),
        new("way", d.Way.Select(static s => new Fact[]
        {
            new("stage", s.Stage), new("place", s.Place), new("verdict", s.Verdict), new("address", s.Address), new("event", s.SmmuEvent),
        }).ToArray()),
    ];

    private static string What(MachineDma d)
    {
        string more = $"{(d.Pasid is uint pasid ? $", PASID 0x{pasid:x}" : "")}{(d.AddressType == "Untranslated" ? "" : $", AT {d.AddressType}")}";
        return d.Data is uint data
            ? $"message of {d.Requester} {d.Sender}, data 0x{data:x}, to 0x{d.Address:x}{more}"
            : $"DMA {d.Kind.ToLowerInvariant()} of {d.Length} {(d.Length == 1 ? "byte" : "bytes")} by {d.Requester} {d.Sender} {(d.Kind == "Read" ? "from" : "to")} 0x{d.Address:x}{more}";
    }
}
