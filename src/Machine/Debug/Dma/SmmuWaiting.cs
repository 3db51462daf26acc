using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Smmu;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What waits for software or for functions: stalled transactions, and translations that functions keep.</summary>
internal static class SmmuWaiting
{
    public static IEnumerable<string> Stalls(SmmuV3 smmu) => smmu.Stalls.Waiting.Count == 0
        ? ["nothing is stalled"]
        : smmu.Stalls.Waiting.Select(static w => SmmuQueues.Words(w.Record) + (w.IsRecorded ? "; waits for CMD_RESUME or CMD_STALL_TERM" : "; not recorded yet: the event queue is full or off"));

    /// <summary>The address translation caches of functions.</summary>
    /// <param name="stream">StreamID of the only one that is wanted.</param>
    public static IEnumerable<string> Caches(Boards.Machine machine, uint? stream)
    {
        string[] lines =
        [
            .. from function in machine.Pcie is RootComplex root ? MachinePci.All(root.Bus) : []
               where function.KeptTranslations is not null && (stream is null || function.Requester.Value == stream)
               from line in Of(function)
               select line,
        ];
        return lines.Length > 0 ? lines : [stream is uint s ? $"{new RequesterId((ushort)s)} keeps no translations: it has no ATS" : "no function keeps translations"];
    }

    private static IEnumerable<string> Of(PciFunction function) => function.KeptTranslations is { Count: > 0 } kept
        ? kept.Select(k => $"{function.Requester} {function.StateName}: {k}")
        : [$"{function.Requester} {function.StateName}: empty"];
}
