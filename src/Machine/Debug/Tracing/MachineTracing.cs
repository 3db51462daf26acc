using System;
using System.Linq;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.Machine.Debug.Tracing;

/// <summary>
/// What can be told of a machine without a stop: a core comes to an address, a followed core has moved, something happened, counts. Who
/// listens is called on the machine's thread, may look, and changes nothing.
/// </summary>
public sealed class MachineTracing
{
    private readonly Boards.Machine _machine;
    private readonly MachineThread _thread;
    private readonly MachineEvents _events;
    private readonly CoreAtBreakpoint[] _cores;
    private Action<CoreAtBreakpoint>? _moved;

    internal MachineTracing(Boards.Machine machine, MachineThread thread, MachineRegisters registers, ExceptionListeners listeners)
    {
        _machine = machine;
        _thread = thread;
        _events = new MachineEvents(machine, listeners);
        _cores = [.. machine.Cores.Select(c => new CoreAtBreakpoint(c, registers))];
    }

    /// <summary>Told of each instruction that a followed core has executed; with null no core is followed any longer.</summary>
    public Action<CoreAtBreakpoint>? Moved
    {
        get => _moved;
        set
        {
            _moved = value;
            Action<Core>? tell = value is null ? null : core => value(_cores[core.Configuration.Index]);
            _thread.Invoke(() => Follow(tell));
        }
    }

    /// <summary>Tells of each time a core comes to a virtual address, before the instruction there; null: no longer.</summary>
    public void SetVisit(ulong address, Action<CoreAtBreakpoint>? visited)
    {
        Action<Core>? tell = visited is null ? null : core => visited(_cores[core.Configuration.Index]);
        _thread.Invoke(() => _machine.Cluster.Debug.SetVisit(address, tell));
    }

    /// <summary>Tells of events, each with the core that it happened to; null: no longer.</summary>
    public void Observe(Action<MachineEvent, CoreAtBreakpoint>? observer)
    {
        Action<MachineEvent>? tell = observer is null ? null : happened => observer(happened, _cores[happened.Cpu]);
        _thread.Invoke(() => _events.Observer = tell);
    }

    /// <summary>Begins to count; those counters that cost nothing count always.</summary>
    public void Count() => _thread.Invoke(_events.Count);

    /// <summary>What a counter has come to.</summary>
    public ulong Read(MachineCounter counter)
    {
        ulong value = 0;
        _thread.Invoke(() => value = _events.Read(counter));
        return value;
    }

    /// <summary>The same for who is being told of something.</summary>
    public ulong ReadNow(MachineCounter counter) => _events.Read(counter);

    /// <summary>From within what is being told: asks for something to be done once the machine may be changed, at the end of the slice.</summary>
    public void Later(Action action) => _thread.Post(action);

    private void Follow(Action<Core>? tell)
    {
        _machine.Cluster.Debug.Moved = tell;
        foreach (Core core in _machine.Cores)
        {
            core.Followed &= tell is not null;
        }
    }
}
