using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Session;

/// <summary>
/// The guest's life across debuggers: who is told of its next stop, and when the program is over.
/// With no debugger attached a stop that nobody asked for ends the run.
/// </summary>
internal sealed class GuestRun(ITarget target)
{
    // A debugger that comes right after another one has left may be here before we have noticed the leaving.
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Action<TargetStop>? _onStopped;
    private readonly TaskCompletionSource<GuestEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<TargetStop>? _debugger;
    private TaskCompletionSource? _stopAwaited;
    private TaskCompletionSource? _controlLeft;
    private bool _controlled;
    private bool _running;
    private TargetStop _lastStop;

    public ITarget Target { get; } = target;

    /// <summary>What becomes of the guest when the debugger that has control is gone without a word.</summary>
    public DisconnectAction OnDisconnect { get; init; }

    public Task<GuestEnd> Ended => _end.Task;

    public bool Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    /// <summary>The newest stop; nothing before the first one.</summary>
    public TargetStop LastStop
    {
        get
        {
            lock (_lock)
            {
                return _lastStop;
            }
        }
    }

    /// <summary>Lets every vCPU run, with no debugger to tell.</summary>
    public void Start() => Resume([.. Enumerable.Repeat(CpuAction.Continue, Target.CpuCount)], debugger: null);

    /// <summary>Lets the guest run and tells <paramref name="debugger"/> of the stop that follows.</summary>
    public void Resume(CpuAction[] actions, Action<TargetStop>? debugger, StepOptions step = default)
    {
        lock (_lock)
        {
            _debugger = debugger;
            _running = true;
        }

        Target.Resume(actions, step, _onStopped ??= OnStopped);
    }

    /// <summary>Stops the guest if it runs; afterwards nobody is told of a stop until the next resume.</summary>
    public Task StopAsync()
    {
        if (TryAwaitStop(null, out Task stopped))
        {
            Target.RequestStop();
        }

        return stopped;
    }

    /// <summary>
    /// As <see cref="StopAsync"/>; true when it had stopped by itself just before: then who has resumed it has been told, or will be.
    /// </summary>
    public async Task<bool> PauseAsync()
    {
        // Somebody who hears nothing: a stop that would end the run is the caller's to take up.
        bool asked = TryAwaitStop(static _ => { }, out Task stopped);
        if (asked)
        {
            Target.RequestStop();
            await stopped;
        }

        return !asked;
    }

    /// <summary>Makes the caller the one debugger that may change the guest; false when there is one already.</summary>
    public async Task<bool> TryTakeControlAsync()
    {
        Task left;
        lock (_lock)
        {
            if (!_controlled)
            {
                return _controlled = true;
            }

            _controlLeft ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            left = _controlLeft.Task;
        }

        await Task.WhenAny(left, Task.Delay(LeaveTime));
        lock (_lock)
        {
            bool free = !_controlled;
            _controlled = true;
            return free;
        }
    }

    /// <summary>Gives control back.</summary>
    public void LeaveControl()
    {
        lock (_lock)
        {
            _controlled = false;
            _controlLeft?.TrySetResult();
            _controlLeft = null;
        }
    }

    /// <summary>Ends the run; the first reason given counts.</summary>
    public void Finish(GuestEnd end) => _end.TrySetResult(end);

    /// <summary>What a stop means for the program when no debugger takes it, or null when the guest can go on.</summary>
    public static GuestEnd? EndOf(TargetStop stop) => stop.Kind switch
    {
        StopKind.PowerOff => new GuestEnd(ExitStatus.PoweredOff, "the guest powered off"),
        StopKind.Exit => new GuestEnd(stop.ExitCode & 0xFF, $"the guest ended with status {stop.ExitCode}"),
        StopKind.Reset => new GuestEnd(ExitStatus.ResetRefused, "the guest asked for a reset, and reset is disabled"),
        StopKind.Stuck => new GuestEnd(ExitStatus.StuckOrTimeout, stop.Explanation ?? "the guest is stuck"),
        StopKind.InstructionLimit => new GuestEnd(ExitStatus.StuckOrTimeout, "the limit of --max-instructions is reached"),
        _ => null,
    };

    /// <summary>From now on another one is told; false if it stands still.</summary>
    private bool TryAwaitStop(Action<TargetStop>? debugger, out Task stopped)
    {
        lock (_lock)
        {
            _debugger = debugger;
            stopped = Task.CompletedTask;
            if (_running)
            {
                _stopAwaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                stopped = _stopAwaited.Task;
            }

            return _running;
        }
    }

    private void OnStopped(TargetStop stop)
    {
        Action<TargetStop>? debugger;
        TaskCompletionSource? awaited;
        lock (_lock)
        {
            _running = false;
            _lastStop = stop;
            debugger = _debugger;
            awaited = _stopAwaited;
            _stopAwaited = null;
        }

        if (debugger is not null)
        {
            debugger(stop);
        }
        else if (EndOf(stop) is GuestEnd end)
        {
            Finish(end);
        }

        awaited?.SetResult();
    }
}
