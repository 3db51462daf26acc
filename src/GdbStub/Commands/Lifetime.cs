using System.Linq;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Beginning and ending a guest (GDB manual, Packets: !, D, k, R, vAttach, vKill, vRun; General Query Packets: qAttached).</summary>
internal static class Lifetime
{
    public static readonly Command[] Rows =
    [
        new("qAttached", Attached),
        new("D", Detach),
        new("k", Kill, WhileRunning: true) { Controls = true },
        new("vKill", KillProcess, WhileRunning: true) { Controls = true },
        new("!", Extend, Needs: CanRestart),
        new("R", Restart, Needs: CanRestart) { Controls = true },
        new("vRun;", Run, Needs: CanRestart) { Controls = true },
        new("vAttach;", Attach),
    ];

    private static readonly GuestEnd Killed = new(ExitStatus.PoweredOff, "the debugger killed the guest");

    private static bool CanRestart(ITarget target) => target is IRestart;

    // "1": we attached to something that was there before, so gdb's quit detaches instead of killing.
    private static void Attached(CommandContext context, RspReader arguments) => context.Reply.Put('1');

    private static void Detach(CommandContext context, RspReader arguments)
    {
        int process = WorldChoice.First;
        if (arguments.Take(';') && !(arguments.TakeInt(out process) && context.State.Worlds.Processes.Contains(process) && arguments.AtEnd))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        if (context.State.Worlds.Leave(process))
        {
            context.Ok();
            return;
        }

        if (!context.State.Looks)
        {
            context.Target.LetGo();
        }

        context.State.Detached = true;
        context.Ok();
    }

    private static void Kill(CommandContext context, RspReader arguments) => context.EndWith(Killed, silent: true);

    /// <summary>In extended mode the guest is put back to its start and waits there for "run"; else the program ends.</summary>
    private static void KillProcess(CommandContext context, RspReader arguments)
    {
        if (!(arguments.Take(';') && arguments.TakeInt(out int process) && process == WorldChoice.First && arguments.AtEnd))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        context.Ok();
        if (context.State is { Extended: true, Running: false })
        {
            BackToStart(context);
        }
        else
        {
            context.EndWith(Killed, silent: false);
        }
    }

    private static void Extend(CommandContext context, RspReader arguments)
    {
        context.State.Extended = true;
        context.Ok();
    }

    // R has no reply.
    private static void Restart(CommandContext context, RspReader arguments)
    {
        BackToStart(context);
        context.StaySilent();
    }

    /// <summary>What the packet names as program and arguments means nothing to a machine: it loads the images of its command line again.</summary>
    private static void Run(CommandContext context, RspReader arguments)
    {
        BackToStart(context);
        StopReplies.Write(context, context.State.LastStop);
    }

    private static void Attach(CommandContext context, RspReader arguments)
    {
        if (arguments.TakeInt(out int process) && arguments.AtEnd && context.State.Worlds.Join(context.Target, process))
        {
            context.State.Worlds.Selected = process;
            StopReplies.Write(context, context.State.LastStop);
        }
        else
        {
            context.Error(RspError.NoSuchObject);
        }
    }

    private static void BackToStart(CommandContext context)
    {
        ((IRestart)context.Target).Restart();
        context.State.LastStop = default;
        context.Select(0);
        context.State.NonStop = context.State.NonStop is null ? null : new NonStopThreads(context.Target.CpuCount);
    }
}
