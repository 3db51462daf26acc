using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Network;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Debug.Watches;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Machine.Debug.Tracing;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.Machine.Debug;

/// <summary>
/// The only public door of a machine: create one, let it run, stop it, look at it, change it. May be called from any
/// thread; one thread at a time has the machine, and looking leaves no trace in it.
/// </summary>
public sealed class MachineDebugPort : IDisposable
{
    private readonly Boards.Machine _machine;
    private readonly MachineThread _thread;
    private readonly MachineRegisters _registers;
    private readonly MachineSnapshots _snapshots;
    private readonly MachinePci _pci;
    private readonly MachineRun _run;

    private MachineDebugPort(Boards.Machine machine, SerialTail serial)
    {
        _machine = machine;
        _registers = new MachineRegisters();
        _snapshots = new MachineSnapshots(machine);
        _pci = new MachinePci(machine);
        MemoryMap = DebugMemory.MapOf(machine.Bus);
        _run = new MachineRun(machine, Moved);
        _thread = _run.Worker;
        ExceptionListeners listeners = new(machine.Cores);
        Inspection = new MachineInspection(machine, _thread, serial, listeners);
        _run.Inspection = Inspection;
        Watches = new MachineWatches(machine, _thread);
        Worlds = new MachineWorlds(machine, _thread, _registers, listeners);
        Tracing = new MachineTracing(machine, _thread, _registers, listeners);
    }

    /// <summary>Names of all boards.</summary>
    public static IReadOnlyList<string> BoardNames => [.. All.Boards.Select(b => b.Name)];

    /// <summary>The PCI devices there are, or the keys of one, a line each.</summary>
    /// <param name="kind">Null for all devices.</param>
    /// <exception cref="PciDeviceException">There is no such kind; the message is for the user.</exception>
    public static IReadOnlyList<string> DescribePciDevices(string? kind) => PciDevices.Describe(kind);

    /// <inheritdoc cref="PciDevices.BackendOf"/>
    public static BackendKind PciBackendOf(string kind) => PciDevices.BackendOf(kind);

    public int CpuCount => _machine.Cluster.Cores.Count;

    /// <summary>Every register, general ones first, then FP and SIMD, then system registers; the same for all cores.</summary>
    public IReadOnlyList<MachineRegister> Registers => _registers.List;

    /// <summary>The physical memory map by rising address.</summary>
    public IReadOnlyList<MapEntry> MemoryMap { get; }

    /// <summary>The device tree blob that the guest gets; empty where there is none.</summary>
    public ReadOnlyMemory<byte> DeviceTree => _machine.DeviceTree;

    /// <summary>What a hypervisor's author asks about the machine, beside registers and memory.</summary>
    public MachineInspection Inspection { get; }

    /// <summary>Watches of physical memory, whoever touches it.</summary>
    public MachineWatches Watches { get; }

    /// <summary>The hypervisor's world and the guests'.</summary>
    public MachineWorlds Worlds { get; }

    /// <summary>What can be told of a machine while it runs, without a stop.</summary>
    public MachineTracing Tracing { get; }

    /// <summary>Instructions retired by all cores.</summary>
    public ulong Instructions => Ask(() => _machine.Cluster.Retired);

    /// <summary>Virtual nanoseconds since the machine was made.</summary>
    public ulong VirtualNanoseconds => Ask(() => _machine.Clock.Now);

    /// <summary>Instructions after which the machine stops by itself; null for no limit. Exact to the instruction.</summary>
    public ulong? InstructionLimit
    {
        get => _run.InstructionLimit;
        set => _run.InstructionLimit = value;
    }

    /// <summary>Stop with <see cref="MachineStopKind.Stuck"/> when nothing in the machine will ever wake a core; else wait for input from outside.</summary>
    public bool StopsWhenStuck
    {
        get => _run.StopsWhenStuck;
        set
        {
            _run.StopsWhenStuck = value;
            _thread.Post(() => _machine.Console?.InputEnded = value);
        }
    }

    /// <summary>A reset that the guest asks for is given at once and the run goes on; else the machine stops with <see cref="MachineStopKind.Reset"/>.</summary>
    public bool GivesResets
    {
        get => _run.GivesResets;
        set => _run.GivesResets = value;
    }

