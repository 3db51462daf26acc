using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Monitor.Watches;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Symbols;
using GdbHost.GdbStub.Worlds;
using GdbHost.GdbStub.Tracing;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Watches;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Machine.Network;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// The machine as a debuggee. The only file that speaks both languages: gdb's, in the capability interfaces, and the
/// machine's, in <see cref="MachineDebugPort"/>.
/// </summary>
internal sealed class MachineTarget
    : ITarget, IBreakpoints, IMemoryMap, ITranslation, ISnapshots, IPublishedFiles, IRestart, IPciDevices, IInspected, IWorlds, IWatches,
        ITraced, IDescribed,
        IDisposable
{
    private const int MostSerialBacklog = 4096;
    private const int MostLists = 4;
    private const int SerialPauseMilliseconds = 5;

    private readonly MachineDebugPort _port;
    private readonly MachineBreakpoints _breakpoints;
    private readonly MachineRegister[] _registers;

    // Replaced whole, for sessions on several threads.
    private (IReadOnlyList<RegisterDescription> List, MachineRegister[] Registers)[] _lists = [];

    private readonly GuestEnding _ending;

    // Of the newest resume; there is no other before its stop.
    private readonly CoreAction[] _actions;
    private Action<TargetStop>? _stopped;
    private Action<MachineStop>? _onStop;

    private MachineTarget(MachineDebugPort port, GuestEnding ending, MachineConfiguration configuration, IReadOnlyList<SymbolLibrary> symbols)
    {
        _port = port;
        _ending = ending;
        _actions = new CoreAction[port.CpuCount];
        (RegisterDescription Description, MachineRegister Register)[] registers =
            [.. port.Registers.SelectMany(r => MachineRegisterNames.Of(r).Select(d => (d, r))).OrderBy(r => r.d.Group)];
        Registers = [.. registers.Select((r, number) => r.Description with { Number = number })];
        _registers = [.. registers.Select(r => r.Register)];
        Tracer = new Tracer(new MachineTraceSource(port, _registers), Registers);
        _breakpoints = new MachineBreakpoints(port, _registers, Tracer.Variables);
        MemoryRegions = [.. port.MemoryMap.Select(e => new MemoryRegion(e.Start, e.Size, e.Kind, e.Name))];
        Files =
        [
            new PublishedFile("device-tree.dtb", () => port.DeviceTree.ToArray()),
            new PublishedFile("memory-map.txt", () => Encoding.ASCII.GetBytes(string.Concat(MemoryRegions.Select(
                r => $"0x{r.Start:x16} 0x{r.Last:x16} {r.Kind} {r.Name}\n")))),
            new PublishedFile(TrapFacts.FileName, () => TrapFacts.Lines(port.Inspection.ReadTraps(int.MaxValue).Traps)),
            new PublishedFile(TrapTimeline.FileName, () => TrapTimeline.Of(port.Inspection.ReadTraps(int.MaxValue).Traps)),
            .. ProgramsOf(configuration).Select(static f => new PublishedFile(Path.GetFileName(f.Name), () => f.Bytes)),
            .. symbols.Select(static f => new PublishedFile(f.Name.TrimStart('/'), () => f.Bytes)),
        ];
        Libraries = [.. symbols.Select(static f => f.Library)];
        Program = Path.GetFileName(configuration.FirstProgram?.Name);
    }

    public string Architecture => "aarch64";

    public int CpuCount => _port.CpuCount;

    public MachineInspection Inspection => _port.Inspection;

    public MachineWorlds Worlds => _port.Worlds;

    public MachineWatches Watches => _port.Watches;

    /// <summary>Set once it is known what the user has typed.</summary>
    public RunDescription Description { get; set; } = RunDescription.Nothing;

    public Tracer Tracer { get; }

    /// <summary>Instructions that all vCPUs have retired.</summary>
    public ulong Instructions => _port.Instructions;

    public TargetState State
    {
        get
        {
            MachineState state = _port.State;
            return new TargetState(state.Instructions, state.VirtualNanoseconds, state.Hash);
        }
    }

    public IReadOnlyList<RegisterDescription> Registers { get; }

    public IReadOnlyList<MemoryRegion> MemoryRegions { get; }

    public IReadOnlyList<PublishedFile> Files { get; }

    public string? Program { get; }

    public IReadOnlyList<XmlLibrary> Libraries { get; }

    /// <summary>Builds the machine, which stands still at its first instruction.</summary>
    /// <param name="serialOutput">Gets each byte that the guest prints, on the machine's thread.</param>
    /// <param name="ending">What becomes of a guest that wants to end.</param>
    /// <param name="instructionLimit">Instructions after which the machine stops, or null.</param>
    /// <param name="afterSlice">Called on the machine's thread with the virtual time, or null.</param>
    /// <param name="secureSerialOutput">Gets each byte that goes to the Secure UART, on the machine's thread, or null.</param>
    /// <param name="symbols">Files whose symbols gdb is to read by itself, or null for none.</param>
    /// <exception cref="MachineConfigurationException">The machine cannot be built; the message is for the user.</exception>
    public static MachineTarget Create(
        MachineConfiguration configuration,
        Action<byte> serialOutput,
        ulong? instructionLimit = null,
        Action<ulong>? afterSlice = null,
        GuestEnding? ending = null,
        Action<byte>? secureSerialOutput = null,
        IReadOnlyList<SymbolLibrary>? symbols = null)
    {
        var port = MachineDebugPort.Create(configuration, serialOutput, secureSerialOutput);
        port.InstructionLimit = instructionLimit;
        port.AfterSlice = afterSlice;
        ending ??= new GuestEnding();
        port.GivesResets = ending.OnReset == ResetAction.Reboot;
        return new MachineTarget(port, ending, configuration, symbols ?? []);
    }

    public void Dispose() => _port.Dispose();

    /// <summary>Sends what was typed to the guest's console; waits while the guest does not read, so no sender can grow us.</summary>
    public void ReceiveSerial(ReadOnlyMemory<byte> bytes)
    {
        while (_port.SerialBacklog > MostSerialBacklog)
        {
            Thread.Sleep(SerialPauseMilliseconds);
        }

        _port.SendSerial(bytes.Span);
    }

    /// <summary>Sends what came by one of the lines of devices; waits while the guest does not read.</summary>
    public void ReceiveOnLine(int line, ReadOnlyMemory<byte> bytes)
    {
        while (_port.LineBacklog(line) > MostSerialBacklog)
        {
            Thread.Sleep(SerialPauseMilliseconds);
        }

        _port.SendToLine(line, bytes.Span);
    }

    /// <summary>Tells one of the networks of cards what the host has to say.</summary>
    public void TellNetwork(int network, HostNetworkEvent happened) => _port.TellNetwork(network, happened);

    /// <summary>Somebody can still send by a line of a device, or no longer.</summary>
    public void AwaitOthers(bool awaited)
    {
        _port.AwaitsOthers = awaited;

        // Wakes a machine that waits already.
        _port.SendSerial([]);
    }

    /// <summary>Tells of what drivers do that devices refuse.</summary>
    public void ObserveDevices(Action<string, string> problem) => _port.DeviceProblem = problem;

    /// <summary>No more input will come: from now on a guest that waits for nothing else is stuck.</summary>
    public void EndSerialInput()
    {
        _port.StopsWhenStuck = true;

        // Wakes a machine that waits for input already.
        _port.SendSerial([]);
    }

    public string? SaveSnapshot(string path) => SnapshotFile.Save(_port, path);

    public string? LoadSnapshot(string path) => SnapshotFile.Load(_port, path);

    public IReadOnlyList<PciFunctionReport> PciFunctions => Inspection.PciFunctions;

    public string? AddPciDevice(PciDeviceRequest request) => _port.AddPciDevice(request);

    public string? RemovePciDevice(string id) => _port.RemovePciDevice(id);

    public string? InjectPciError(string id, string error, IReadOnlyList<uint> header) => _port.InjectPciError(id, error, header);

    public IReadOnlyList<string> SendPciRequest(string id, string operation, ulong address, byte[] data, ushort? forged) =>
        _port.SendPciRequest(id, operation, address, data, forged);

    public IReadOnlyList<string> AskSmmu(string topic, IReadOnlyList<ulong> numbers, bool isWrite) =>
        _port.AskSmmu(new SmmuQuestion(topic, numbers, isWrite));

    public IReadOnlyList<string> ExplainDma(ushort requester, ulong address, bool isWrite, uint? pasid) => _port.ExplainDma(requester, address, isWrite, pasid);

    public string NameOf(int cpu) => $"cpu{cpu}";

    public string StateOf(int cpu) => _port.DescribeCore(cpu);

    public bool TryReadRegister(int cpu, RegisterDescription register, Span<byte> value) =>
        _port.TryReadRegister(cpu, _registers[register.Number], value);

    public void ReadRegisters(int cpu, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable) =>
        _port.ReadRegisters(cpu, RegistersOf(registers), values, readable);

    public void ReadRegisters(int cpu, World world, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable) =>
        _port.Worlds.ReadRegisters(cpu, world, RegistersOf(registers), values, readable);

    public string? WriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value) =>
        _port.WriteRegister(cpu, _registers[register.Number], value);

    public int ReadMemory(int cpu, AddressView view, ulong address, Span<byte> into) =>
        _port.ReadMemory(cpu, SpaceOf(view), address, into);

    public bool TryWriteMemory(int cpu, AddressView view, ulong address, ReadOnlySpan<byte> bytes) =>
        _port.TryWriteMemory(cpu, SpaceOf(view), address, bytes);

    public void Resume(IReadOnlyList<CpuAction> actions, StepOptions step, Action<TargetStop> stopped)
    {
        for (int cpu = 0; cpu < _actions.Length; cpu++)
        {
            _actions[cpu] = Translate(actions[cpu]);
        }

        _stopped = stopped;
        _port.Resume(_actions, _onStop ??= OnStop, new StepMode(step.TakesInterrupts, step.From, step.To, step.Within));
    }

    public void Restart() => _port.Reset();

    public void RequestStop() => _port.RequestStop();

    public BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length, BreakpointScript script, BreakpointWorld? of = null) =>
        _breakpoints.Insert(kind, address, length, script, of);

    public Action<string>? Printed
    {
        get => _breakpoints.Printed;
        set => _breakpoints.Printed = value;
    }

    public BreakpointOutcome Remove(BreakpointKind kind, ulong address, int length, BreakpointWorld? of = null) => _breakpoints.Remove(kind, address, length, of);

    public void RemoveAll()
    {
        _breakpoints.RemoveAll();
        Watches.Remove(null);
        Inspection.RemoveStops();
    }

    public WalkReport Explain(int cpu, ulong address, int? exceptionLevel, WalkAccess access)
    {
        (MemorySpace space, bool? unprivileged) = exceptionLevel switch
        {
            0 => (MemorySpace.El1, true),
            1 => (MemorySpace.El1, false),
            2 => (MemorySpace.El2, false),
            3 => (MemorySpace.El3, false),
            _ => (MemorySpace.Current, (bool?)null),
        };
        return Translate(_port.Explain(cpu, space, address, Translate(access), unprivileged));
    }

    public WalkReport Explain(int cpu, World world, ulong address, WalkAccess access) =>
        Translate(_port.Worlds.Explain(cpu, world, address, Translate(access)));

    public WalkReport ExplainIntermediate(int cpu, World world, ulong address, WalkAccess access) =>
        Translate(_port.Worlds.ExplainIntermediate(cpu, world, address, Translate(access)));

    public WalkReport ExplainIntermediate(int cpu, ulong address, WalkAccess access) =>
        Translate(_port.Explain(cpu, MemorySpace.Intermediate, address, Translate(access)));

    /// <summary>The same list is asked for again and again: with every g packet, and with every stop.</summary>
    private MachineRegister[] RegistersOf(IReadOnlyList<RegisterDescription> registers)
    {
        foreach ((IReadOnlyList<RegisterDescription> list, MachineRegister[] known) in _lists)
        {
            if (list == registers)
            {
                return known;
            }
        }

        MachineRegister[] found = [.. registers.Select(r => _registers[r.Number])];
        _lists = [(registers, found), .. _lists.Take(MostLists - 1)];
        return found;
    }

    /// <summary>The ELF files that the user has named; gdb may want their symbols.</summary>
    private static IEnumerable<BootFile> ProgramsOf(MachineConfiguration configuration) =>
        ((BootFile?[])[configuration.Kernel, .. configuration.Loads.Select(static l => l.File)]).OfType<BootFile>().Where(static f => f.IsElf).DistinctBy(static f => Path.GetFileName(f.Name));

    private void OnStop(MachineStop stop) => _stopped?.Invoke(Translate(stop));

    private static MemorySpace SpaceOf(AddressView view) => view switch
    {
        AddressView.El1 => MemorySpace.El1,
        AddressView.El2 => MemorySpace.El2,
        AddressView.El3 => MemorySpace.El3,
        AddressView.Intermediate => MemorySpace.Intermediate,
        AddressView.Physical => MemorySpace.Physical,
        _ => MemorySpace.Current,
    };

    private static CoreAction Translate(CpuAction action) => action switch
    {
        CpuAction.Continue => CoreAction.Run,
        CpuAction.Step => CoreAction.Step,
        _ => CoreAction.Hold,
    };

    private TargetStop Translate(MachineStop stop) => stop.Kind switch
    {
        MachineStopKind.Breakpoint => _breakpoints.Hit(stop),
        MachineStopKind.Watchpoint => _breakpoints.Watched(stop),
        MachineStopKind.Step => new TargetStop(StopKind.Step, stop.Cpu, Explanation: stop.Explanation),
        MachineStopKind.Event => new TargetStop(StopKind.Event, stop.Cpu, Explanation: stop.Explanation),
        MachineStopKind.PowerOff => SwitchedOff(stop),
        MachineStopKind.Exit => new TargetStop(StopKind.Exit, stop.Cpu, ExitCode: stop.ExitCode),
        MachineStopKind.Reset when _ending.OnReset == ResetAction.PowerOff => SwitchedOff(stop),
        MachineStopKind.Reset => new TargetStop(StopKind.Reset, stop.Cpu),
        MachineStopKind.Stuck => new TargetStop(
            StopKind.Stuck,
            stop.Cpu,
            Explanation: "the guest is stuck: every vCPU waits for an interrupt, and nothing will ever raise one"),
        MachineStopKind.InstructionLimit => new TargetStop(StopKind.InstructionLimit, stop.Cpu),
        _ => new TargetStop(StopKind.Interrupt, stop.Cpu),
    };

    private TargetStop SwitchedOff(MachineStop stop) => new(_ending.StaysWhenOff ? StopKind.StandsOff : StopKind.PowerOff, stop.Cpu);

    private static TranslationAccess Translate(WalkAccess access) => access switch
    {
        WalkAccess.Write => TranslationAccess.Write,
        WalkAccess.Execute => TranslationAccess.Execute,
        _ => TranslationAccess.Read,
    };

    private static WalkReport Translate(TranslationReport report) => new(
        report.Regime,
        report.Stage1On,
        report.Stage2On,
        [
            .. report.Steps.Select(s => new WalkStep(
                s.Stage, s.ForWalk, s.Level, s.Input, s.Address, s.Index, s.Descriptor, s.Meaning, s.Output, s.Attributes, s.Note)),
        ],
        report.Intermediate,
        report.Physical,
        report.Attributes,
        report.Place,
        report.Failure is TranslationFailure f
            ? new WalkFailure(Translate(f.Obstacle), f.Stage, f.Level, f.Address, f.ForWalk, f.Field, f.FieldValue)
            : null);

    private static WalkObstacle Translate(TranslationObstacle obstacle) => obstacle switch
    {
        TranslationObstacle.InputTooLarge => WalkObstacle.InputTooLarge,
        TranslationObstacle.WalkDisabled => WalkObstacle.WalkDisabled,
        TranslationObstacle.BadStartLevel => WalkObstacle.BadStartLevel,
        TranslationObstacle.AddressSize => WalkObstacle.AddressSize,
        TranslationObstacle.AccessFlagClear => WalkObstacle.AccessFlagClear,
        TranslationObstacle.Permission => WalkObstacle.Permission,
        TranslationObstacle.WalkAborted => WalkObstacle.WalkAborted,
        _ => WalkObstacle.InvalidDescriptor,
    };
}
