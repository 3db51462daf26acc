using System;
using System.Buffers;
using System.Text;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands.Tracing;

/// <summary>
/// Looking at what was collected (GDB manual, Tracepoint Packets: QTFrame, qTBuffer; General Query Packets: qXfer traceframe-info, statictrace).
/// </summary>
internal static class TraceFrames
{
    public static readonly Command[] Rows =
    [
        new("QTFrame:", Select, Needs: TraceDefinitions.Offered),
        new("qTBuffer:", ReadBuffer, Needs: TraceDefinitions.Offered),
        new("qXfer:traceframe-info:read:", ReadInfo, Advertise: "qXfer:traceframe-info:read+", Needs: TraceDefinitions.Offered),
        new("qXfer:statictrace:read:", ReadStaticData, Advertise: "qXfer:statictrace:read+", Needs: TraceDefinitions.Offered),
    ];

    private const ulong None = 0xffff_ffff;
    private const int MostBufferBytes = 0x4000;

    /// <summary>"N", "pc:A", "tdp:N", "range:A:B" or "outside:A:B"; all but the first look behind the frame that is selected.</summary>
    private static void Select(CommandContext context, RspReader arguments)
    {
        int next = (context.State.Frame?.Place ?? -1) + 1;
        if (arguments.TakeLiteral("pc:"u8) && arguments.TakeNumber(out ulong pc))
        {
            Find(context, arguments, next, n => n.Pc == pc);
        }
        else if (arguments.TakeLiteral("tdp:"u8) && arguments.TakeNumber(out ulong tracepoint))
        {
            Find(context, arguments, next, n => (ulong)n.Tracepoint == tracepoint);
        }
        else if (arguments.TakeLiteral("range:"u8) && TryTakeRange(ref arguments, out ulong first, out ulong last))
        {
            Find(context, arguments, next, n => n.Pc >= first && n.Pc <= last);
        }
        else if (arguments.TakeLiteral("outside:"u8) && TryTakeRange(ref arguments, out first, out last))
        {
            Find(context, arguments, next, n => n.Pc < first || n.Pc > last);
        }
        else if (!arguments.TakeNumber(out ulong place))
        {
            context.Error(RspError.Malformed);
        }
        else if (place is None or ulong.MaxValue)
        {
            context.State.Frame = null;
            context.Ok();
        }
        else
        {
            Find(context, arguments, (int)Math.Min(place, int.MaxValue), static _ => true);
        }
    }

    private static void Find(CommandContext context, RspReader arguments, int from, Func<TraceFrameNotes, bool> wanted)
    {
        if (!arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        TraceFrame? frame = TraceDefinitions.TracerOf(context).Find(from, wanted, context.Target, context.State.SelectedCpu);
        if (frame is null)
        {
            context.Reply.Text("F-1");
            return;
        }

        context.State.Frame = frame;
        context.Reply.Put('F').Number((uint)frame.Place).Put('T').Number((uint)frame.Tracepoint);
    }

    private static bool TryTakeRange(ref RspReader arguments, out ulong first, out ulong last)
    {
        last = 0;
        return arguments.TakeNumber(out first) && arguments.Take(':') && arguments.TakeNumber(out last);
    }

    /// <summary>"OFFSET,LENGTH" of all frames, one behind the other, as in a trace file; "l" behind the last.</summary>
    private static void ReadBuffer(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong offset) || !arguments.Take(',') || !arguments.TakeInt(out int length) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        byte[] room = ArrayPool<byte>.Shared.Rent(Math.Min(length, MostBufferBytes));
        int read = TraceDefinitions.TracerOf(context).Buffer.Read(offset, room.AsSpan(0, Math.Min(length, MostBufferBytes)));
        if (read == 0)
        {
            context.Reply.Put('l');
        }
        else
        {
            context.Reply.HexBytes(room.AsSpan(0, read));
        }

        ArrayPool<byte>.Shared.Return(room);
    }

    private static void ReadInfo(CommandContext context, RspReader arguments) => Answer(context, arguments, static f => TraceFrameXml.Print(f.Ranges, f.Variables));

    private static void ReadStaticData(CommandContext context, RspReader arguments) => Answer(context, arguments, static f => Encoding.UTF8.GetBytes(f.StaticData));

    private static void Answer(CommandContext context, RspReader arguments, Func<TraceFrame, byte[]> content)
    {
        arguments.Take(':');
        if (!TransferWindow.TryRead(ref arguments, out TransferWindow window))
        {
            context.Error(RspError.Malformed);
        }
        else if (context.State.Frame is TraceFrame frame)
        {
            window.WriteTo(context.Reply, content(frame), CommandContext.MaxPacketBytes);
        }
        else
        {
            context.Error(RspError.NoSuchObject);
        }
    }
}
