using System;
using System.Globalization;
using System.Text;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>What LLDB asks beside gdb's packets (LLDB, Remote protocol extensions: the heading is the packet's name).</summary>
internal static class Lldb
{
    private const string Triple = "aarch64-unknown-none-elf";
    private const ulong PageBytes = 4096;

    // LLDB walks the whole address space region by region; each answer looks this far.
    private const int MostPages = 512;

    public static readonly Command[] Rows =
    [
        new("qHostInfo", Host),
        new("qProcessInfo", Process),
        new("qMemoryRegionInfo:", Region),
        new("jThreadsInfo", ThreadsInfo),
        new("QThreadSuffixSupported", UseThreadSuffix),
    ];

    private static void Host(CommandContext context, RspReader arguments) =>
        context.Reply.Text("triple:").HexText(Triple).Text(";endian:little;ptrsize:8;watchpoint_exceptions_received:after;");

    private static void Process(CommandContext context, RspReader arguments) =>
        context.Reply.Text("pid:").Number(WorldChoice.First).Text(";triple:").HexText(Triple).Text(";endian:little;ptrsize:8;");

    /// <summary>Memory that translates now is all of "rwx" to a debugger; a region is as much as goes on alike, up to a limit.</summary>
    private static void Region(CommandContext context, RspReader arguments)
    {
        if (!arguments.TakeNumber(out ulong address) || !arguments.AtEnd)
        {
            context.Error(RspError.Malformed);
            return;
        }

        ulong start = address & ~(PageBytes - 1);
        bool mapped = IsMapped(context, start);
        ulong end = start + PageBytes;
        for (int page = 1; page < MostPages && end != 0 && IsMapped(context, end) == mapped; page++)
        {
            end += PageBytes;
        }

        context.Reply.Text("start:").Number(start).Text(";size:").Number(end - start).Put(';');
        if (mapped)
        {
            context.Reply.Text("permissions:rwx;");
        }
    }

    private static bool IsMapped(CommandContext context, ulong address)
    {
        Span<byte> one = stackalloc byte[1];
        return context.ReadMemory(address, one) == 1;
    }

    private static void ThreadsInfo(CommandContext context, RspReader arguments)
    {
        StringBuilder text = new("[");
        for (int cpu = 0; cpu < context.Target.CpuCount; cpu++)
        {
            TargetStop stop = context.State.LastStop;
            string reason = stop.Cpu != cpu ? "none"
                : stop.Kind switch
                {
                    StopKind.Breakpoint or StopKind.HardwareBreakpoint => "breakpoint",
                    StopKind.WriteWatchpoint or StopKind.ReadWatchpoint or StopKind.AccessWatchpoint => "watchpoint",
                    StopKind.Step => "trace",
                    _ => "signal",
                };
            text.Append(CultureInfo.InvariantCulture, $"{(cpu > 0 ? "," : "")}{{\"tid\":{cpu + 1},\"name\":\"{context.Target.NameOf(cpu)}\",\"reason\":\"{reason}\"}}");
        }

        context.Reply.Text(text.Append(']').ToString());
    }

    private static void UseThreadSuffix(CommandContext context, RspReader arguments)
    {
        context.State.ThreadSuffix = true;
        context.Ok();
    }
}
