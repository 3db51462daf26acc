using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Session;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>gdb's "monitor ..." (GDB manual, General Query Packets: qRcmd).</summary>
internal static class MonitorRequests
{
    public static readonly Command[] Rows = [new("qRcmd,", Run)];

    private static void Run(CommandContext context, RspReader arguments)
    {
        if (!Hex.TryDecodeText(arguments.Rest, out string line))
        {
            context.Error(RspError.Malformed);
            return;
        }

        var request = new MonitorRequest(context.Target, context.State.SelectedCpu, context.State);
        MonitorTable.Run(request, line);
        context.Console(request.Text);
        context.Ok();
        if (request.EndsRun)
        {
            context.EndWith(new GuestEnd(ExitStatus.PoweredOff, "ended by the user"), silent: false);
        }
    }
}
