using System;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>Why we stopped, and going on (GDB manual, Packets: ?, c, C, s, S, vCont, vCtrlC).</summary>
internal static class Resume
{
    public static readonly Command[] Rows =
    [
        new("?", WhyStopped),
        new("c", Continue) { Controls = true },
        new("C", ContinueWithSignal) { Controls = true },
        new("s", Step) { Controls = true },
        new("S", StepWithSignal) { Controls = true },
        new("vCont?", WhichActions, Advertise: "vContSupported+"),
        new("vCont;", Actions) { Controls = true },
        new("vCtrlC", Interrupt, WhileRunning: true) { Controls = true },
    ];

    private static void WhyStopped(CommandContext context, RspReader arguments)
    {
        if (context.State.NonStop is null)
        {
            StopReplies.Write(context, context.State.LastStop);
        }
        else if (context.State.NonStop.TryBegin(out TargetStop first))
        {
            StopReplies.Write(context, first);
        }
        else
        {
            context.Ok();
        }
    }

    private static void WhichActions(CommandContext context, RspReader arguments) => context.Reply.Text("vCont;c;C;s;S;t;r");

    private static void Continue(CommandContext context, RspReader arguments) => ResumeAt(context, arguments, CpuAction.Continue);

    private static void Step(CommandContext context, RspReader arguments) => ResumeAt(context, arguments, CpuAction.Step);

    private static void ContinueWithSignal(CommandContext context, RspReader arguments) =>
        ResumeWithSignal(context, arguments, CpuAction.Continue);

    private static void StepWithSignal(CommandContext context, RspReader arguments) =>
        ResumeWithSignal(context, arguments, CpuAction.Step);

    // A machine has no signals; gdb hands back the one that we reported, and it is dropped.
    private static void ResumeWithSignal(CommandContext context, RspReader arguments, CpuAction action)
    {
        if (!arguments.TakeInt(out _) || !(arguments.AtEnd || arguments.Take(';')))
        {
            context.Error(RspError.Malformed);
            return;
        }

        ResumeAt(context, arguments, action);
    }

    private static void ResumeAt(CommandContext context, RspReader arguments, CpuAction action)
    {
        if (!arguments.AtEnd && !TrySetPc(context, arguments))
        {
            context.Error(RspError.Malformed);
            return;
        }

        CpuAction[] actions = context.NoActions();
        for (int cpu = 0; cpu < actions.Length; cpu++)
        {
            if (CommandContext.Covers(context.State.ResumeThreads, cpu))
            {
                actions[cpu] = action;
            }
        }

        Go(context, actions, new StepOptions(Within: action == CpuAction.Step ? context.State.Worlds.World : null));
    }

    /// <summary>In all-stop mode the reply is the stop that follows; else it comes at once, and each vCPU's stop by itself.</summary>
    private static void Go(CommandContext context, CpuAction[] actions, StepOptions range = default)
    {
        if (context.State.NonStop is not NonStopThreads threads)
        {
            context.ResumeWith(actions, range);
            return;
        }

        // A range is stepped through instruction by instruction: a loop in it must not keep the others waiting.
        for (int cpu = 0; cpu < actions.Length; cpu++)
        {
            threads.Resume(cpu, actions[cpu]);
        }

        context.State.Frame = null;
        context.Ok();
    }

    private static bool TrySetPc(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong address) || !arguments.AtEnd)
        {
            return false;
        }

        foreach (RegisterDescription register in context.Layout.All)
        {
            if (register is { Group: RegisterGroup.Core, Name: "pc" })
            {
                return context.WriteRegister(context.State.SelectedCpu, register, BitConverter.GetBytes(address)) is null;
            }
        }

        return false;
    }

    private static void Actions(CommandContext context, RspReader arguments)
    {
        CpuAction[] actions = context.NoActions();
        StepOptions range = default;
        while (!arguments.AtEnd)
        {
            if (!TryTakeAction(ref arguments, out CpuAction action, out ThreadId threads, ref range))
            {
                context.Error(RspError.Malformed);
                return;
            }

            if (threads.Process > 0 && !context.TryCpu(threads, out _))
            {
                continue;
            }

            if (action == CpuAction.Step && context.State.Worlds.World is World selected)
            {
                // A step of a thread of a world stays there.
                range = range with { Within = threads.Process > 0 ? WorldChoice.WorldOf(threads.Process) : selected };
            }

            // For each thread the leftmost action that names it counts.
            for (int cpu = 0; cpu < actions.Length; cpu++)
            {
                if (actions[cpu] == CpuAction.Hold && CommandContext.Covers(threads, cpu))
                {
                    actions[cpu] = action;
                }
            }
        }

        if (Array.TrueForAll(actions, static a => a == CpuAction.Hold))
        {
            context.Error(RspError.NoSuchObject);
            return;
        }

        if (context.State.NonStop is null && Array.IndexOf(actions, CpuAction.Stop) >= 0)
        {
            context.Error(RspError.Malformed);
            return;
        }

        Go(context, actions, range);
    }

    private static bool TryTakeAction(ref RspReader arguments, out CpuAction action, out ThreadId threads, ref StepOptions range)
    {
        threads = ThreadId.Everything;
        action = default;
        var one = new RspReader(arguments.TakeUntil(';'));
        if (!one.TakeAny(out char letter))
        {
            return false;
        }

        action = letter switch
        {
            's' or 'S' or 'r' => CpuAction.Step,
            't' => CpuAction.Stop,
            _ => CpuAction.Continue,
        };
        bool known = letter is 'c' or 's' or 't' || (letter is 'C' or 'S' && one.TakeInt(out _)) || (letter is 'r' && TryTakeRange(ref one, ref range));
        return known && (one.AtEnd || (one.Take(':') && one.TakeThreadId(out threads) && one.AtEnd));
    }

    // "r START,END": the range in which the thread steps on without a stop.
    private static bool TryTakeRange(ref RspReader arguments, ref StepOptions range)
    {
        if (!arguments.TakeNumber(out ulong from) || !arguments.Take(',') || !arguments.TakeNumber(out ulong to))
        {
            return false;
        }

        range = range with { From = from, To = to };
        return true;
    }

    private static void Interrupt(CommandContext context, RspReader arguments)
    {
        if (context.State.NonStop is NonStopThreads threads)
        {
            threads.Interrupt();
        }
        else
        {
            context.RequestStop();
        }

        context.Ok();
    }
}
