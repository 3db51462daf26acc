using System.Text;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Agreeing on features (GDB manual, General Query Packets).</summary>
internal static class General
{
    public static readonly Command[] Rows =
    [
        new("qSupported", Supported),
        new("QStartNoAckMode", StartNoAckMode, Advertise: "QStartNoAckMode+"),
        new("QPassSignals:", PassSignals, Advertise: "QPassSignals+"),
    ];

    public static readonly Feature[] Features =
    [
        new("error-message+", static s => s.ErrorTexts = true),
        new("multiprocess+", static s => s.Multiprocess = true),
        new("swbreak+", static s => s.Reasons |= StopReasons.SoftwareBreakpoint),
        new("hwbreak+", static s => s.Reasons |= StopReasons.HardwareBreakpoint),
    ];

    private static void Supported(CommandContext context, RspReader arguments)
    {
        context.Reply.Text("PacketSize=").Number(CommandContext.MaxPacketBytes);
        foreach (Command row in context.Table.Rows)
        {
            if (row.Advertise is not null && row.Needs?.Invoke(context.Target) is not false)
            {
                context.Reply.Put(';').Text(row.Advertise);
            }
        }

        arguments.Take(':');
        while (!arguments.AtEnd)
        {
            string word = Encoding.Latin1.GetString(arguments.TakeUntil(';'));
            foreach (Feature feature in Features)
            {
                if (feature.Word == word)
                {
                    feature.Agree(context.State);
                    context.Reply.Put(';').Text(word);
                }
            }
        }
    }

    private static void StartNoAckMode(CommandContext context, RspReader arguments)
    {
        context.State.WithoutAcknowledgements = true;
        context.Ok();
    }

    // A machine has no signals: none of those that gdb wants passed ever comes, and those that we report are stops of ours.
    private static void PassSignals(CommandContext context, RspReader arguments)
    {
        while (!arguments.AtEnd)
        {
            if (!arguments.TakeInt(out _) || !(arguments.AtEnd || arguments.Take(';')))
            {
                context.Error(RspError.Malformed);
                return;
            }
        }

        context.Ok();
    }
}
