using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Semihosting;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Boards;

/// <summary>A whole computer: cores, bus, memory, devices and time, put together as a board says.</summary>
internal sealed class Machine : IPowerControl, IStateful, IDisposable
{
    private readonly List<IStateful> _parts = [];
    private readonly List<IDevice> _devices = [];
    private readonly List<Ram> _memories = [];
    private readonly IMachineStart _start;
    private PsciConduit _conduit;
    private ulong _resetAt;
    private readonly FileHandles? _handles;

    /// <param name="configuration">What to build.</param>
    /// <param name="board">The board that the configuration names; it has checked it.</param>
    /// <param name="start">What is in memory at the start.</param>
    /// <param name="serialOutput">Gets each byte that the console sends.</param>
    /// <param name="secureSerialOutput">Gets each byte that the Secure UART sends, if the board has one; null for nobody.</param>
    public Machine(
        MachineConfiguration configuration, Board board, IMachineStart start, Action<byte> serialOutput, Action<byte>? secureSerialOutput = null)
    {
        Configuration = configuration;
        Board = board;
        SerialOutput = serialOutput;
        SecureSerialOutput = secureSerialOutput ?? (static _ => { });
        _start = start;
        Scheduler = new Scheduler(Clock);
        Cluster = new Cluster(Scheduler, configuration.Engine == ExecutionEngine.Translator ? configuration.TranslateAfter : null);
        if (Cluster.Translator is not null)
        {
            Cluster.Translator.OnGeneratedCode = configuration.OnGeneratedCode;
        }

        Bus.OnForeignWrite = (region, offset, length) => Cluster.ForeignWrite(region.Ram!, offset, length);
        Ram = new Ram("ram", configuration.MemoryBytes);
        Bus.Add(new BusRegion(Ram.Name, board.RamStart, Ram.Size, Ram, Device: null));
        _parts.Add(Clock);
        for (int index = 0; index < configuration.Cpus; index++)
        {
            Core core = new(new CoreConfiguration(index, configuration.Cpus, configuration.El2, configuration.El3, configuration.GicVersion == 3), Bus, Cluster, Scheduler, PartsOf);
            _parts.Add(new CoreSnapshot(core));
            _parts.Add(core.System.Translation);
            _parts.Add(core.System.Timer);
            _parts.Add(core.System.Performance);
        }

        if (configuration.Semihosting)
        {
            SemihostingConsole console = new(this);
            _handles = new FileHandles(configuration.HostFiles, console);
            _parts.Add(_handles);
            SemihostingCalls calls = new(SetUpSemihosting(console), _handles);
            foreach (Core core in Cores)
            {
                core.System.Semihosting = calls;
            }
        }

        board.Populate(this);
        _parts.AddRange([.. Cores.Select(c => c.System.Inputs), this, Cluster, Scheduler]);
        Reset();
    }

    public MachineConfiguration Configuration { get; }

    public Board Board { get; }

    public PhysicalBus Bus { get; } = new();

    public VirtualClock Clock { get; } = new();

    public Scheduler Scheduler { get; }

    /// <summary>The cores and their run loop.</summary>
    public Cluster Cluster { get; }

    public IReadOnlyList<Core> Cores => Cluster.Cores;

    public Ram Ram { get; }

    /// <summary>The guest's console: what is sent to it arrives at the board's first UART.</summary>
    public SerialConsole? Console { get; set; }

    public Action<byte> SerialOutput { get; }

    /// <summary>Gets each byte that the Secure UART sends.</summary>
    public Action<byte> SecureSerialOutput { get; }

    /// <inheritdoc cref="IMachineStart.StartsNonSecure"/>
    public bool StartsNonSecure => _start.StartsNonSecure;

    /// <summary>The board's power key; null where it has none.</summary>
    public PowerKey? PowerKey { get; set; }

    /// <summary>The board's PCI Express; null where it has none.</summary>
    public RootComplex? Pcie { get; private set; }

    /// <summary>What translates the requests of PCI devices; null where there is none.</summary>
    public SmmuV3? Smmu { get; set; }

    /// <summary>What the interrupt controller shows of itself; null where the board has none.</summary>
    public IInterruptView? InterruptView { get; set; }

    /// <summary>Ways into devices from outside.</summary>
    public OutsideWays Ways { get; } = new();

    /// <summary>Where messages become interrupts.</summary>
    [field: NotState("wiring")]
    public List<IMessageDoorbell> Doorbells { get; } = [];

    /// <summary>Accesses that devices did not expect.</summary>
    public DeviceEvents Events { get; } = new();

    /// <summary>
    /// All parts with state, in an order that does not change: the clock first, the wires into
    /// cores after all who drive them, armed events after all who arm them. Memory is beside them, in <see cref="Memories"/>.
    /// </summary>
    public IReadOnlyList<IStateful> Parts => _parts;

    /// <summary>RAM, flash arrays and whatever other memory there is on the bus.</summary>
    public IEnumerable<Ram> Memories => Bus.Regions.Where(r => r.Ram is not null).Select(r => r.Ram!);

    public string StateName => "machine";

    /// <summary>The core whose access to a device is under way; 0 when the access comes from outside.</summary>
    public int CurrentCore => Cluster.Current?.Configuration.Index ?? 0;

    public PowerState Power { get; private set; }

    /// <summary>The status the guest gave when it ended itself by semihosting.</summary>
    public int ExitCode { get; private set; }

    /// <summary>The device tree blob that the guest finds; empty where it gets none.</summary>
    public ReadOnlyMemory<byte> DeviceTree => _start.DeviceTree;

    /// <summary>Adds a device to the parts with state and to what a reset reaches.</summary>
    public T Add<T>(T device)
        where T : IDevice
    {
        _parts.Add(device);
        _devices.Add(device);
        return device;
    }

