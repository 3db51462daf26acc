using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Smmu;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What a user asks about the SMMU.</summary>
/// <param name="Topic">One of <see cref="SmmuTopics"/>; empty for the registers.</param>
/// <param name="Numbers">StreamID, SubstreamID, address or count, as the topic has them.</param>
/// <param name="IsWrite">For a walk.</param>
public sealed record SmmuQuestion(string Topic, IReadOnlyList<ulong> Numbers, bool IsWrite = false);

/// <summary>One topic.</summary>
/// <param name="Usage">Its arguments.</param>
/// <param name="Least">Numbers that it needs.</param>
/// <param name="Most">Numbers that it takes.</param>
internal sealed record SmmuTopic(string Name, string Usage, int Least, int Most, Func<Boards.Machine, SmmuQuestion, IEnumerable<string>> Answer);

/// <summary>Everything that can be asked about an SMMU.</summary>
internal static class SmmuTopics
{
    private const ulong DefaultRecords = 16;

    public static readonly SmmuTopic[] Table =
    [
        new("", "", 0, 0, static (m, _) => SmmuState.Registers(m.Smmu!)),
        new("streams", "", 0, 0, static (m, _) => SmmuState.Streams(m)),
        new("ste", "SID", 1, 1, static (m, q) => SmmuStructures.Ste(m.Smmu!, (uint)q.Numbers[0])),
        new("cd", "SID [SSID]", 1, 2, static (m, q) => SmmuStructures.Cd(m.Smmu!, (uint)q.Numbers[0], q.Numbers.Count > 1 ? (uint)q.Numbers[1] : 0)),
        new("walk", "SID IOVA [r|w] [SSID]", 2, 3, static (m, q) => SmmuWalks.Walk(m, (uint)q.Numbers[0], q.Numbers.Count > 2 ? (uint)q.Numbers[2] : null, q.Numbers[1], q.IsWrite)),
        new("tlb", "", 0, 0, static (m, _) => SmmuCaches.Translations(m.Smmu!)),
        new("cmdq", "[N]", 0, 1, static (m, q) => SmmuQueues.Commands(m.Smmu!, Count(q))),
        new("eventq", "[N]", 0, 1, static (m, q) => SmmuQueues.Events(m, Count(q))),
        new("priq", "[N]", 0, 1, static (m, q) => SmmuQueues.PageRequests(m, Count(q))),
        new("stalls", "", 0, 0, static (m, _) => SmmuWaiting.Stalls(m.Smmu!)),
        new("atc", "[SID]", 0, 1, static (m, q) => SmmuWaiting.Caches(m, q.Numbers.Count > 0 ? (uint)q.Numbers[0] : null)),
        new("stale", "", 0, 0, static (m, _) => SmmuCaches.Stale(m.Smmu!)),
        new("orphans", "", 0, 0, static (m, _) => SmmuOrphans.Lines(m)),
    ];

    public static IReadOnlyList<string> Answer(Boards.Machine machine, SmmuQuestion question)
    {
        if (machine.Smmu is null)
        {
            return ["this machine has no SMMU; start it with --machine virt,iommu=smmuv3"];
        }

        SmmuTopic? topic = Array.Find(Table, t => t.Name == question.Topic);
        if (topic is null || question.Numbers.Count < topic.Least || question.Numbers.Count > topic.Most)
        {
            return ["usage: monitor smmu [" + string.Join(" | ", Table.Skip(1).Select(static t => $"{t.Name} {t.Usage}".Trim())) + "]"];
        }

        const int StreamIdBits = Features.StreamIdBits;
        bool namesStream = question.Numbers.Count > 0 && topic.Usage.TrimStart('[').StartsWith("SID", StringComparison.Ordinal);
        return namesStream && question.Numbers[0] >> StreamIdBits != 0
            ? [$"SID 0x{question.Numbers[0]:x}: a StreamID has {StreamIdBits} bits; for a PCI function it is bus, device and function as in its Requester ID"]
            : [.. topic.Answer(machine, question)];
    }

    private static int Count(SmmuQuestion question) => (int)Math.Min(question.Numbers.Count > 0 ? question.Numbers[0] : DefaultRecords, 256);
}
