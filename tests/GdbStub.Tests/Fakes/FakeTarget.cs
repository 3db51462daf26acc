using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Channels;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.GdbStub.Tracing;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>
/// A debuggee without a machine: two vCPUs, a handful of registers, one page of memory at 0x40000000 whose bytes
/// count up. It stops when a test says so.
/// </summary>
internal sealed class FakeTarget : ITarget, IBreakpoints, IMemoryMap, ITranslation, ISnapshots, IPciDevices, IPublishedFiles, IRestart, ITraced
{
    public const ulong MemoryStart = 0x4000_0000;

    private readonly byte[] _memory = [.. Enumerable.Range(0, 4096).Select(i => (byte)i)];
    private readonly Dictionary<(int Cpu, string Name), byte[]> _values = [];
    private readonly SortedSet<string> _breakpoints = new(StringComparer.Ordinal);
    private readonly Channel<CpuAction[]> _resumes = Channel.CreateUnbounded<CpuAction[]>();
    private Action<TargetStop>? _stopped;

    public FakeTarget()
    {
        Registers = [.. Registers.Select(static (r, number) => r with { Number = number })];
        Traced = new FakeTraceSource(this);
        Tracer = new Tracer(Traced, Registers);
    }

    public Tracer Tracer { get; }

    /// <summary>What happens to it without a stop.</summary>
    public FakeTraceSource Traced { get; }

    /// <summary>What was asked about PCI devices, in order.</summary>
    public List<string> PciRequests { get; } = [];

    /// <summary>What the next request about PCI devices is answered with.</summary>
    public string? PciProblem { get; set; }

    public IReadOnlyList<PciFunctionReport> PciFunctions => [new("00:00.0", "", 0x1b36, 8, 0x060000, false) { Lines = ["00:00.0 1b36:0008"] }];

    public string? AddPciDevice(PciDeviceRequest request) => Note($"add {request}");

    public string? RemovePciDevice(string id) => Note($"remove {id}");

    public string? InjectPciError(string id, string error, IReadOnlyList<uint> header) => Note($"inject {id} {error} {string.Join(' ', header)}");

    public IReadOnlyList<string> AskSmmu(string topic, IReadOnlyList<ulong> numbers, bool isWrite)
    {
        Note($"smmu {topic} {string.Join(' ', numbers)} {isWrite}");
        return [];
    }

    public IReadOnlyList<string> ExplainDma(ushort requester, ulong address, bool isWrite, uint? pasid)
    {
        Note($"dma {requester} {address} {isWrite}{(pasid is null ? "" : $" {pasid}")}");
        return [];
    }

    public IReadOnlyList<string> SendPciRequest(string id, string operation, ulong address, byte[] data, ushort? forged)
    {
        Note($"send {id} {operation} {address:x} {Convert.ToHexStringLower(data)} {forged:x}");
        return ["Target ram: Ok"];
    }

    private string? Note(string what)
    {
        PciRequests.Add(what);
        return PciProblem;
    }

    public string Architecture => "aarch64";

    public int CpuCount => 2;

    /// <summary>Each resume that was asked for, in order.</summary>
    public ChannelReader<CpuAction[]> Resumes => _resumes.Reader;

    public IEnumerable<string> InsertedBreakpoints => _breakpoints;

    public WalkReport? Translation { get; set; }

    public IReadOnlyList<RegisterDescription> Registers { get; } =
    [
        new("x0", 64, RegisterGroup.Core, "int"),
        new("x29", 64, RegisterGroup.Core, "int"),
        new("sp", 64, RegisterGroup.Core, "data_ptr"),
        new("pc", 64, RegisterGroup.Core, "code_ptr"),
        new("cpsr", 32, RegisterGroup.Core, TargetDescription.PstateType),
        new("v0", 128, RegisterGroup.FloatingPoint, TargetDescription.VectorType),
        new("MIDR_EL1", 64, RegisterGroup.System, "int"),
        new("ESR_EL2", 64, RegisterGroup.System, "int"),
        new("HCR_EL2", 64, RegisterGroup.System, "int"),
        new("VTCR_EL2", 64, RegisterGroup.System, "int"),
        new("SECRET_EL3", 64, RegisterGroup.System, "int"),
    ];

    public IReadOnlyList<MemoryRegion> MemoryRegions { get; } =
    [
        new(0, 0x400_0000, "rom", "flash0"),
        new(0x900_0000, 0x1000, "device", "pl011"),
        new(MemoryStart, 0x4000_0000, "ram", "ram"),
    ];

    public TargetState State => new(12, 34, "00112233445566778899aabbccddeeff");

    /// <summary>What is wrong with any file, or null.</summary>
    public string? SnapshotProblem { get; set; }

    public string? SaveSnapshot(string path) => SnapshotProblem;

