using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>vCPUs that stop one by one (GDB manual, Remote Non-Stop: QNonStop, vStopped; General Query Packets: QThreadEvents).</summary>
internal static class NonStop
{
    public static readonly Command[] Rows =
    [
        new("QNonStop:", Switch, Advertise: "QNonStop+") { Controls = true },
        new("vStopped", NextReport),
        new("QThreadEvents:", SwitchEvents, Advertise: "QThreadEvents+"),
    ];

    private static void Switch(CommandContext context, RspReader arguments)
    {
        if (!TryTakeSwitch(context, arguments, out bool on))
        {
            return;
        }

        // A vCPU goes from world to world while it runs, and gdb's threads stand and run one by one: it would be two of them at once.
        if (on && context.State.Worlds.IsOn)
        {
            context.Reply.Text("E.non-stop mode is not for worlds as inferiors; say \"monitor worlds off\" first");
            return;
        }

        context.State.NonStop = on ? new NonStopThreads(context.Target.CpuCount) : null;
        context.Ok();
    }

    private static void NextReport(CommandContext context, RspReader arguments)
    {
        TargetStop taken = default;
        if (context.State.NonStop?.TryGoOn(out taken, out TargetStop next) == true)
        {
            StopReplies.Write(context, next);
            return;
        }

        context.Ok();
        if (GuestRun.EndOf(taken) is GuestEnd end && StopReplies.IsEnd(taken))
        {
            context.EndWith(end, silent: false);
        }
    }

    // A board's vCPUs are all there from the beginning, those that PSCI has not switched on too: none ever comes or goes.
    private static void SwitchEvents(CommandContext context, RspReader arguments)
    {
        if (TryTakeSwitch(context, arguments, out _))
        {
            context.Ok();
        }
    }

    private static bool TryTakeSwitch(CommandContext context, RspReader arguments, out bool on)
    {
        bool good = arguments.TakeInt(out int value) && arguments.AtEnd && value is 0 or 1;
        on = value == 1;
        if (!good)
        {
            context.Error(RspError.Malformed);
        }

        return good;
    }
}