    /// <summary>Called on the machine thread after each slice with the virtual time, to throttle a run to real time.</summary>
    public Action<ulong>? AfterSlice
    {
        get => _run.AfterSlice;
        set => _run.AfterSlice = value;
    }

    /// <summary>Whether a file begins as a snapshot does, of whatever format and machine.</summary>
    public static bool IsSnapshot(string path) => MachineSnapshots.IsSnapshot(path);

    /// <summary>Builds a machine that stands still at its first instruction.</summary>
    /// <param name="configuration">What to build.</param>
    /// <param name="serialOutput">Gets each byte that the guest's console sends, on the machine thread.</param>
    /// <param name="secureSerialOutput">The same for the Secure UART of a board with EL3; null for nobody.</param>
    /// <exception cref="MachineConfigurationException">The configuration cannot be built; the message is for the user.</exception>
    public static MachineDebugPort Create(
        MachineConfiguration configuration, Action<byte> serialOutput, Action<byte>? secureSerialOutput = null)
    {
        SerialTail serial = new(serialOutput);
        return new(MachineFactory.Create(configuration, serial.Take, secureSerialOutput), serial);
    }

    /// <summary>
    /// Lets the cores run, one action for each. Returns at once; <paramref name="onStop"/> is called once, on the machine
    /// thread or, for a short step, within this call, when the machine stands still again. Only while it stands still.
    /// </summary>
    /// <param name="actions">One for each core. Where one steps, only that one moves.</param>
    /// <param name="onStop">Told of the stop.</param>
    /// <param name="step">How it steps.</param>
    public void Resume(IReadOnlyList<CoreAction> actions, Action<MachineStop> onStop, StepMode step = default) => _run.Resume(actions, onStop, step);

    /// <summary>Asks a running machine to stop soon; does nothing to one that stands still.</summary>
    public void RequestStop() => _run.RequestStop();

    /// <summary>Resets the machine as its reset button would: images loaded again, cores at their start. Only while it stands still.</summary>
    public void Reset() => _thread.Invoke(() =>
    {
        _machine.Reset();
        Moved();
    });

    /// <summary>How far the machine is, and the hash of its state.</summary>
    public MachineState State => Ask(() => _snapshots.State);

    /// <summary>
    /// Saves everything that decides how the run goes on. Breakpoints, and console input that the guest has no room for
    /// yet, are outside the machine and stay where they are.
    /// </summary>
    /// <exception cref="SnapshotException">The stream cannot be written.</exception>
    public void Save(Stream into) => ThrowIf(Ask(() => _snapshots.Save(into)));

    /// <summary>Puts saved state in the place of the present one. Only while the machine stands still.</summary>
    /// <param name="from">A stream that can seek.</param>
    /// <exception cref="SnapshotException">Refused: not a snapshot, damaged, or of another kind of machine. The machine is as it was.</exception>
    public void Restore(Stream from) => ThrowIf(Ask(() =>
    {
        SnapshotException? problem = _snapshots.Restore(from);
        Moved();
        return problem;
    }));

    /// <summary>A line about what a core is doing: level, power, waiting.</summary>
    public string DescribeCore(int cpu) => Ask(() => MachineRegisters.Describe(CoreAt(cpu)));

    /// <summary>Reads a register into bytes, lowest first, without side effects; false where it cannot be shown.</summary>
    public bool TryReadRegister(int cpu, MachineRegister register, Span<byte> value)
    {
        if (_thread.TryEnter())
        {
            try
            {
                return _registers.TryRead(CoreAt(cpu), register, value);
            }
            finally
            {
                _thread.Exit();
            }
        }

        return TryReadRegisterLater(cpu, register, value);
    }

    // Apart from the way above, as the like below: what a lambda keeps is allocated where its method begins.
    private bool TryReadRegisterLater(int cpu, MachineRegister register, Span<byte> value)
    {
        byte[] bytes = new byte[(register.Bits + 7) / 8];
        bool done = Ask(() => _registers.TryRead(CoreAt(cpu), register, bytes));
        bytes.AsSpan(0, Math.Min(bytes.Length, value.Length)).CopyTo(value);
        return done;
    }

