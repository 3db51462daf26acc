using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using GdbHost.GdbStub.Commands;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tracing;
using GdbHost.Protocol.Framing;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Session;

/// <summary>
/// One debugger's visit: a queue of packets, stops and the disconnect, with one consumer. The guest is left alone
/// until the peer has sent a packet, so a mere connect disturbs nothing.
/// </summary>
internal sealed class DebugSession
{
    // The reader's thread goes on as the consumer: a packet costs no change of threads. The machine's thread must not; it posts by another.
    // A reader that runs ahead of the consumer waits; with the packet limit this bounds the memory of a session.
    private const int EventsInFlight = 8;

    private readonly IDuplexPipe _connection;
    private readonly GuestRun _guest;
    private readonly CommandTable _table;
    private readonly Log _log;
    private readonly SessionState _state = new();
    private readonly CommandContext _context;
    private readonly Channel<SessionEvent> _events = Channel.CreateBounded<SessionEvent>(
        new BoundedChannelOptions(EventsInFlight) { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly PrintedText _printed = new();
    private readonly Action<TargetStop> _onStopped;
    private CancellationToken _ending;
    private bool _attached;
    private bool _ranBefore;

    // In non-stop mode: the guest was resumed, and its stop is not taken up yet; stops that were taken up before their events came.
    private bool _resumed;
    private int _stopsTaken;
    private int _resumingThread;

    public DebugSession(IDuplexPipe connection, GuestRun guest, CommandTable table, Log log)
    {
        _connection = connection;
        _guest = guest;
        _onStopped = OnStopped;
        _table = table;
        _log = log;
        _context = new CommandContext(guest.Target, table, _state);
    }

    /// <summary>Serves until the peer leaves, the guest ends, or <paramref name="stop"/> is set.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ending = ending.Token;

        // In place of the token at each wait, which would be an object for each packet.
        using CancellationTokenRegistration waking = ending.Token.Register(EndWaits);
        Task reading = ReadAsync(ending.Token);
        try
        {
            await HandleAllAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            _log.Debug("the session is closed because the program ends");
        }
        catch (IOException e)
        {
            _log.Debug($"the connection to the debugger broke: {e.Message}");
        }
        catch (Exception e)
        {
            // The session border: a fault of ours ends this visit, not the machine.
            _log.Error($"a fault in the debug session; the connection is closed: {e}");
        }
        finally
        {
            await ending.CancelAsync();
            await reading;
            await LeaveAsync();
            await _connection.Output.CompleteAsync();
            await _connection.Input.CompleteAsync();
        }
    }

    private void EndWaits()
    {
        _events.Writer.TryComplete();
        _connection.Input.CancelPendingRead();
    }

    private async ValueTask HandleAllAsync(CancellationToken stop)
    {
        while (await _events.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_events.Reader.TryRead(out SessionEvent next))
            {
                if (!await HandleAsync(next, stop))
                {
                    return;
                }
            }
        }

        stop.ThrowIfCancellationRequested();
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        var framer = new PacketFramer(CommandContext.MaxPacketBytes);
        try
        {
            while (true)
            {
                ReadResult read = await _connection.Input.ReadAsync(CancellationToken.None);
                if (read.IsCanceled)
                {
                    return;
                }

                ReadOnlySequence<byte> input = read.Buffer;
                while (TryCut(framer, ref input, out SessionEvent next))
                {
                    await _events.Writer.WriteAsync(next, stop);
                }

                _connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            return;
        }
        catch (IOException e)
        {
            _log.Debug($"the connection to the debugger broke: {e.Message}");
        }

        await PostAsync(SessionEvent.Disconnected, stop);
    }

    private async Task PostAsync(SessionEvent next, CancellationToken stop)
    {
        try
        {
            await _events.Writer.WriteAsync(next, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            _log.Debug("an event came after the end of its session");
        }
    }

    private static bool TryCut(PacketFramer framer, ref ReadOnlySequence<byte> input, out SessionEvent next)
    {
        bool cut = framer.TryCut(ref input, out Frame frame);
        next = cut ? SessionEvent.Of(frame) : default;
        return cut;
    }

    /// <summary>False when the session is over.</summary>
    private async ValueTask<bool> HandleAsync(SessionEvent next, CancellationToken stop)
    {
        switch (next.What)
        {
            case SessionEvent.EventKind.Disconnected:
                return false;

            case SessionEvent.EventKind.Printed when _state.Running:
                _context.BeginCommand();
                _context.Console(_printed.Take());
                await SendAsync(_context.Outgoing, stop);
                return true;

            case SessionEvent.EventKind.Printed when _state.NonStop is not null:
                // gdb takes no console packets here.
                _log.Info(_printed.Take().TrimEnd('\n'));
                return true;

            case SessionEvent.EventKind.Printed:
                return true;

            case SessionEvent.EventKind.Stopped when _stopsTaken > 0:
                _stopsTaken--;
                return true;

            case SessionEvent.EventKind.Stopped when _state.NonStop is NonStopThreads threads:
                Take(threads, next.Stop);
                await GoOnAsync(threads, stop);
                return true;

            case SessionEvent.EventKind.Stopped:
                _state.Running = false;
                _state.LastStop = next.Stop;
                _context.Select(next.Stop.Cpu);
                _context.BeginCommand();
                _context.Console(_printed.Take());
                StopReplies.WriteAfterRun(_context, next.Stop);
                return await FinishAsync(stop);

            default:
                try
                {
                    return await HandleFrameAsync(next, stop);
                }
                finally
                {
                    next.Release();
                }
        }
    }

    private async ValueTask<bool> HandleFrameAsync(SessionEvent next, CancellationToken stop)
    {
        switch (next.Frame)
        {
            case FrameKind.Interrupt when _state.NonStop is NonStopThreads threads:
                await RestAsync();
                threads.Interrupt();
                await GoOnAsync(threads, stop);
                return true;

            case FrameKind.Interrupt:
                if (_state.Running)
                {
                    _guest.Target.RequestStop();
                }

                return true;

            case FrameKind.Acknowledge:
                return true;

            case FrameKind.Retransmit:
                if (!_state.WithoutAcknowledgements)
                {
                    await SendAsync(_context.Outgoing, stop);
                }

                return true;

            case FrameKind.BadChecksum when !_state.WithoutAcknowledgements:
                await SendAsync("-"u8.ToArray(), stop);
                return true;
        }

        await AttachAsync();
        if (!_state.WithoutAcknowledgements)
        {
            await SendAsync("+"u8.ToArray(), stop);
        }

        await RestAsync();
        _context.BeginCommand();
        Dispatch(next);
        return await FinishAsync(stop);
    }

    private void Dispatch(SessionEvent next)
    {
        if (next.Frame != FrameKind.Packet)
        {
            _context.Error(next.Frame == FrameKind.TooLong ? RspError.TooLong : RspError.Malformed);
            return;
        }

        ReadOnlySpan<byte> packet = next.Payload;
        if (_log.Shows(LogLevel.Trace))
        {
            _log.Trace($"<- {Encoding.Latin1.GetString(packet)}");
        }

        Command? row = _table.Find(packet, _guest.Target, out int prefix);
        if (row is null)
        {
            return;
        }

        if (_state.Running && !row.WhileRunning)
        {
            _context.Error(RspError.Running);
            return;
        }

        if (_state.Looks && row.Controls)
        {
            _context.Reply.Text("E.another debugger has control of this guest; this session can look at it, not change it");
            return;
        }

        row.Handle(_context, new RspReader(packet[prefix..]));
    }

    private async ValueTask<bool> FinishAsync(CancellationToken stop)
    {
        _context.FinishCommand();
        if (_log.Shows(LogLevel.Trace))
        {
            _log.Trace($"-> {Encoding.Latin1.GetString(_context.Outgoing.Span)}");
        }

        await SendAsync(_context.Outgoing, stop);
        if (_context.End is GuestEnd end)
        {
            _state.Detached = true;
            _guest.Finish(end);
            return false;
        }

        if (_context.StopRequested)
        {
            _guest.Target.RequestStop();
        }

        if (_context.ResumeActions is CpuAction[] actions)
        {
            _state.Running = true;
            StepOptions step = _context.StepRange with { TakesInterrupts = _state.StepTakesInterrupts };
            Resume(actions, step);
        }

        if (_state is { Detached: true, Looks: true })
        {
            return false;
        }

        if (_state.Detached)
        {
            _guest.Start();
            _log.Info("the debugger detached; the guest runs on");
            return false;
        }

        if (_state.NonStop is NonStopThreads threads)
        {
            await GoOnAsync(threads, stop);
        }

        return true;
    }

    /// <summary>In non-stop mode packets come while the guest runs. Each is served by a guest that stands still, and that makes no difference to it.</summary>
    private async ValueTask RestAsync()
    {
        if (_state.NonStop is not NonStopThreads threads)
        {
            return;
        }

        threads.Stir();
        if (_resumed)
        {
            _stopsTaken += await _guest.PauseAsync() ? 1 : 0;
            Take(threads, _guest.LastStop);
        }
    }

    private void Take(NonStopThreads threads, TargetStop stop)
    {
        _resumed = false;
        threads.Take(stop);
    }

    /// <summary>Tells of the next stop of a vCPU, and lets those run that are to.</summary>
    private async ValueTask GoOnAsync(NonStopThreads threads, CancellationToken stop)
    {
        if (threads.TryNotify(out TargetStop report))
        {
            _context.BeginCommand();
            if (report.Explanation is not null)
            {
                // gdb takes no console packets here.
                _log.Info(report.Explanation);
            }

            StopReplies.Notify(_context, report);
            _context.FinishCommand();
            await SendAsync(_context.Outgoing, stop);
        }

        CpuAction[] actions = _context.NoActions();
        if (!_resumed && threads.TryNext(actions))
        {
            _resumed = true;
            Resume(actions, new StepOptions(_state.StepTakesInterrupts));
        }
    }

    private void Resume(CpuAction[] actions, StepOptions step)
    {
        _resumingThread = Environment.CurrentManagedThreadId;
        _guest.Resume(actions, _onStopped, step);
        _resumingThread = 0;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (!bytes.IsEmpty)
        {
            await _connection.Output.WriteAsync(bytes, stop);
        }
    }

    private void ListenToBreakpoints(Action<string>? listener)
    {
        if (_guest.Target is IBreakpoints breakpoints)
        {
            breakpoints.Printed = listener;
        }
    }

    private void OnStopped(TargetStop stop)
    {
        // A short step has stopped already, on the consumer's own thread; the consumer takes it up when it is done with the packet.
        if (_resumingThread != Environment.CurrentManagedThreadId || !_events.Writer.TryWrite(SessionEvent.Of(stop)))
        {
            PostLater(stop);
        }
    }

    // Apart: what a lambda keeps is allocated where its method begins.
    private void PostLater(TargetStop stop) => _ = Task.Run(() => PostAsync(SessionEvent.Of(stop), _ending));

    // On the machine's thread, which must not wait: where the queue is full, the text goes with the next event.
    private void OnPrinted(string text)
    {
        if (_printed.Add(text))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.TryWrite(SessionEvent.Printed), _events.Writer, preferLocal: false);
        }
    }

