using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Cpu.Translate;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Cpu;

/// <summary>What a core is built with; fixed for its life.</summary>
/// <param name="Index">Number of the core, 0 first.</param>
/// <param name="CoreCount">Cores in the cluster.</param>
/// <param name="HasEl2">EL2 is implemented.</param>
/// <param name="HasEl3">EL3 is implemented.</param>
/// <param name="HasGicV3">The CPU interface of the GIC is system registers.</param>
internal sealed record CoreConfiguration(int Index, int CoreCount, bool HasEl2, bool HasEl3, bool HasGicV3 = false)
{
    /// <summary>As many as one SGI of a GICv3 can name.</summary>
    private const int ClusterSize = 16;

    /// <summary>MPIDR_EL1.Aff1 and Aff0, as on QEMU's virt.</summary>
    public uint Affinity => AffinityOf(Index);

    public static uint AffinityOf(int index) => (uint)(index / ClusterSize << 8 | index % ClusterSize);
}

/// <summary>The parts that give a core's state its architectural meaning. A test may put its own in their place.</summary>
internal sealed record CoreParts(
    ICore Calls, IAddressTranslation Translation, ITranslationView TranslationView, IExceptionEntry Exceptions);

/// <summary>What a core waits for, if it waits.</summary>
internal enum WaitKind
{
    None,

    /// <summary>WFI: an interrupt.</summary>
    Interrupt,

    /// <summary>WFE: an event or an interrupt.</summary>
    Event,

    /// <summary>A semihosting call: console input. No interrupt ends it, as none would be taken by a core under a debugger.</summary>
    ConsoleInput,
}

/// <summary>One Cortex-A53 core: its state and the parts that give the state a meaning.</summary>
internal sealed unsafe class Core : IDisposable
{
    [NotState("the host's")]
    private GCHandle _self;

    /// <summary>Saved by the PMU, which counts from it.</summary>
    private ulong _executed;

    [NotState("of one call of Run")]
    private ulong _runStart;


    [NotState("the host's")]
    private bool _disposed;

    public Core(CoreConfiguration configuration, PhysicalBus bus, Cluster cluster, Scheduler scheduler, Func<Core, CoreParts> parts)
    {
        Configuration = configuration;
        Bus = bus;
        Cluster = cluster;
        Scheduler = scheduler;
        State = AllocateState();
        _self = GCHandle.Alloc(this);
        State->CoreHandle = GCHandle.ToIntPtr(_self);
        Pages = new FastTlbs(State);
        Memory = new MemoryAccess(this, cluster.Blocks);
        Interpreter = new InterpreterLoop(this, cluster.Blocks);
        Engine = cluster.Translator is null ? Interpreter : new TranslatorLoop(this, Interpreter, cluster.Translator);
        System = new SystemLevel(this);
        CoreParts made = parts(this);
        Calls = made.Calls;
        Translation = made.Translation;
        TranslationView = made.TranslationView;
        Exceptions = made.Exceptions;
        cluster.Add(this);
    }

    ~Core()
    {
        Release();
    }

    public CoreConfiguration Configuration { get; }

    public PhysicalBus Bus { get; }

    /// <summary>All cores of the machine.</summary>
    public Cluster Cluster { get; }

    public Scheduler Scheduler { get; }

    /// <summary>The state that engines work on, in native memory.</summary>
    public CpuState* State { get; }

    public SysRegFile Regs { get; } = new();

    /// <summary>The pages that loads and stores reach without asking.</summary>
    public FastTlbs Pages { get; }

    /// <summary>Slow loads and stores.</summary>
    public MemoryAccess Memory { get; }

    /// <summary>The interpreter: always there, for single steps and for what the engine leaves to it.</summary>
    public InterpreterLoop Interpreter { get; }

    /// <summary>What executes instructions when there are many: the translator, or the interpreter.</summary>
    public IExecutionEngine Engine { get; }

    public IFastTlb FastTlb => Interpreter;

    /// <summary>The external debugger's stops.</summary>
    public DebugStops Debugger => Cluster.Debug;

    /// <summary>Exceptions, system registers, interrupt inputs, timers and what else belongs to them.</summary>
    public SystemLevel System { get; }

    /// <summary>What instructions ask of the core.</summary>
    public ICore Calls { get; }

    public IAddressTranslation Translation { get; }

    /// <summary>Translation for those who look on.</summary>
    public ITranslationView TranslationView { get; }

    public IExceptionEntry Exceptions { get; }

