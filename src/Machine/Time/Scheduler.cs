using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Time;

/// <summary>One thing that will happen at a moment of virtual time. Owned by a device, armed and disarmed at will.</summary>
internal sealed class TimedEvent(Scheduler scheduler, int order, string name, Action callback)
{
    public string Name { get; } = name;

    /// <summary>Virtual nanoseconds at which the callback runs, or <see cref="Scheduler.Never"/>.</summary>
    public ulong Deadline { get; private set; } = Scheduler.Never;

    /// <summary>Events with equal deadlines run in the order in which they were created.</summary>
    internal int Order { get; } = order;

    internal Action Callback { get; } = callback;

    /// <summary>Arms the event, or moves it if it was armed. A deadline in the past runs at the next instruction border.</summary>
    public void Arm(ulong deadline)
    {
        if (deadline != Deadline)
        {
            Deadline = deadline;
            scheduler.Changed();
        }
    }

    public void Disarm() => Arm(Scheduler.Never);

    /// <summary>Puts a saved deadline back.</summary>
    internal void Restore(ulong deadline) => Deadline = deadline;
}

/// <summary>
/// Holds all timed events of a machine. There are few (timers, a FIFO delay, a device latency), so the earliest one
/// is found by a scan and kept until something is armed.
/// </summary>
internal sealed class Scheduler(VirtualClock clock) : IStateful
{
    public const ulong Never = ulong.MaxValue;

    private readonly List<TimedEvent> _events = [];

    [NotState("the next deadline is found anew")]
    private bool _dirty;

    [NotState("the earliest of the deadlines")]
    private ulong _next = Never;

    public VirtualClock Clock { get; } = clock;

    public string StateName => "events";

    /// <summary>Told whenever an event is armed or disarmed, so that a running core shortens its slice.</summary>
    [field: NotState("wiring")]
    public Action? OnChange { get; set; }

    /// <summary>The earliest deadline in virtual nanoseconds, or <see cref="Never"/>.</summary>
    public ulong Next
    {
        get
        {
            if (_dirty)
            {
                _dirty = false;
                _next = Never;
                foreach (TimedEvent e in _events)
                {
                    _next = Math.Min(_next, e.Deadline);
                }
            }

            return _next;
        }
    }

    public TimedEvent Create(string name, Action callback)
    {
        TimedEvent e = new(this, _events.Count, name, callback);
        _events.Add(e);
        return e;
    }

    /// <summary>Takes an event away whose owner is no more.</summary>
    public void Remove(TimedEvent done)
    {
        _events.Remove(done);
        Changed();
    }

    /// <summary>Runs every event whose deadline has come, earliest first, creation order among equals.</summary>
    public void RunDue()
    {
        while (Next <= Clock.Now)
        {
            TimedEvent due = Earliest();
            due.Disarm();
            due.Callback();
        }
    }

    public void Save(StateWriter to)
    {
        to.Write(_events.Count);
        foreach (TimedEvent e in _events)
        {
            to.Write(e.Deadline);
        }
    }

    /// <summary>To be restored after all who own events: what they armed on the way is forgotten.</summary>
    public void Restore(StateReader from)
    {
        from.ReadCount(_events.Count);
        foreach (TimedEvent e in _events)
        {
            e.Restore(from.ReadUInt64());
        }

        _dirty = true;
    }

    internal void Changed()
    {
        _dirty = true;
        OnChange?.Invoke();
    }

    private TimedEvent Earliest()
    {
        TimedEvent first = _events[0];
        foreach (TimedEvent e in _events)
        {
            if (e.Deadline < first.Deadline)
            {
                first = e;
            }
        }

        return first;
    }
}
