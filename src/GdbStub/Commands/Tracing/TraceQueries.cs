using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands.Tracing;

/// <summary>What there is of tracepoints and variables (GDB manual, Tracepoint Packets: qTP, qTfP, qTsP, qTfV, qTsV, qTV).</summary>
internal static class TraceQueries
{
    public static readonly Command[] Rows =
    [
        new("qTP:", DescribeHits, Needs: TraceDefinitions.Offered),
        new("qTfP", FirstTracepoint, Needs: TraceDefinitions.Offered),
        new("qTsP", NextTracepoint, Needs: TraceDefinitions.Offered),
        new("qTfV", FirstVariable, Needs: TraceDefinitions.Offered),
        new("qTsV", NextVariable, Needs: TraceDefinitions.Offered),
        new("qTV:", ReadVariable, Needs: TraceDefinitions.Offered),
    ];

    private static void DescribeHits(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeInt(out int number) || !arguments.Take(':') || !arguments.TakeNumber(out ulong address) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
        }
        else if (TraceDefinitions.TracerOf(context).Tracepoints.Find(number, address) is Tracepoint tracepoint)
        {
            context.Reply.Put('V').Number(tracepoint.Hits).Put(':').Number(tracepoint.Usage);
        }
        else
        {
            context.Error(RspError.NoSuchObject);
        }
    }

    private static void FirstTracepoint(CommandContext context, RspReader arguments) =>
        Begin(context, TraceDefinitions.TracerOf(context).Tracepoints.Describe(Pieces));

    private static void NextTracepoint(CommandContext context, RspReader arguments) => Go(context);

    private static void FirstVariable(CommandContext context, RspReader arguments)
    {
        TraceVariables variables = TraceDefinitions.TracerOf(context).Variables;
        variables.Offer();
        Begin(context, variables.All.Select(static v => $"{v.Number:x}:{v.Initial:x}:{(v.IsMachines ? 1 : 0)}:{HexOf(v.Name)}"));
    }

    private static void NextVariable(CommandContext context, RspReader arguments) => Go(context);

    private static void ReadVariable(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeInt(out int number) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        bool there = context.State.Frame is TraceFrame frame
            ? frame.TryReadVariable(number, out ulong value)
            : TraceDefinitions.TracerOf(context).Variables.TryRead(number, out value);
        if (there)
        {
            context.Reply.Put('V').Number(value);
        }
        else
        {
            context.Reply.Put('U');
        }
    }

    /// <summary>
    /// A tracepoint as a new debugger is to learn it: itself, its actions, and what the user typed. Those at markers are left out: gdb 13 cannot read its
    /// own "-m ID" back, and then refuses to connect.
    /// </summary>
    private static IEnumerable<string> Pieces(Tracepoint t)
    {
        if (t.IsStatic)
        {
            return [];
        }

        string place = $"{t.Number:x}:{t.Address:x}";
        string condition = t.ConditionText.Length > 0 ? ":" + t.ConditionText : "";
        return
        [
            $"T{place}:{(t.IsEnabled ? 'E' : 'D')}:{t.Steps:x}:{t.PassCount:x}{condition}",
            .. t.ActionTexts.Select(text => $"A{place}:{text}"),
            .. t.StepActionTexts.Select(text => $"S{place}:{text}"),
            .. t.Sources.Select(text => $"Z{place}:{text}"),
        ];
    }

    private static string HexOf(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));

    private static void Begin(CommandContext context, IEnumerable<string> pieces)
    {
        context.State.Pieces = new Queue<string>(pieces);
        Go(context);
    }

    private static void Go(CommandContext context) => context.Reply.Text(context.State.Pieces.TryDequeue(out string? piece) ? piece : "l");
}