    /// <summary>Switched off by PSCI, or not switched on yet.</summary>
    public bool PoweredOff
    {
        get;
        set
        {
            field = value;
            RequestAttention();
        }
    }

    /// <summary>What WFI or WFE wait for.</summary>
    public WaitKind Waiting
    {
        get;
        set
        {
            field = value;
            RequestAttention();
        }
    }

    /// <summary>The event register of SEV, SEVL and WFE.</summary>
    public bool EventRegister { get; set; }

    /// <summary>Kept where it is by the debugger while others run.</summary>
    [field: NotState("the debugger's")]
    public bool Held { get; set; }

    /// <summary>Runs instruction by instruction, and <see cref="DebugStops.Moved"/> is told of each: a tracepoint wants it.</summary>
    [field: NotState("the debugger's")]
    public bool Followed { get; set; }

    /// <summary>Executes instructions when given time.</summary>
    public bool IsActive => !PoweredOff && !Held && Waiting == WaitKind.None;

    public ulong ProgramCounter => State->Pc;

    /// <summary>The engine is at work; the clock then shows the time at which the present instruction began.</summary>
    [field: NotState("set while the engine runs")]
    public bool IsRunning { get; private set; }

    /// <summary>Instructions that this core has attempted since it was made, without the present one: the virtual time it has run.</summary>
    public ulong Attempted
    {
        get => _executed + AttemptedNow;
        set => _executed = value;
    }

    /// <summary>Those of them that are of the engine's present run.</summary>
    public ulong AttemptedNow => IsRunning ? Scheduler.Clock.Now - _runStart : 0;

    /// <summary>Sets virtual time to that of an instruction of the running block, for whoever reads the clock or arms an event.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SynchronizeClock(in Instruction i)
    {
        Scheduler.Clock.Now = State->BlockTime + i.Index;
        State->Current = (Instruction*)Unsafe.AsPointer(ref Unsafe.AsRef(in i));
    }

    /// <summary>The address of the instruction that a device is being accessed by; for use while it is.</summary>
    public ulong AccessPc => State->Current is null ? State->Pc : State->BlockPc + ((ulong)State->Current->Index << 2);

    /// <summary>
    /// Makes the engine come back to the run loop after the present instruction, wherever in its block that is: what
    /// the guest sees must not depend on how its code was cut into blocks.
    /// </summary>
    public void RequestAttention()
    {
        State->Attention |= 1;
        if (State->Current is not null)
        {
            State->BlockEnd = State->Current + 1;
        }
    }

    /// <summary>An event for WFE has come from another core or from a device.</summary>
    public void ReceiveEvent()
    {
        EventRegister = true;
        RequestAttention();
    }

    /// <summary>Reads and clears the wish for attention.</summary>
    public bool TakeAttention()
    {
        bool wanted = State->Attention != 0;
        State->Attention = 0;
        return wanted;
    }

    /// <summary>Ends WFI or WFE if what they wait for has come.</summary>
    public void CheckWake()
    {
        bool wakes = Waiting switch
        {
            WaitKind.Interrupt => Exceptions.WakesFromWfi,
            WaitKind.Event => EventRegister || Exceptions.WakesFromWfi,
            WaitKind.ConsoleInput => System.Semihosting is null || System.Semihosting.InputReady,
            _ => false,
        };
        if (wakes)
        {
            if (Waiting == WaitKind.Event)
            {
                EventRegister = false;
            }

            Waiting = WaitKind.None;
            RequestAttention();
        }
    }

    /// <summary>The guest's own software step is on: instructions run one at a time.</summary>
    [field: NotState("computed before the next instruction")]
    public bool Stepping { get; private set; }

    /// <summary>Takes what is pending between two instructions: software step, interrupts, what the state itself raises.</summary>
    /// <param name="withInterrupts">False while a debugger steps: interrupts wait.</param>
    public void EnterPendingExceptions(bool withInterrupts = true)
    {
        if (System.Debug.StepPending)
        {
            System.Debug.TakeStep();
        }
        else if (!withInterrupts || !Exceptions.TakePendingInterrupt())
        {
            EnterInsteadOfInstruction();
        }

        Stepping = System.Debug.StepEnabled;
    }

    /// <summary>Runs one instruction under software step; what follows is the step exception, unless it was an exception return.</summary>
    public ulong RunStep()
    {
        const uint Eret = 0xd69f_03e0;
        uint word = WordAtPc();
        ulong retired = RunInterpreted(1);
        if (retired != 0 && word != Eret && System.Debug.StepEnabled)
        {
            System.Debug.Stepped(IsLoadExclusive(word));
        }

        RequestAttention();
        return retired;
    }

