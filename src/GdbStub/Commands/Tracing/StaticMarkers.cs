using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands.Tracing;

/// <summary>Events of the machine as static tracepoint markers (GDB manual, Tracepoint Packets: qTfSTM, qTsSTM, qTSTMat).</summary>
internal static class StaticMarkers
{
    public static readonly Command[] Rows =
    [
        new("qTfSTM", First, Needs: TraceDefinitions.Offered),
        new("qTsSTM", Next, Needs: TraceDefinitions.Offered),
        new("qTSTMat:", At, Needs: TraceDefinitions.Offered),
    ];

    // There are few: they go into one answer.
    private static void First(CommandContext context, RspReader arguments) => Answer(context, TraceDefinitions.TracerOf(context).Markers);

    private static void Next(CommandContext context, RspReader arguments) => context.Reply.Put('l');

    private static void At(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong address) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        Answer(context, [.. TraceDefinitions.TracerOf(context).Markers.Where(m => m.Address == address)]);
    }

    private static void Answer(CommandContext context, IReadOnlyList<StaticMarker> markers) => context.Reply.Text(markers.Count == 0 ? "l" : "m"
        + string.Join(',', markers.Select(static m => $"{m.Address:x}:{HexOf(m.Id)}:{HexOf(m.Meaning)}")));

    private static string HexOf(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
}
