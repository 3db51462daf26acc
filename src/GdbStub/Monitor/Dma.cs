using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor smmu" and "monitor dma": what devices' requests go through.</summary>
internal static class Dma
{
    public static readonly MonitorCommand[] Rows =
    [
        new("smmu", "[streams|ste SID|cd SID [SSID]|walk SID IOVA [r|w]|tlb|cmdq [N]|eventq [N]|stale]",
            "the SMMU: registers, streams, structures, walks, caches, queues; stale is what it keeps and memory no longer says", PrintSmmu, Offered),
        new("dma", "explain BDF IOVA r|w", "the way of a request, without sending it: dma explain 00:01.0 0x40000000 w", PrintDma, Offered),
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
        ulong address = 0;
        ushort requester = 0;
        bool good = arguments.Length == 4 && arguments[0] == "explain" && arguments[3] is "r" or "w" or "read" or "write";
        if (!good || !MonitorArguments.TryFunction(arguments[1], out requester) || !MonitorArguments.TryNumber(arguments[2], out address))
        {
            request.Fail("usage: monitor dma explain BUS:DEVICE.FUNCTION IOVA r|w, for example: monitor dma explain 00:01.0 0x40000000 w");
            return;
        }

        Print(request, ((IPciDevices)request.Target).ExplainDma(requester, address, arguments[3][0] == 'w'));
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
