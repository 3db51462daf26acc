using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug.Traps;

/// <summary>
/// Records exceptions to EL2 and EL3 in a ring of fixed size, and the returns to what they interrupted. While it is off,
/// no core knows of it. It is the debugger's: no snapshot holds it and no hash.
/// </summary>
internal sealed class TrapLog(ExceptionListeners listeners) : IExceptionListener
{
    /// <summary>Exceptions that it keeps: 512 bytes each.</summary>
    public const int DefaultCapacity = 4096;

    public const int MostCapacity = 1 << 17;

    private const int Classes = 64;
    private const int MostOpen = 1024;
    private const int CallsKept = 64;

    private readonly Dictionary<Interrupted, (TrapSlot Slot, long Number)> _open = [];
    private readonly Queue<FirmwareCall> _calls = [];
    private readonly long[] _counts = new long[Classes + 3];
    private TrapSlot[] _ring = [];
    private long _total;

    /// <summary>Records what happens from now on.</summary>
    public bool IsOn { get; private set; }

    /// <summary>
    /// Asked of each exception, and again at the return from it, for the words of a stop there, or null to go on; itself null: never
    /// stop. Set, it makes cores tell of exceptions even while the log is off.
    /// </summary>
    public Func<MachineTrap, string?>? Stops
    {
        get;
        set
        {
            field = value;
            Connect();
        }
    }

    /// <summary>The same for each call that the machine's firmware answers.</summary>
    public Func<FirmwareCall, string?>? StopsAtCall
    {
        get;
        set
        {
            field = value;
            Connect();
        }
    }

    /// <summary>The exception at which the machine has stopped.</summary>
    public MachineTrap? Stopped { get; private set; }

    /// <summary>Begins anew.</summary>
    /// <param name="capacity">1 to <see cref="MostCapacity"/>.</param>
    public void TurnOn(int capacity)
    {
        IsOn = true;
        Clear(capacity);
        Connect();
    }

    /// <summary>What is recorded stays.</summary>
    public void TurnOff()
    {
        IsOn = false;
        _open.Clear();
        Connect();
    }

    /// <summary>The machine was reset, or its state replaced: no return from now on belongs to an exception of before.</summary>
    public void Forget()
    {
        _open.Clear();
        Stopped = null;
    }

    public TrapLogContent Read(int most) => new(
        IsOn,
        _ring.Length,
        _total,
        [.. Slots().TakeLast(most).Select(static s => s.Copy())],
        [.. Enumerable.Range(0, _counts.Length).Where(i => _counts[i] > 0).OrderByDescending(i => _counts[i]).ThenBy(static i => i).Select(CountAt)],
        [.. _calls]);

    /// <summary>The newest exception of a core that is recorded, or at which the machine has stopped.</summary>
    public MachineTrap? Latest(int cpu)
    {
        MachineTrap? recorded = Slots().Select(static s => s.Copy()).LastOrDefault(t => t.Cpu == cpu);
        return Stopped is MachineTrap stopped && stopped.Cpu == cpu && (recorded is null || recorded.At < stopped.At) ? stopped : recorded;
    }

    public void Entered(Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type)
    {
        if (_ring.Length == 0)
        {
            Clear(DefaultCapacity);
        }

        TrapSlot slot = _ring[_total % _ring.Length];
        slot.Enter(++_total, core, from, to, type);
        if (_open.Count == MostOpen)
        {
            _open.Clear();
        }

        _open[Interrupted.Now(core, from, to)] = (slot, slot.Number);
        _counts[type == ExceptionType.Synchronous ? (int)core.Regs.At(Sr.EsrEl1, to).Field(31, 26) : Classes + (int)type - 1]++;
        StopIfWanted(core, slot);
    }

    public void Returned(Core core, ExceptionLevel from)
    {
        Interrupted code = Interrupted.Now(core, Level(core), from);
        if (_open.Remove(code, out (TrapSlot Slot, long Number) open) && open.Slot.Number == open.Number)
        {
            open.Slot.Return(core);
            StopIfWanted(core, open.Slot);
        }
    }

    public void FirmwareCalled(Core core, bool isSmc, ulong function, ulong first, ulong result)
    {
        FirmwareCall call = new(core.Scheduler.Clock.Now, core.Configuration.Index, isSmc ? "SMC" : "HVC", (uint)function, first, (long)result, CoreWorld.VmidOf(core));
        if (_calls.Count == CallsKept)
        {
            _calls.Dequeue();
        }

        _calls.Enqueue(call);
        if (StopsAtCall?.Invoke(call) is string words)
        {
            core.Cluster.Debug.StopFor(core, words);
        }
    }

    private static unsafe ExceptionLevel Level(Core core) => core.State->El;

    private void StopIfWanted(Core core, TrapSlot slot)
    {
        if (Stops is null)
        {
            return;
        }

        MachineTrap trap = slot.Copy();
        if (Stops(trap) is string words)
        {
            Stopped = trap;
            core.Cluster.Debug.StopFor(core, words);
        }
    }

    private void Connect() => listeners.Set(this, IsOn || Stops is not null || StopsAtCall is not null);

    private void Clear(int capacity)
    {
        _ring = [.. Enumerable.Range(0, capacity).Select(static _ => new TrapSlot())];
        _open.Clear();
        _calls.Clear();
        Array.Clear(_counts);
        _total = 0;
    }

    private IEnumerable<TrapSlot> Slots() => _ring.Where(static s => s.Number > 0).OrderBy(static s => s.Number);

    private TrapCount CountAt(int index) => index < Classes
        ? new TrapCount(MachineTrapKind.Synchronous, index, _counts[index])
        : new TrapCount((MachineTrapKind)(index - Classes + 1), 0, _counts[index]);

    /// <summary>
    /// Whose code was interrupted. A hypervisor may let others run in between, on other cores too: a guest is known by its stage 2
    /// and the identity it has, what runs without stage 2 by its core.
    /// </summary>
    private readonly record struct Interrupted(ExceptionLevel To, bool IsGuest, ulong Table, ulong Identity, int Cpu)
    {
        public static Interrupted Now(Core core, ExceptionLevel level, ExceptionLevel handler)
        {
            bool isGuest = handler == ExceptionLevel.El2 && level < ExceptionLevel.El2 && core.System.Derived.Hcr.Vm;
            return isGuest
                ? new Interrupted(handler, true, core.Regs[Sr.VttbrEl2], core.Regs[Sr.VmpidrEl2], 0)
                : new Interrupted(handler, false, (ulong)level, 0, core.Configuration.Index);
        }
    }
}