    /// <summary>
    /// Reads several registers in one visit to the machine, one behind the other into <paramref name="values"/>;
    /// <paramref name="readable"/> says which of them could be shown.
    /// </summary>
    public void ReadRegisters(int cpu, MachineRegister[] registers, Span<byte> values, Span<bool> readable)
    {
        if (_thread.TryEnter())
        {
            try
            {
                ReadHere(cpu, registers, values, readable);
                return;
            }
            finally
            {
                _thread.Exit();
            }
        }

        ReadRegistersLater(cpu, registers, values, readable);
    }

    private void ReadRegistersLater(int cpu, MachineRegister[] registers, Span<byte> values, Span<bool> readable)
    {
        byte[] bytes = new byte[values.Length];
        bool[] shown = new bool[registers.Length];
        _thread.Invoke(() => ReadHere(cpu, registers, bytes, shown));
        bytes.CopyTo(values);
        shown.CopyTo(readable);
    }

    /// <summary>
    /// Writes a register as MSR would, traps aside. Null when it holds the value now; else why it does not: it was not written, or not all of
    /// its bits can be set.
    /// </summary>
    public string? WriteRegister(int cpu, MachineRegister register, ReadOnlySpan<byte> value)
    {
        byte[] bytes = value.ToArray();
        return Ask(() => _registers.Write(CoreAt(cpu), register, bytes));
    }

    /// <summary>Reads memory from the start as far as it answers; gives the number of bytes read.</summary>
    public int ReadMemory(int cpu, MemorySpace space, ulong address, Span<byte> into)
    {
        if (_thread.TryEnter())
        {
            try
            {
                return DebugMemory.Read(CoreAt(cpu), space, address, into);
            }
            finally
            {
                _thread.Exit();
            }
        }

        return ReadMemoryLater(cpu, space, address, into);
    }

    private int ReadMemoryLater(int cpu, MemorySpace space, ulong address, Span<byte> into)
    {
        byte[] bytes = new byte[into.Length];
        int count = Ask(() => DebugMemory.Read(CoreAt(cpu), space, address, bytes));
        bytes.AsSpan(0, count).CopyTo(into);
        return count;
    }

    /// <summary>Writes RAM (and ROM) through translation; all bytes or none.</summary>
    public bool TryWriteMemory(int cpu, MemorySpace space, ulong address, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        return Ask(() => DebugMemory.TryWrite(CoreAt(cpu), space, address, copy));
    }

    /// <summary>Sets a breakpoint at a virtual address, on all cores and levels. Guest memory does not change.</summary>
    public void AddBreakpoint(ulong address) => _thread.Invoke(() => _machine.Cluster.Debug.AddBreakpoint(address));

    /// <summary>
    /// Gives a breakpoint a condition, or takes it away with null. It is asked on the machine's thread, each time a core is there, before the
    /// instruction; where it answers false the core goes on at once.
    /// </summary>
    public void SetCondition(ulong address, Func<CoreAtBreakpoint, bool>? stops)
    {
        CoreAtBreakpoint[] each = [.. _machine.Cluster.Cores.Select(c => new CoreAtBreakpoint(c, _registers))];
        _thread.Invoke(() => _machine.Cluster.Debug.SetCondition(address, stops is null ? null : core => stops(each[core.Configuration.Index])));
    }

    /// <summary>Takes a breakpoint away; false if there was none.</summary>
    public bool RemoveBreakpoint(ulong address) => Ask(() => _machine.Cluster.Debug.RemoveBreakpoint(address));

    /// <summary>Watches a range of virtual addresses, on all cores and levels, or of one world.</summary>
    public void AddWatchpoint(ulong address, ulong length, WatchAccess access, World? of = null) =>
        _thread.Invoke(() => _machine.Cluster.Debug.AddWatchpoint(new Watchpoint(address, length, (WatchKind)access, of?.Number)));

    /// <summary>Takes a watchpoint away; false if there was none like this.</summary>
    public bool RemoveWatchpoint(ulong address, ulong length, WatchAccess access, World? of = null) =>
        Ask(() => _machine.Cluster.Debug.RemoveWatchpoint(new Watchpoint(address, length, (WatchKind)access, of?.Number)));

    /// <summary>
    /// Explains the translation of an address: every descriptor, what came out, or what was in the way. Space
    /// <see cref="MemorySpace.Physical"/> has no translation and is refused.
    /// </summary>
    /// <param name="unprivileged">For the EL1&amp;0 regime: an access from EL0. Null: as the core runs.</param>
    public TranslationReport Explain(int cpu, MemorySpace space, ulong address, TranslationAccess access, bool? unprivileged = null) =>
        Ask(() => TranslationExplainer.Explain(CoreAt(cpu), _machine.Bus, space, address, access, unprivileged));

