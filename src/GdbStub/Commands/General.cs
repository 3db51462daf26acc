using System.Text;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Agreeing on features, and saying goodbye (GDB manual, General Query Packets; Packets).</summary>
internal static class General
{
    public static readonly Command[] Rows =
    [
        new("qSupported", Supported),
        new("QStartNoAckMode", StartNoAckMode, Advertise: "QStartNoAckMode+"),
        new("qAttached", Attached),
        new("D", Detach),
        new("k", Kill, WhileRunning: true),
        new("vKill", KillProcess, WhileRunning: true),
    ];

    public static readonly Feature[] Features =
    [
        new("multiprocess+", static s => s.Multiprocess = true),
        new("swbreak+", static s => s.Reasons |= StopReasons.SoftwareBreakpoint),
        new("hwbreak+", static s => s.Reasons |= StopReasons.HardwareBreakpoint),
    ];

    private static readonly GuestEnd Killed = new(ExitStatus.PoweredOff, "the debugger killed the guest");

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

    // "1": we attached to something that was there before, so gdb's quit detaches instead of killing.
    private static void Attached(CommandContext context, RspReader arguments) => context.Reply.Put('1');

    private static void Detach(CommandContext context, RspReader arguments)
    {
        if (arguments.Take(';') && !(arguments.TakeInt(out int process) && process == SessionState.Process && arguments.AtEnd))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        (context.Target as IBreakpoints)?.RemoveAll();
        context.State.Detached = true;
        context.Ok();
    }

    private static void Kill(CommandContext context, RspReader arguments) => context.EndWith(Killed, silent: true);

    private static void KillProcess(CommandContext context, RspReader arguments)
    {
        if (arguments.Take(';') && arguments.TakeInt(out int process) && process == SessionState.Process && arguments.AtEnd)
        {
            context.Ok();
            context.EndWith(Killed, silent: false);
        }
        else
        {
            context.Error(RspError.NoSuchObject);
        }
    }
}
