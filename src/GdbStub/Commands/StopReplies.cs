using System;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Commands;

/// <summary>Tells gdb of a stop: text for its console where the stop needs words, then T or W.</summary>
internal static class StopReplies
{
    public static void Write(CommandContext context, TargetStop stop)
    {
        if (IsEnd(stop) && GuestRun.EndOf(stop) is GuestEnd end)
        {
            StopReply.WriteExit(context.Reply, (byte)end.ExitStatus, WorldChoice.First, context.State.Multiprocess);
            if (context.State.NonStop is null)
            {
                context.EndWith(end, silent: false);
            }

            return;
        }

        StopSignal signal = stop.Kind switch
        {
            StopKind.Interrupt => StopSignal.Interrupt,
            StopKind.Paused => StopSignal.None,
            StopKind.None when context.State.NonStop is not null => StopSignal.None,
            StopKind.StandsOff => StopSignal.Quit, // as QEMU's stub says it
            _ => StopSignal.Trap,
        };
        new StopReply(signal, CauseOf(stop.Kind), stop.Address, context.ThreadOf(stop.Cpu))
            .WriteTo(context.Reply, context.State.Multiprocess, context.State.Reasons);
        Expedite(context, stop.Cpu);
    }

    /// <summary>As <see cref="Write"/>, after a run: what gdb has no word for is said on its console first.</summary>
    public static void WriteAfterRun(CommandContext context, TargetStop stop)
    {
        if (stop.Kind is StopKind.Stuck or StopKind.InstructionLimit && GuestRun.EndOf(stop) is GuestEnd end)
        {
            context.Console($"gdbhost: {end.Reason}\n");
        }
        else if (stop is { Kind: StopKind.Event or StopKind.Step, Explanation: not null })
        {
            context.Console($"gdbhost: {stop.Explanation}\n");
        }

        Write(context, stop);
    }

    /// <summary>There is no guest any more.</summary>
    public static bool IsEnd(TargetStop stop) => stop.Kind is StopKind.PowerOff or StopKind.Exit or StopKind.Reset;

    /// <summary>Tells of a stop of one vCPU that the peer has not asked for.</summary>
    public static void Notify(CommandContext context, TargetStop stop)
    {
        context.BeginNotification();
        context.Reply.Text("Stop:");
        Write(context, stop);
    }

    private static StopCause CauseOf(StopKind kind) => kind switch
    {
        StopKind.Breakpoint => StopCause.SoftwareBreakpoint,
        StopKind.HardwareBreakpoint => StopCause.HardwareBreakpoint,
        StopKind.WriteWatchpoint => StopCause.WriteWatchpoint,
        StopKind.ReadWatchpoint => StopCause.ReadWatchpoint,
        StopKind.AccessWatchpoint => StopCause.AccessWatchpoint,
        _ => StopCause.None,
    };

    private static void Expedite(CommandContext context, int cpu)
    {
        RegisterDescription[] registers = context.Layout.ExpeditedRegisters;
        Span<byte> values = stackalloc byte[context.Layout.ExpeditedBytes];
        Span<bool> readable = stackalloc bool[registers.Length];
        context.ReadRegisters(cpu, registers, values, readable);
        int at = 0;
        for (int i = 0; i < readable.Length; i++)
        {
            if (readable[i])
            {
                StopReply.WriteRegister(context.Reply, context.Layout.Expedited[i], values.Slice(at, registers[i].Bytes));
            }

            at += registers[i].Bytes;
        }
    }
}
