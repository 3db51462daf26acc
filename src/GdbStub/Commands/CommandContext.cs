using System.Buffers;
using System.Collections.Generic;
using System;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tracing;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Protocol.Framing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Commands;

/// <summary>What a handler may touch: the target, the session's state, and the reply it is to write.</summary>
internal sealed class CommandContext(ITarget target, CommandTable table, SessionState state)
{
    /// <summary>The largest packet body that we take or send.</summary>
    public const int MaxPacketBytes = 0x2_0000;

    // One console packet; gdb prints each as it comes.
    private const int ConsoleChunk = 1024;

    private readonly ArrayBufferWriter<byte> _outgoing = new(1024);
    private PacketWriter? _writer;
    private readonly CpuAction[] _actions = new CpuAction[target.CpuCount];
    private bool _replyOpen;
    private bool _silent;

    public ITarget Target { get; } = target;

    /// <summary>The registers that the peer looks at: the guest's, or those of the trace frame that it has selected.</summary>
    public IRegisters Registers => State.Frame is TraceFrame frame ? frame : Target;

    /// <summary>The memory that the peer looks at.</summary>
    public IMemory Memory => State.Frame is TraceFrame frame ? frame : Target;

    public CommandTable Table { get; } = table;

    public SessionState State { get; } = state;

    public RegisterLayout Layout { get; } = new(target.Registers);

    /// <summary>The target description, printed when gdb first asks for it.</summary>
    public byte[]? Description { get; set; }

    /// <summary>Set by a handler that resumes the guest: one action per vCPU, to be done after the packet.</summary>
    public CpuAction[]? ResumeActions { get; private set; }

    /// <summary>With <see cref="ResumeActions"/>: the range to step through.</summary>
    public StepOptions StepRange { get; private set; }

    /// <summary>Set by a handler that ends the run, to be done after the reply is sent.</summary>
    public GuestEnd? End { get; private set; }

    /// <summary>Set by a handler that wants the guest interrupted.</summary>
    public bool StopRequested { get; private set; }

    /// <summary>All packets that this command sends, framed.</summary>
    public ReadOnlyMemory<byte> Outgoing => _outgoing.WrittenMemory;

    /// <summary>The reply; the packet is begun with the first use.</summary>
    public PacketWriter Reply
    {
        get
        {
            if (!_replyOpen)
            {
                Writer.Begin();
                _replyOpen = true;
            }

            return Writer;
        }
    }

    private PacketWriter Writer => _writer ??= new PacketWriter(_outgoing);

    public void Ok() => Reply.Text("OK");

    public void Error(RspError error) => Reply.Put('E').HexBytes([(byte)error]);

    /// <summary>An error in words where the peer shows them, else as a number.</summary>
    public void Error(RspError error, Func<string> text)
    {
        if (State.ErrorTexts)
        {
            Reply.Text("E.").Text(text());
        }
        else
        {
            Error(error);
        }
    }

    /// <summary>Text for gdb's console, in packets of its own before the reply. Only for qRcmd and before a stop reply.</summary>
    public void Console(string text)
    {
        for (int at = 0; at < text.Length; at += ConsoleChunk)
        {
            Writer.Begin();
            Writer.Put('O').HexText(text.Substring(at, Math.Min(ConsoleChunk, text.Length - at)));
            Writer.End();
        }
    }

    /// <summary>One action for each vCPU, all of them to hold; for <see cref="ResumeWith"/>, and used again by the next command.</summary>
    public CpuAction[] NoActions()
    {
        Array.Clear(_actions);
        return _actions;
    }

    /// <summary>Lets the guest run; the reply is the stop that follows.</summary>
    public void ResumeWith(CpuAction[] actions, StepOptions range = default)
    {
        State.Frame = null;
        ResumeActions = actions;
        StepRange = range;
        _silent = true;
    }

    /// <summary>Ends the run once the reply is sent; without one when <paramref name="silent"/>.</summary>
    public void EndWith(GuestEnd end, bool silent)
    {
        End = end;
        _silent = silent;
    }

    /// <summary>The packet has no reply.</summary>
    public void StaySilent() => _silent = true;

    public void RequestStop() => StopRequested = true;

