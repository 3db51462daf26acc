using System;
using System.Text;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Framing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands.Tracing;

/// <summary>Running a trace (GDB manual, Tracepoint Packets: QTStart, QTStop, QTBuffer, QTNotes, QTDisconnected, qTStatus).</summary>
internal static class TraceControl
{
    public static readonly Command[] Rows =
    [
        new("QTStart", Start, Needs: TraceDefinitions.Offered) { Controls = true },
        new("QTStop", Stop, Needs: TraceDefinitions.Offered) { Controls = true },
        new("QTBuffer:circular:", SetCircular, Needs: TraceDefinitions.Offered) { Controls = true },
        new("QTBuffer:size:", SetSize, Advertise: "QTBuffer:size+", Needs: TraceDefinitions.Offered) { Controls = true },
        new("QTNotes:", SetNotes, Needs: TraceDefinitions.Offered) { Controls = true },
        new("QTDisconnected:", SetDisconnected, Advertise: "DisconnectedTracing+", Needs: TraceDefinitions.Offered) { Controls = true },
        new("qTStatus", Status, Needs: TraceDefinitions.Offered),
    ];

    private const int LongestNote = 4096;
    private const ulong NanosecondsInMicrosecond = 1000;

    private static void Start(CommandContext context, RspReader arguments)
    {
        context.State.Frame = null;
        TraceDefinitions.TracerOf(context).Start();
        context.Ok();
    }

    private static void Stop(CommandContext context, RspReader arguments)
    {
        TraceDefinitions.TracerOf(context).Stop(TraceEndKind.Stopped);
        context.Ok();
    }

    private static void SetCircular(CommandContext context, RspReader arguments)
    {
        if (TryTakeSwitch(context, arguments, out bool on))
        {
            TraceDefinitions.TracerOf(context).Buffer.IsCircular = on;
        }
    }

    private static void SetDisconnected(CommandContext context, RspReader arguments)
    {
        if (TryTakeSwitch(context, arguments, out bool on))
        {
            TraceDefinitions.TracerOf(context).OutlivesDebugger = on;
        }
    }

    /// <summary>The size of the next trace's buffer, in bytes; -1 for the usual one.</summary>
    private static void SetSize(CommandContext context, RspReader arguments)
    {
        bool usual = arguments.TakeLiteral("-1"u8);
        ulong size = TraceBuffer.DefaultSize;
        if ((!usual && !arguments.TakeNumber(out size)) || !arguments.AtEnd || size == 0)
        {
            context.Error(RspError.Malformed);
        }
        else if (size > TraceBuffer.MostSize)
        {
            context.Error(RspError.NoRoom, static () => $"a trace buffer has at most {TraceBuffer.MostSize} bytes");
        }
        else
        {
            TraceDefinitions.TracerOf(context).Buffer.Size = (int)size;
            context.Ok();
        }
    }

    /// <summary>"user:TEXT;notes:TEXT;tstop:TEXT", each where it changes.</summary>
    private static void SetNotes(CommandContext context, RspReader arguments)
    {
        Tracer tracer = TraceDefinitions.TracerOf(context);
        while (!arguments.AtEnd)
        {
            RspReader one = new(arguments.TakeUntil(';'));
            string kind = Encoding.Latin1.GetString(one.TakeUntil(':'));
            if (one.Rest.Length > LongestNote || !Hex.TryDecodeText(one.Rest, out string text))
            {
                context.Error(RspError.Malformed);
                return;
            }

            switch (kind)
            {
                case "user":
                    tracer.User = text;
                    break;
                case "notes":
                    tracer.Notes = text;
                    break;
                case "tstop":
                    tracer.StopNotes = text;
                    break;
            }
        }

        context.Ok();
    }

    /// <summary>Times are the guest's, in microseconds of virtual time.</summary>
    private static void Status(CommandContext context, RspReader arguments)
    {
        Tracer tracer = TraceDefinitions.TracerOf(context);
        TraceEnd? end = tracer.Run?.End;
        PacketWriter reply = context.Reply.Put('T').Put(tracer.IsRunning ? '1' : '0').Put(';');
        switch (end?.Kind)
        {
            case null:
                reply.Text(tracer.IsRunning ? "" : "tnotrun:0;");
                break;
            case TraceEndKind.Stopped:
                // Without a text, even an empty one, gdb 13's tsave reads from address 0. The user's words come behind the stop.
                reply.Text("tstop:").HexText(tracer.StopNotes).Text(":0;");
                break;
            case TraceEndKind.Full:
                reply.Text("tfull:0;");
                break;
            case TraceEndKind.Disconnected:
                reply.Text("tdisconnected:0;");
                break;
            case TraceEndKind.PassCount:
                reply.Text("tpasscount:").Number((uint)end.Tracepoint).Put(';');
                break;
            default:
                reply.Text("terror:").HexText(end.Text).Put(':').Number((uint)end.Tracepoint).Put(';');
                break;
        }

        TraceBuffer buffer = tracer.Buffer;
        Field(reply, "tframes", (ulong)buffer.Count);
        Field(reply, "tcreated", (ulong)buffer.Created);
        Field(reply, "tfree", (ulong)(buffer.Size - Math.Min(buffer.Size, buffer.Used)));
        Field(reply, "tsize", (ulong)buffer.Size);
        Field(reply, "circular", buffer.IsCircular ? 1u : 0);
        Field(reply, "disconn", tracer.OutlivesDebugger ? 1u : 0);
        Field(reply, "starttime", (tracer.Run?.StartedAt ?? 0) / NanosecondsInMicrosecond);
        Field(reply, "stoptime", (end?.At ?? 0) / NanosecondsInMicrosecond);
        reply.Text("username:").HexText(tracer.User).Text(";notes:").HexText(tracer.Notes).Put(':');
    }

    private static void Field(PacketWriter reply, string name, ulong value) => reply.Text(name).Put(':').Number(value).Put(';');

    private static bool TryTakeSwitch(CommandContext context, RspReader arguments, out bool on)
    {
        bool good = arguments.TakeInt(out int value) && arguments.AtEnd && value is 0 or 1;
        on = value == 1;
        if (good)
        {
            context.Ok();
        }
        else
        {
            context.Error(RspError.Malformed);
        }

        return good;
    }
}
