using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Cpu.Translate;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Cpu;

/// <summary>Why <see cref="Cluster.Run"/> came back.</summary>
internal enum RunEnd
{
    /// <summary>The budget is used up.</summary>
    Budget,

    /// <summary>A core met a breakpoint or a watchpoint; see <see cref="Cluster.Debug"/>.</summary>
    DebugStop,

    /// <summary>Someone asked for a stop: the guest's power control, or the debugger.</summary>
    Requested,

    /// <summary>All cores wait and no event is armed: only the outside world can wake the machine.</summary>
    Idle,
}

/// <summary>
/// The cores of a machine, taking turns on one thread. A round gives every core the same span of virtual time, so the
/// order of everything depends on the guest alone; where a run is cut makes no difference to it.
/// </summary>
internal sealed class Cluster : IStateful, IDisposable
{
    /// <summary>Virtual nanoseconds of one turn.</summary>
    public const ulong Quantum = 20_000;

    private readonly List<Core> _cores = [];
    private readonly Scheduler _scheduler;
    private readonly Rounds _rounds = new();

    [NotState("ends one call of Run")]
    private bool _stopRequested;

    [NotState("what is left of one call of Run: virtual nanoseconds executed or skipped")]
    private ulong _budget;

    [NotState("of one call of Run: where the count of instructions ends it")]
    private ulong _lastRetired;

    [NotState("the debugger's: who may pass the stop that the debugger has seen")]
    private Core? _passing;

    [NotState("the debugger's: where that stop is")]
    private ulong _passingAt;

    /// <param name="scheduler">The machine's events.</param>
    /// <param name="translateAfter">Runs of a block in the interpreter before it is translated; null: always the interpreter.</param>
    public Cluster(Scheduler scheduler, int? translateAfter = null)
    {
        _scheduler = scheduler;
        Translator = translateAfter is null ? null : Translator.TryCreate(Blocks, translateAfter.Value);
        Debug = new DebugStops(Blocks);
        scheduler.OnChange = () =>
        {
            if (Current is not null)
            {
                Current.RequestAttention();
            }
        };
    }

    public IReadOnlyList<Core> Cores => _cores;

    /// <summary>The core that runs; null while the machine stands still.</summary>
    [field: NotState("set while a core runs")]
    public Core? Current { get; private set; }

    /// <summary>Decoded blocks, shared by the cores.</summary>
    public BlockCache Blocks { get; } = new();

    /// <summary>Makes generated code for all cores; null where the interpreter does everything.</summary>
    public Translator? Translator { get; }

    /// <summary>The external debugger's breakpoints and watchpoints.</summary>
    public DebugStops Debug { get; }

    /// <summary>Instructions retired by all cores since the machine was made.</summary>
    public ulong Retired { get; private set; }

    /// <summary>The same before the present instruction of the core that runs.</summary>
    public ulong RetiredNow => Retired + (Current?.AttemptedNow ?? 0);

    /// <summary>Virtual nanoseconds that all cores have left behind; never goes back.</summary>
    public ulong Elapsed => _rounds.IsOpen && !IsAlone ? _rounds.Start : _scheduler.Clock.Now;

    public string StateName => "cluster";

    private bool IsAlone => _cores.Count == 1;

    private bool MustStop => _stopRequested || Debug.Stop != DebugStopKind.None;

    public void Add(Core core)
    {
        _cores.Add(core);
        Debug.Attach(core);
    }