    private async ValueTask AttachAsync()
    {
        if (!_attached)
        {
            _attached = true;
            _state.Looks = !await _guest.TryTakeControlAsync();
            if (_state.Looks)
            {
                _log.Info("a further debugger is attached; it can look, not change");
                return;
            }

            ListenToBreakpoints(OnPrinted);
            _ranBefore = _guest.Running;
            await _guest.StopAsync();
        }
    }

    private async ValueTask LeaveAsync()
    {
        if (!_attached || _state.Looks)
        {
            return;
        }

        try
        {
            await LeaveGuestAsync();
        }
        finally
        {
            _guest.LeaveControl();
        }
    }

    /// <summary>A debugger that vanishes leaves the guest without breakpoints, and running or not as the user chose; else as it was found.</summary>
    private async ValueTask LeaveGuestAsync()
    {
        ListenToBreakpoints(null);
        _state.Worlds.Turn(_guest.Target, on: false);
        if (_state.Detached)
        {
            return;
        }

        await _guest.StopAsync();
        _guest.Target.LetGo();
        if (_state.NonStop is NonStopThreads threads && _resumed)
        {
            Take(threads, _guest.LastStop);
        }

        if (_state.NonStop is not { Sleeps: true } && GuestRun.EndOf(_guest.LastStop) is GuestEnd end)
        {
            // The end came while the debugger was leaving, or was shown to it; now it counts.
            _guest.Finish(end);
            return;
        }

        if (_guest.OnDisconnect == DisconnectAction.Exit)
        {
            _guest.Finish(new GuestEnd(ExitStatus.PoweredOff, "the debugger is gone"));
            return;
        }

        bool runs = _guest.OnDisconnect switch
        {
            DisconnectAction.Stop => false,
            DisconnectAction.Continue => true,
            _ => _ranBefore,
        };
        if (runs)
        {
            _guest.Start();
        }

        _log.Info(runs ? "the debugger is gone; the guest runs on" : "the debugger is gone; the guest stays stopped");
    }
}
