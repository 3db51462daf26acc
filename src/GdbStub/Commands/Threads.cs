using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>vCPUs as threads (GDB manual, Packets: H, T; General Query Packets: qC, qfThreadInfo, qThreadExtraInfo).</summary>
internal static class Threads
{
    public static readonly Command[] Rows =
    [
        new("H", Select),
        new("T", IsAlive),
        new("qC", Current),
        new("qfThreadInfo", First),
        new("qsThreadInfo", Next),
        new("qThreadExtraInfo", Describe),
    ];

    private static void Select(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeAny(out char purpose) || !arguments.TakeThreadId(out ThreadId id) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
        }
        else if (!context.TryCpu(id, out int cpu))
        {
            context.Error(RspError.NoSuchObject);
        }
        else if (purpose == 'c')
        {
            context.State.ResumeThreads = id;
            context.Ok();
        }
        else if (purpose == 'g')
        {
            context.State.SelectedCpu = cpu;
            context.State.Worlds.Selected = id.Process > 0 ? id.Process : context.ThreadOf(cpu).Process;
            context.Ok();
        }
        else
        {
            context.Error(RspError.Malformed);
        }
    }

    private static void IsAlive(CommandContext context, RspReader arguments)
    {
        if (TryReadCpu(context, ref arguments, out _))
        {
            context.Ok();
        }
    }

    private static void Current(CommandContext context, RspReader arguments)
    {
        context.Reply.Text("QC");
        new ThreadId(context.State.Worlds.Selected, context.State.SelectedCpu + 1).WriteTo(context.Reply, context.State.Multiprocess);
    }

    private static void First(CommandContext context, RspReader arguments)
    {
        char before = 'm';
        foreach (ThreadId thread in context.AllThreads())
        {
            thread.WriteTo(context.Reply.Put(before), context.State.Multiprocess);
            before = ',';
        }
    }

    private static void Next(CommandContext context, RspReader arguments) => context.Reply.Put('l');

    private static void Describe(CommandContext context, RspReader arguments)
    {
        arguments.Take(',');
        if (TryReadCpu(context, ref arguments, out ThreadId thread))
        {
            context.Reply.HexText($"{context.NameOf(thread)}: {context.State.Worlds.Describe(context.Target, thread)}");
        }
    }

    private static bool TryReadCpu(CommandContext context, ref RspReader arguments, out ThreadId thread)
    {
        thread = default;
        if (!arguments.TakeThreadId(out ThreadId id) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return false;
        }

        if (!context.TryCpu(id, out int cpu))
        {
            context.Error(RspError.NoSuchObject);
            return false;
        }

        thread = id.Process > 0 ? new ThreadId(id.Process, cpu + 1) : context.ThreadOf(cpu);
        return true;
    }
}