    /// <inheritdoc cref="MachinePci.Add"/>
    public string? AddPciDevice(PciDeviceRequest request) => Ask(() => _pci.Add(request));

    /// <inheritdoc cref="MachinePci.Remove"/>
    public string? RemovePciDevice(string id) => Ask(() => _pci.Remove(id));

    /// <inheritdoc cref="MachinePci.Inject"/>
    public string? InjectPciError(string id, string error, IReadOnlyList<uint> header) => Ask(() => _pci.Inject(id, error, header));

    /// <inheritdoc cref="MachinePci.Send"/>
    public IReadOnlyList<string> SendPciRequest(string id, string operation, ulong address, byte[] data, ushort? forged) =>
        Ask(() => _pci.Send(id, operation, address, data, forged));

    /// <summary>Answers a question about the SMMU in lines; a question that cannot be answered gets a line that says why.</summary>
    public IReadOnlyList<string> AskSmmu(SmmuQuestion question) => Ask(() => SmmuTopics.Answer(_machine, question));

    /// <inheritdoc cref="DmaExplainer.Explain"/>
    public IReadOnlyList<string> ExplainDma(ushort requester, ulong address, bool isWrite, uint? pasid) =>
        Ask(() => DmaExplainer.Explain(_machine, requester, address, isWrite, pasid));

    /// <summary>Sends bytes to the guest's console, in order; what does not fit the UART waits outside the machine.</summary>
    public void SendSerial(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        _thread.Post(() =>
        {
            _machine.Console?.Receive(copy);
        });
    }

    /// <summary>How many of the bytes sent wait outside the machine because the UART has no room.</summary>
    public int SerialBacklog => Ask(() => _machine.Console?.Waiting ?? 0);

    /// <summary>Ways into the machine's devices beside the console, in the order in which the configuration names the devices.</summary>
    public int LineCount => _machine.Ways.Lines.Count;

    /// <summary>
    /// Somebody outside can still send by a way that is not the console: a machine that waits is not stuck.
    /// </summary>
    public bool AwaitsOthers
    {
        get => _run.AwaitsOthers;
        set => _run.AwaitsOthers = value;
    }

    /// <summary>Called on the machine's thread with what a driver did that made a device refuse it or stop.</summary>
    public Action<string, string>? DeviceProblem
    {
        get => _machine.Events.ProblemObserver;
        set => _machine.Events.ProblemObserver = value;
    }

    /// <summary>Sends bytes by one of the ways into devices; what does not fit waits outside the machine.</summary>
    public void SendToLine(int line, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        _thread.Post(() => _machine.Ways.Lines[line]?.Receive(copy));
    }

    /// <summary>Tells one of the networks behind cards what the host has to say, between two slices.</summary>
    public void TellNetwork(int network, HostNetworkEvent happened) => _thread.Post(() => _machine.Ways.Networks[network]?.Hear(happened));

    /// <summary>How many of the bytes sent to a line wait outside the machine.</summary>
    public int LineBacklog(int line) => Ask(() => _machine.Ways.Lines[line]?.Waiting ?? 0);

    public void Dispose()
    {
        _run.Dispose();
        _machine.Dispose();
    }

    private static void ThrowIf(SnapshotException? problem)
    {
        if (problem is not null)
        {
            throw problem;
        }
    }

    private void Moved()
    {
        Inspection.Moved();
        Worlds.Forget();
        _machine.Cluster.Debug.ForgetVisits();
    }

    private void ReadHere(int cpu, MachineRegister[] registers, Span<byte> values, Span<bool> readable)
    {
        Core core = CoreAt(cpu);
        int at = 0;
        for (int index = 0; index < registers.Length; index++)
        {
            int size = registers[index].Bits / 8;
            readable[index] = _registers.TryRead(core, registers[index], values.Slice(at, size));
            at += size;
        }
    }

    private Core CoreAt(int cpu) => _machine.Cluster.Cores[cpu];

    private T Ask<T>(Func<T> question)
    {
        T? answer = default;
        _thread.Invoke(() => answer = question());
        return answer!;
    }
}