    /// <summary>Adds PCI Express with the windows of its host bridge, and plugs in what the user asked for.</summary>
    public void AddPcie(RootComplex root)
    {
        Pcie = Add(root);
        root.Unsupported = new UnsupportedRequests(root, Events);
        root.SinceReset = () => Clock.Now - _resetAt;
        root.Left = Ways.Close;
        if (root.Model.Config is OutboundWindow config)
        {
            Map(new BoardSlot(config.Name, config.Start, config.Size), new Ecam(config.Name, root));
        }

        foreach (OutboundWindow window in root.Model.Outbound)
        {
            BoardSlot slot = new(window.Name, window.Start, window.Size);
            Map(slot, window.IsIo ? new IoWindow(window.Name, window.PciStart, root) : new MemoryWindow(window.Name, window.PciStart, root));
        }

        try
        {
            foreach (PciDeviceRequest request in Configuration.PciDevices)
            {
                PciDevices.Plug(this, request);
            }
        }
        catch (PciDeviceException e)
        {
            throw new MachineConfigurationException(e.Message, e);
        }
    }

    /// <summary>Makes memory of the size of a slot that goes away with the machine.</summary>
    public Ram AddMemory(BoardSlot slot)
    {
        Ram memory = new(slot.Name, slot.Size);
        _memories.Add(memory);
        return memory;
    }

    /// <summary>Puts a device at its place.</summary>
    public void Map(BoardSlot slot, IBusDevice device, bool secureOnly = false) =>
        Bus.Add(new BusRegion(slot.Name, slot.Start, slot.Size, Ram: null, device) { SecureOnly = secureOnly });

    /// <summary>Puts memory at its place.</summary>
    public void Map(BoardSlot slot, Ram ram, bool secureOnly = false) =>
        Bus.Add(new BusRegion(slot.Name, slot.Start, ram.Size, ram, Device: null) { SecureOnly = secureOnly });

    /// <summary>Puts a device at its place that serves loads from memory while it can.</summary>
    public void Map(BoardSlot slot, Ram ram, IMemoryDevice device, bool secureOnly = false)
    {
        BusRegion region = new(slot.Name, slot.Start, ram.Size, ram, device) { ReadOnly = true, SecureOnly = secureOnly };
        Bus.Add(region);
        device.ReadModeChanged = ForgetShortCuts;
        device.ContentChanged = (offset, length) => Bus.Written(region, offset, length);
    }

    /// <summary>Sends an event for WFE to all cores, as SEV does.</summary>
    public void SendEvent()
    {
        foreach (Core core in Cores)
        {
            core.ReceiveEvent();
        }
    }

    /// <summary>
    /// Resets cores and devices, loads the images again and lets core 0 begin. RAM beside them keeps what it held and
    /// virtual time goes on, as with a reset button.
    /// </summary>
    public void Reset()
    {
        foreach (Core core in Cores)
        {
            CoreReset.Apply(core);
        }

        Cluster.Reset();
        UseFirmware(_start.Conduit);

        foreach (IDevice device in _devices)
        {
            device.Reset();
        }

        _handles?.Reset();
        Power = PowerState.Running;
        _resetAt = Clock.Now;
        _start.Apply(this);
    }

    public void Save(StateWriter to)
    {
        to.Write((int)Power);
        to.Write(ExitCode);
        to.Write((int)_conduit);
        to.Write(_resetAt);
    }

    public void Restore(StateReader from)
    {
        Power = (PowerState)from.ReadBelow((int)PowerState.ResetRequested + 1, "the power state");
        ExitCode = from.ReadInt32();
        UseFirmware((PsciConduit)from.ReadBelow((int)PsciConduit.Smc + 1, "the PSCI conduit"));
        _resetAt = from.ReadUInt64();
    }

    /// <summary>After every part and all memory was restored: computes anew what is derived from them.</summary>
    public void Restored()
    {
        Cluster.Blocks.Clear();
        foreach (Core core in Cores)
        {
            core.Translation.RegistersChanged();
            core.System.Derived.Update();
            core.RequestAttention();
        }
    }

    /// <summary>Makes every core take its slow path at the next store to each page, so that the pages that change are seen.</summary>
    public void ForgetShortCuts()
    {
        foreach (Core core in Cores)
        {
            core.FastTlb.Flush();
        }
    }

    void IPowerControl.PowerOff() => Change(PowerState.Off);

    void IPowerControl.Reset() => Change(PowerState.ResetRequested);

    public void Dispose()
    {
        _handles?.Dispose();
        Cluster.Dispose();
        Ram.Dispose();
        foreach (Ram memory in _memories)
        {
            memory.Dispose();
        }
    }

    private static CoreParts PartsOf(Core core) =>
        new(core.System.Calls, core.System.Translation, core.System.Translation, core.System.Exceptions);

    private void UseFirmware(PsciConduit conduit)
    {
        _conduit = conduit;
        foreach (Core core in Cores)
        {
            core.System.Firmware = conduit == PsciConduit.None ? null : new Psci(conduit == PsciConduit.Smc, this);
        }
    }

    private SemihostingSetup SetUpSemihosting(ISemihostingConsole console) => new()
    {
        Console = console,
        Files = Configuration.HostFiles,
        Now = () => Clock.Now,
        StartSeconds = Configuration.RtcSeconds,
        CommandLine = Configuration.SemihostingArguments ?? $"{Configuration.Kernel?.Name} {Configuration.Append}".Trim(),
        FreeMemory = _start.FreeMemory,
        Exit = End,
    };

    private void End(int exitCode)
    {
        ExitCode = exitCode;
        Change(PowerState.Exited);
    }

    private void Change(PowerState power)
    {
        Power = power;
        Cluster.RequestStop();
    }
}