    /// <summary>Executes at most this many instructions and gives the virtual time that took, in nanoseconds.</summary>
    public ulong Run(ulong budget) => Run(Engine, budget);

    /// <summary>As <see cref="Run(ulong)"/>, one instruction after the other by the interpreter: for single steps.</summary>
    public ulong RunInterpreted(ulong budget) => Run(Interpreter, budget);

    /// <summary>
    /// A breakpoint takes the core away from its next instruction: the debugger's stops it, the guest's own is taken as
    /// an exception. The engine asks where a block is guarded.
    /// </summary>
    public bool StopsAt(ulong pc)
    {
        // What a condition reads of the core, it reads at this instruction.
        Scheduler.Clock.Now = State->BlockTime;
        if (Debugger.Visit(this, pc) || Debugger.StopsAt(this, pc))
        {
            return true;
        }

        return System.Debug.TakeBreakpoint(pc);
    }

    /// <summary>
    /// Raises the data abort or watchpoint exception that memory access has recorded. False if it was the debugger's
    /// watchpoint: then nothing has happened to the guest.
    /// </summary>
    public bool TakeDataFault()
    {
        PendingFault pending = Memory.Fault;
        if (pending.Fault.Kind == FaultKind.Watchpoint)
        {
            RequestAttention();
            return false;
        }

        Exceptions.DataAbort(pending.Fault, pending.Address, pending.Type, pending.Word);
        return true;
    }

    /// <summary>
    /// Clears the exclusive monitor at the start of a turn: other cores may have stored to the place meanwhile.
    /// </summary>
    public void DropExclusive(bool othersRan)
    {
        if (othersRan)
        {
            State->ExclusiveValid = false;
        }
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>LDXR, LDAXR, LDXP, LDAXP and their narrow forms.</summary>
    private static bool IsLoadExclusive(uint word) => (word & 0x3fc0_0000) == 0x0840_0000;

    /// <summary>
    /// Takes an exception that the state raises whatever the next instruction is: a breakpoint on the context, or the
    /// Illegal Execution state. If the instruction cannot even be fetched, that comes first.
    /// </summary>
    private void EnterInsteadOfInstruction()
    {
        if (!State->IllegalState && !System.Debug.MatchContext)
        {
            return;
        }

        Translation place = Translation.Translate(State->Pc, AccessType.Fetch, State->El);
        bool fetched = (State->Pc & 3) == 0 && !place.Fault.Happened && Bus.Find(new PhysicalAddress(place.Physical))?.Ram is not null;
        if (!fetched)
        {
            // The engine must not find it in what it has kept either.
            FastTlb.Flush();
        }
        else if (!System.Debug.TakeBreakpoint(State->Pc) && State->IllegalState)
        {
            Exceptions.IllegalState();
        }
    }

    private ulong Run(IExecutionEngine engine, ulong budget)
    {
        _runStart = Scheduler.Clock.Now;
        IsRunning = true;
        ulong executed = engine.Run(budget);
        IsRunning = false;
        _executed += executed;
        return executed;
    }

    private uint WordAtPc()
    {
        Translation t = TranslationView.Look(State->Pc, AccessType.Fetch, State->El);
        Span<byte> bytes = stackalloc byte[4];
        return !t.Fault.Happened && Bus.TryPeek(new PhysicalAddress(t.Physical), bytes) ? BitConverter.ToUInt32(bytes) : 0;
    }

    private static CpuState* AllocateState()
    {
        // Away from page starts: the hot fields must not share cache sets with the pages a guest touches most.
        const int OffsetInPage = 0x440;
        nuint bytes = (nuint)(sizeof(CpuState) + OffsetInPage);
        byte* block = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(block, bytes);
        CpuState* state = (CpuState*)(block + OffsetInPage);
        state->FastTlbs = FastTlbs.Allocate();
        state->FastTlb = state->FastTlbs;
        state->UnprivilegedTlb = state->FastTlbs;
        return state;
    }

    private void Release()
    {
        if (!_disposed)
        {
            _disposed = true;
            (Engine as IDisposable)?.Dispose();
            _self.Free();
            FastTlbs.Free(State->FastTlbs);
            NativeMemory.AlignedFree((void*)((nint)State & ~4095));
        }
    }
}
