using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Monitor.Requests;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor smmu" and "monitor dma": what devices' requests go through.</summary>
internal static class Dma
{
    public static readonly MonitorCommand[] Rows =
    [
        new("smmu", "[streams|ste SID|cd SID [SSID]|walk SID IOVA [r|w] [SSID]|tlb|cmdq [N]|eventq [N]|priq [N]|stalls|atc [SID]|stale|orphans]",
            "the SMMU: registers, streams, structures, walks, caches, queues, stalled transactions, what functions keep of translations (atc); stale is what it keeps and memory no longer says; orphans is what outlives devices that are gone", PrintSmmu, Offered)
        {
            Examples =
            [
                new("", "is it on, and did it report an error?"),
                new("ste 00:01.0", "the StreamTableEntry of a function"),
                new("walk 00:01.0 0xfffff000 w", "both stages for a store of the device"),
                new("stalls", "what waits for CMD_RESUME"),
                new("stale", "an invalidation that was forgotten"),
                new("orphans", "what a device that is gone has left behind"),
            ],
        },
        new("dma", "explain BDF IOVA r|w [PASID] | log [on|off|last N] [BDF] | doorbells | overlaps BDF",
            "the way of a request, without sending it: dma explain 00:01.0 0x40000000 w; the newest requests that were sent: dma log on, then dma log; doorbells and where devices find them; what lies in a device's memory and is none", PrintDma, Offered)
        {
            Examples =
            [
                new("explain 00:01.0 0x40000000 w", "how far such a store would get"),
                new("log on", "from now on"),
                new("log last 3 00:01.0", "the newest three requests of a function"),
                new("doorbells", "where messages go"),
                new("overlaps 00:01.0", "doorbells within the device's memory"),
            ],
        },
    ];

    private static bool Offered(ITarget target) => target is IPciDevices;

    private static void PrintSmmu(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        string topic = arguments.IsEmpty ? "" : arguments[0].ToLowerInvariant();
        List<ulong> numbers = [];
        bool isWrite = false;
        for (int i = 1; i < arguments.Length; i++)
        {
            if (topic == "walk" && i == 3 && arguments[i] is "r" or "w")
            {
                isWrite = arguments[i] == "w";
            }
            else if (MonitorArguments.TryNumber(arguments[i], out ulong number) || (i == 1 && TryStream(arguments[i], out number)))
            {
                numbers.Add(number);
            }
            else
            {
                request.Line($"\"{MonitorTable.Shown(arguments[i])}\" is no number; a SID is a number or BUS:DEVICE.FUNCTION, such as 8 or 00:01.0");
                return;
            }
        }

        Print(request, ((IPciDevices)request.Target).AskSmmu(topic, numbers, isWrite));
    }

    private static void PrintDma(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        bool good = arguments switch
        {
            ["explain", ..] => TryExplain(request, arguments[1..]),
            ["log", ..] when request.Target is IInspected inspected => DmaLogCommand.TryRun(request, inspected.Inspection, arguments[1..]),
            ["doorbells"] when request.Target is IInspected inspected => Done(() => DmaSpaces.Doorbells(request, inspected.Inspection)),
            ["overlaps", string function] when request.Target is IInspected inspected && MonitorArguments.TryFunction(function, out ushort requester) =>
                Done(() => DmaSpaces.Overlaps(request, inspected.Inspection, requester)),
            _ => false,
        };
        if (!good)
        {
            MonitorArguments.Usage(request, "dma");
        }
    }

    private static bool Done(Action answer)
    {
        answer();
        return true;
    }

    private static bool TryExplain(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments is not [string function, string iova, "r" or "w" or "read" or "write", .. { Length: <= 1 } rest]
            || !MonitorArguments.TryFunction(function, out ushort requester) || !MonitorArguments.TryNumber(iova, out ulong address))
        {
            return false;
        }

        const ulong MostPasid = 0xf_ffff;
        ulong pasid = 0;
        if (!rest.IsEmpty && (!MonitorArguments.TryNumber(rest[0], out pasid) || pasid > MostPasid))
        {
            return false;
        }

        Print(request, ((IPciDevices)request.Target).ExplainDma(requester, address, arguments[2][0] == 'w', rest.IsEmpty ? null : (uint)pasid));
        return true;
    }

    private static void Print(MonitorRequest request, IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            request.Line(line);
        }
    }

    // A function's StreamID is its requester ID, as the board's iommu-map says.
    private static bool TryStream(string text, out ulong stream)
    {
        bool good = MonitorArguments.TryFunction(text, out ushort requester);
        stream = requester;
        return good;
    }
}
