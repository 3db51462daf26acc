using System;
using System.Buffers;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tracing;
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

    /// <summary>The vCPU that a thread id of the peer means; "any" is the selected one.</summary>
    public bool TryCpu(ThreadId id, out int cpu)
    {
        bool anyThread = id.Thread is ThreadId.Any or ThreadId.All;
        cpu = anyThread ? State.SelectedCpu : id.Thread - 1;
        return id.Process is SessionState.Process or ThreadId.Any or ThreadId.All && cpu >= 0 && cpu < Target.CpuCount;
    }

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