    public string? LoadSnapshot(string path) => SnapshotProblem;

    public string NameOf(int cpu) => $"cpu{cpu}";

    public string StateOf(int cpu) => "EL1h, MMU off";

    public bool TryReadRegister(int cpu, RegisterDescription register, Span<byte> value)
    {
        value.Clear();
        if (_values.TryGetValue((cpu, register.Name), out byte[]? stored))
        {
            stored.CopyTo(value);
        }

        return register.Name != "SECRET_EL3";
    }

    public void ReadRegisters(int cpu, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable)
    {
        for (int i = 0; i < registers.Count; i++)
        {
            readable[i] = TryReadRegister(cpu, registers[i], values[..registers[i].Bytes]);
            values = values[registers[i].Bytes..];
        }
    }

    public string? WriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value)
    {
        if (register.Name == "MIDR_EL1")
        {
            return "MIDR_EL1 is read-only";
        }

        _values[(cpu, register.Name)] = value.ToArray();
        return null;
    }

    public void SetRegister(string name, ulong value) => _values[(0, name)] = BitConverter.GetBytes(value);

    public int ReadMemory(int cpu, AddressView view, ulong address, Span<byte> into)
    {
        if (address < MemoryStart || address >= MemoryStart + (ulong)_memory.Length)
        {
            return 0;
        }

        ReadOnlySpan<byte> there = _memory.AsSpan((int)(address - MemoryStart));
        int count = Math.Min(there.Length, into.Length);
        there[..count].CopyTo(into);
        return count;
    }

    public bool TryWriteMemory(int cpu, AddressView view, ulong address, ReadOnlySpan<byte> bytes)
    {
        bool fits = address >= MemoryStart && address + (ulong)bytes.Length <= MemoryStart + (ulong)_memory.Length;
        if (fits)
        {
            bytes.CopyTo(_memory.AsSpan((int)(address - MemoryStart)));
        }

        return fits;
    }

    /// <summary>How the newest step was to be done.</summary>
    public StepOptions Step { get; private set; }

    public IReadOnlyList<PublishedFile> Files { get; } = [new("note.txt", static () => "hello"u8.ToArray())];

    public string? Program => "note.txt";

    public IReadOnlyList<XmlLibrary> Libraries { get; } = [new("/lib/guest.elf", [0xffff_8000_0000_0000, 0x4020_0000], 0x1000)];

    /// <summary>How often it was put back to its start.</summary>
    public int Restarts { get; private set; }

    public void Restart() => Restarts++;

    public void Resume(IReadOnlyList<CpuAction> actions, StepOptions step, Action<TargetStop> stopped)
    {
        Step = step;
        _stopped = stopped;
        _resumes.Writer.TryWrite([.. actions]);
    }

    public void RequestStop() => Stop(new TargetStop(StopKind.Interrupt, 0));

    /// <summary>Lets a running guest stop; a stopped one stays stopped.</summary>
    public void Stop(TargetStop stop)
    {
        Action<TargetStop>? stopped = _stopped;
        _stopped = null;
        stopped?.Invoke(stop);
    }

    public System.Action<string>? Printed { get; set; }

    public BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length, BreakpointScript script, BreakpointWorld? of = null)
    {
        if (kind == BreakpointKind.ReadWatch)
        {
            return BreakpointOutcome.Unsupported;
        }

        if (length == 0)
        {
            return BreakpointOutcome.Invalid;
        }

        if (_breakpoints.Count == 2 && !_breakpoints.Any(b => b.StartsWith($"{kind}@{address:x}/{length}", StringComparison.Ordinal)))
        {
            return BreakpointOutcome.NoRoom;
        }

        string what = script == BreakpointScript.None || script.Conditions.Count + script.Commands.Count == 0
            ? "" : $"({script.Conditions.Count} conditions, {script.Commands.Count} commands)";
        _breakpoints.RemoveWhere(b => b.StartsWith($"{kind}@{address:x}/{length}", System.StringComparison.Ordinal));
        _breakpoints.Add($"{kind}@{address:x}/{length}{what}");
        return BreakpointOutcome.Done;
    }

    public BreakpointOutcome Remove(BreakpointKind kind, ulong address, int length, BreakpointWorld? of = null)
    {
        _breakpoints.RemoveWhere(b => b.StartsWith($"{kind}@{address:x}/{length}", System.StringComparison.Ordinal));
        return BreakpointOutcome.Done;
    }

    public void RemoveAll() => _breakpoints.Clear();

    public WalkReport Explain(int cpu, ulong address, int? exceptionLevel, WalkAccess access) =>
        Translation ?? new WalkReport("EL1&0", false, false, [], null, address, "", null, null);

    public WalkReport ExplainIntermediate(int cpu, ulong address, WalkAccess access) => Explain(cpu, address, null, access);
}