    /// <summary>The vCPU that a thread id of the peer means; "any" is the selected one, where the process has it.</summary>
    public bool TryCpu(ThreadId id, out int cpu)
    {
        bool anyThread = id.Thread is ThreadId.Any or ThreadId.All;
        cpu = anyThread ? State.SelectedCpu : id.Thread - 1;
        if (id.Process is ThreadId.Any or ThreadId.All || !State.Worlds.IsOn)
        {
            return id.Process is WorldChoice.First or ThreadId.Any or ThreadId.All && cpu >= 0 && cpu < Target.CpuCount;
        }

        int first = -1;
        foreach (int one in State.Worlds.Cpus(Target, id.Process))
        {
            first = first < 0 ? one : first;
            if (one == cpu)
            {
                return true;
            }
        }

        cpu = anyThread ? first : cpu;
        return anyThread && first >= 0;
    }

    /// <summary>The thread that a vCPU is at this moment.</summary>
    public ThreadId ThreadOf(int cpu) => State.Worlds.ThreadOf(Target, cpu);

    /// <summary>Whether an action for some threads is one for a vCPU. What runs is the vCPU, whatever worlds it is a thread of.</summary>
    public static bool Covers(ThreadId threads, int cpu) => threads.Thread is ThreadId.Any or ThreadId.All || threads.Thread == cpu + 1;

    /// <summary>Makes a vCPU, as the thread that it is now, the one that packets are about.</summary>
    public void Select(int cpu)
    {
        State.SelectedCpu = cpu;
        State.Worlds.Stopped(Target, cpu);
    }

    /// <summary>A thread by name: its vCPU, and the world where there are some.</summary>
    public string NameOf(ThreadId thread)
    {
        string world = State.Worlds.NameOf(thread.Process);
        string cpu = Target.NameOf(thread.Thread - 1);
        return world.Length == 0 ? cpu : $"{world}, {cpu}";
    }

    /// <summary>Every thread of every process.</summary>
    public IEnumerable<ThreadId> AllThreads()
    {
        foreach (int process in State.Worlds.Processes)
        {
            foreach (int cpu in State.Worlds.Cpus(Target, process))
            {
                yield return new ThreadId(process, cpu + 1);
            }
        }
    }

    /// <summary>Reads registers of a vCPU, as the selected world has them.</summary>
    public void ReadRegisters(int cpu, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable)
    {
        if (State is { Frame: null, Worlds.World: World world })
        {
            ((IWorlds)Target).ReadRegisters(cpu, world, registers, values, readable);
        }
        else
        {
            Registers.ReadRegisters(cpu, registers, values, readable);
        }
    }

    /// <summary>Reads one register, as the selected world has it; false where it cannot be shown.</summary>
    public bool TryReadRegister(int cpu, RegisterDescription register, Span<byte> value) => State.Frame is TraceFrame frame
        ? frame.TryReadRegister(cpu, register, value)
        : State.Worlds.TryReadRegister(Target, cpu, register, value);

    /// <summary>As <see cref="IRegisters.WriteRegister"/>; what a vCPU has of a world that it is not in can be looked at only.</summary>
    public string? WriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value) =>
        State is { Frame: null, Worlds.World: not null } && ThreadOf(cpu).Process != State.Worlds.Selected
            ? $"{Target.NameOf(cpu)} is not in {State.Worlds.NameOf(State.Worlds.Selected)} now but in {State.Worlds.NameOf(ThreadOf(cpu).Process)}: its registers can be read, not written"
            : Registers.WriteRegister(cpu, register, value);

    /// <summary>Reads memory as the selected vCPU and world see it.</summary>
    public int ReadMemory(ulong address, Span<byte> into) => State is { Frame: null, Worlds.World: World world, View: AddressView.Current }
        ? ((IWorlds)Target).Worlds.ReadMemory(State.SelectedCpu, world, address, into)
        : Memory.ReadMemory(State.SelectedCpu, State.View, address, into);

    /// <summary>Writes memory as the selected vCPU and world see it; all bytes or none.</summary>
    public bool TryWriteMemory(ulong address, ReadOnlySpan<byte> bytes) => State is { Frame: null, Worlds.World: World world, View: AddressView.Current }
        ? ((IWorlds)Target).Worlds.TryWriteMemory(State.SelectedCpu, world, address, bytes)
        : Memory.TryWriteMemory(State.SelectedCpu, State.View, address, bytes);

    public void BeginCommand()
    {
        _outgoing.ResetWrittenCount();
        _replyOpen = false;
        _silent = false;
        ResumeActions = null;
        End = null;
        StopRequested = false;
    }

    /// <summary>What follows is no reply.</summary>
    public void BeginNotification()
    {
        Writer.BeginNotification();
        _replyOpen = true;
    }

    public void FinishCommand()
    {
        if (!_silent)
        {
            // With nothing written this is the empty packet, which says "unsupported".
            Reply.End();
        }
    }
}
