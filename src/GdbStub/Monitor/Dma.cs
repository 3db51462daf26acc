using System;
using System.Collections.Generic;
using System.Globalization;
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
            else if (TryNumber(arguments[i], out ulong number) || (i == 1 && TryFunction(arguments[i], out number)))
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
        ulong requester = 0;
        bool good = arguments.Length == 4 && arguments[0] == "explain" && arguments[3] is "r" or "w" or "read" or "write";
        if (!good || !TryFunction(arguments[1], out requester) || !TryNumber(arguments[2], out address))
        {
            request.Fail("usage: monitor dma explain BUS:DEVICE.FUNCTION IOVA r|w, for example: monitor dma explain 00:01.0 0x40000000 w");
            return;
        }

        Print(request, ((IPciDevices)request.Target).ExplainDma((ushort)requester, address, arguments[3][0] == 'w'));
    }

    private static void Print(MonitorRequest request, IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            request.Line(line);
        }
    }

    /// <summary>Bus, device and function in hexadecimal, as lspci has them.</summary>
    private static bool TryFunction(string text, out ulong requester)
    {
        string[] parts = text.Split(':', '.');
        requester = 0;
        bool good = parts.Length == 3 && TryHexadecimal(parts[0], 0xff, out uint bus) & TryHexadecimal(parts[1], 31, out uint device)
            & TryHexadecimal(parts[2], 7, out uint function) && (requester = (bus << 8) | (device << 3) | function) <= ushort.MaxValue;
        return good;
    }

    private static bool TryHexadecimal(string text, uint most, out uint value) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value <= most;

    private static bool TryNumber(string text, out ulong number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