    /// <summary>Makes <see cref="Run"/> come back after the running core's present instruction. For use on the machine thread.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        Current?.RequestAttention();
    }

    /// <summary>
    /// Runs the cores, turn by turn, from where they stand. Comes back after exactly as much as one of the limits
    /// allows, in the middle of a turn if need be, or earlier if something ends the run.
    /// </summary>
    /// <param name="budget">Virtual nanoseconds that cores execute or wait, counted for each core.</param>
    /// <param name="instructions">Instructions of all cores.</param>
    public RunEnd Run(ulong budget, ulong instructions = ulong.MaxValue)
    {
        _stopRequested = false;
        Debug.ClearStop();
        _budget = budget;
        _lastRetired = Add(Retired, instructions);
        while (_budget > 0 && Retired < _lastRetired)
        {
            if ((IsAlone || !_rounds.IsOpen) && !AnyActive() && _scheduler.Next == Scheduler.Never)
            {
                return RunEnd.Idle;
            }

            if (!_rounds.IsOpen)
            {
                OpenRound();
            }

            Core core = _cores[_rounds.Turn];
            RunTurn(core);
            if (MustStop)
            {
                Debug.StopCore = core.Configuration.Index;
                Debug.StopPc = core.ProgramCounter;
                return Debug.Stop != DebugStopKind.None ? RunEnd.DebugStop : RunEnd.Requested;
            }

            EndTurn();
        }

        return RunEnd.Budget;
    }

    /// <summary>
    /// Runs one core for one instruction, the others not at all. Interrupts wait, so that a step stays in the code that
    /// is being looked at; a core in WFI or WFE first sleeps until it wakes. False if nothing could be executed.
    /// The core whose turn it is stays in its turn; another one is given it. A breakpoint at the instruction does not count;
    /// a watchpoint does, unless it is the one at which the core stands.
    /// </summary>
    /// <param name="core">The one that moves.</param>
    /// <param name="takesInterrupts">Interrupts do not wait.</param>
    public bool Step(Core core, bool takesInterrupts = false)
    {
        _stopRequested = false;
        _passing = null;
        bool atAccess = StandsAtAccess(core);
        Debug.ClearStop();
        SleepUntilAwake(core);
        GiveTurn(core);
        _scheduler.RunDue();
        bool runs = core.IsActive;
        if (runs)
        {
            Debug.Passing = atAccess;
            Debug.PassingBreakpoints = true;
            Current = core;
            _ = core.TakeAttention();
            core.EnterPendingExceptions(takesInterrupts);
            ulong retired = core.Stepping ? core.RunStep() : core.RunInterpreted(1);
            Retired += retired;
            TellOfMove(core, retired);
            core.RequestAttention();
            Current = null;
            Debug.Passing = false;
            Debug.PassingBreakpoints = false;
            Debug.StopCore = core.Configuration.Index;
            Debug.StopPc = core.ProgramCounter;
            if (_scheduler.Clock.Now < _rounds.End)
            {
                _scheduler.RunDue();
            }
        }

        return runs;
    }

    /// <summary>True, and the stop recorded, if a breakpoint is where this core stands between two steps.</summary>
    public bool StopsBeforeStep(Core core)
    {
        bool stops = Debug.StopsAt(core, core.ProgramCounter);
        if (stops)
        {
            Debug.StopCore = core.Configuration.Index;
            Debug.StopPc = core.ProgramCounter;
        }

        return stops;
    }

    /// <summary>
    /// Lets the core whose stop the debugger has seen execute the instruction that it stands at, when it runs next: past
    /// a breakpoint, or the access that a watchpoint stopped. Others that stand at a breakpoint have yet to stop there.
    /// </summary>
    public void PassStop(Core core)
    {
        _passing = core.IsActive && (StandsAtAccess(core) || Debug.HasBreakpoint(core.ProgramCounter)) ? core : null;
        _passingAt = core.ProgramCounter;
    }

    /// <summary>Ends the round that is under way: with a reset core 0 begins.</summary>
    public void Reset()
    {
        _scheduler.Clock.Now = _rounds.Latest(_scheduler.Clock.Now);
        _rounds.Close();
        _passing = null;
    }

    public void Save(StateWriter to)
    {
        to.Write(Retired);
        _rounds.Save(to);
    }

    public void Restore(StateReader from)
    {
        Retired = from.ReadUInt64();
        _rounds.Restore(from, _cores.Count);
        _passing = null;
    }

    /// <summary>Memory was stored to by somebody who is no core: blocks decoded from it and exclusive monitors on it are gone.</summary>
    public unsafe void ForeignWrite(Ram ram, ulong offset, int length)
    {
        Blocks.ForeignWrite(ram, offset, length);
        ulong first = (ulong)ram.Host + offset;
        foreach (Core core in _cores)
        {
            CpuState* state = core.State;
            bool lost = state->ExclusivePlace < first + (ulong)length && first < state->ExclusivePlace + (ulong)state->ExclusiveBytes;
            state->ExclusiveValid &= !lost;
        }
    }

    public void Dispose()
    {
        foreach (Core core in _cores)
        {
            core.Dispose();
        }

        Translator?.Dispose();
        Blocks.Dispose();
    }

    private bool StandsAtAccess(Core core) =>
        Debug.Stop == DebugStopKind.Watchpoint && core.Configuration.Index == Debug.StopCore && core.ProgramCounter == Debug.StopPc;

    private static ulong Add(ulong a, ulong b) => a + b < a ? ulong.MaxValue : a + b;

    private void SleepUntilAwake(Core core)
    {
        core.CheckWake();
        while (core.Waiting != WaitKind.None && _scheduler.Next != Scheduler.Never && !_stopRequested)
        {
            _scheduler.Clock.Now = Math.Max(_scheduler.Clock.Now, _scheduler.Next);
            _scheduler.RunDue();
            core.CheckWake();
        }
    }

    private bool AnyActive()
    {
        foreach (Core core in _cores)
        {
            core.CheckWake();
            if (core.IsActive)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A core alone needs no turns; cores that all wait sleep until the next event.</summary>
    private void OpenRound()
    {
        ulong now = _scheduler.Clock.Now;
        ulong end = IsAlone ? ulong.MaxValue : AnyActive() ? Add(now, Quantum) : Math.Max(_scheduler.Next, now + 1);
        _rounds.Open(now, end, turn: 0);
        BeginTurn(_cores[0], !IsAlone);
    }

    private static void BeginTurn(Core core, bool othersRan)
    {
        core.DropExclusive(othersRan);
        core.System.Performance.TurnBegins();
        core.System.Timer.TurnBegins();
    }

    /// <summary>Hands over to the next core if the turn is over.</summary>
    private void EndTurn()
    {
        VirtualClock clock = _scheduler.Clock;
        if (clock.Now < _rounds.End)
        {
            return;
        }

        _rounds.Next();
        if (_rounds.Turn == _cores.Count)
        {
            clock.Now = _rounds.End;
            _rounds.Close();
            return;
        }

        clock.Now = _rounds.Start;
        BeginTurn(_cores[_rounds.Turn], othersRan: true);
    }

    /// <summary>Gives the debugger's choice a turn, at a time that no core has passed. Others may lose what they had left of theirs.</summary>
    private void GiveTurn(Core core)
    {
        if (IsAlone && !_rounds.IsOpen)
        {
            OpenRound();
        }

        int index = core.Configuration.Index;
        VirtualClock clock = _scheduler.Clock;
        bool hasTurn = _rounds.IsOpen && _rounds.Turn == index;
        if (!hasTurn || clock.Now >= _rounds.End)
        {
            clock.Now = _rounds.Latest(clock.Now);
            _rounds.Open(clock.Now, Add(clock.Now, Quantum), index);
            BeginTurn(core, !hasTurn);
        }
    }

    private void RunTurn(Core core)
    {
        VirtualClock clock = _scheduler.Clock;
        Current = core;
        while (clock.Now < _rounds.End && _budget > 0 && Retired < _lastRetired)
        {
            _scheduler.RunDue();
            Prepare(core);
            if (MustStop)
            {
                break;
            }

            ulong span = Math.Min(Math.Min(_rounds.End, _scheduler.Next) - clock.Now, _budget);
            if (core.IsActive)
            {
                ulong retired = Execute(core, Math.Min(span, _lastRetired - Retired));
                Retired += retired;
                _budget -= Math.Min(retired, _budget);
            }
            else if (IsAlone && _scheduler.Next == Scheduler.Never)
            {
                break;
            }
            else
            {
                clock.Now += span;
                _budget -= span;
            }
        }

        Current = null;
    }

    private ulong Execute(Core core, ulong most)
    {
        if (core != _passing)
        {
            if (!core.Followed)
            {
                return core.Stepping ? core.RunStep() : core.Run(most);
            }

            ulong moved = core.Stepping ? core.RunStep() : core.Run(1);
            TellOfMove(core, moved);
            return moved;
        }

        Debug.Passing = core.ProgramCounter == _passingAt;
        _passing = null;
        ulong retired = core.Stepping ? core.RunStep() : core.Run(1);
        Debug.Passing = false;
        TellOfMove(core, retired);
        return retired;
    }

    private void TellOfMove(Core core, ulong retired)
    {
        if (core.Followed && retired > 0)
        {
            Debug.Moved?.Invoke(core);
        }
    }

    /// <summary>What must be looked at between two blocks: illegal state, interrupts, waking.</summary>
    private static void Prepare(Core core)
    {
        core.CheckWake();
        if (core.IsActive && core.TakeAttention())
        {
            core.EnterPendingExceptions();
        }
    }
}
