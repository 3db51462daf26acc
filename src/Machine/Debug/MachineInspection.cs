using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards.Fdt;
using GdbHost.Machine.Debug.Addresses;
using GdbHost.Machine.Debug.Addresses.Trees;
using GdbHost.Machine.Debug.Cores;
using GdbHost.Machine.Debug.Events;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Devices.Gic.Its;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Virtio.Mmio;
using GdbHost.Machine.Virtio.Pci;

namespace GdbHost.Machine.Debug;

/// <summary>
/// What a hypervisor's author asks about a machine, beside registers and memory. May be called from any thread; looking leaves
/// no trace in the machine.
/// </summary>
public sealed class MachineInspection
{
    /// <summary>The most exceptions that the log can keep.</summary>
    public const int MostTraps = TrapLog.MostCapacity;

    /// <summary>Exceptions that the log keeps unless told otherwise.</summary>
    public const int DefaultTraps = TrapLog.DefaultCapacity;

    /// <summary>Requests that the log of requests keeps of each Requester ID.</summary>
    public const int KeptRequests = DmaLog.Capacity;

    private readonly SerialTail _serial;
    private readonly MachineThread _thread;
    private readonly TrapLog _traps;
    private readonly DmaTransactions _transactions;
    private readonly EventStops _events;
    private readonly SmmuStops _smmu;
    private readonly RegisterStops _registers;
    private readonly LifeStops _life;
    private readonly DmaLog _requests;
    private readonly Boards.Machine _machine;

    internal MachineInspection(Boards.Machine machine, MachineThread thread, SerialTail serial, ExceptionListeners listeners)
    {
        _serial = serial;
        _thread = thread;
        _machine = machine;
        _traps = new TrapLog(listeners);
        _transactions = new DmaTransactions(machine);
        _events = new EventStops(machine, _transactions);
        _smmu = new SmmuStops(machine);
        _registers = new RegisterStops(machine);
        _life = new LifeStops(machine, listeners);
        _requests = new DmaLog(_transactions);
    }

    /// <summary>The newest exceptions to EL2 and EL3, counts of all, and calls of the machine's own firmware.</summary>
    /// <param name="most">Exceptions that are wanted.</param>
    public TrapLogContent ReadTraps(int most) => Ask(() => _traps.Read(most));

    /// <summary>The newest exception of a core that the log knows, or at which the machine has stopped; null for none.</summary>
    public MachineTrap? LatestTrap(int cpu) => Ask(() => _traps.Latest(cpu));

    /// <summary>Switches the log on, empty, or off, keeping what it has.</summary>
    /// <param name="capacity">Exceptions to keep, 1 to <see cref="MostTraps"/>; null for off.</param>
    public void RecordTraps(int? capacity) => _thread.Invoke(() =>
    {
        if (capacity is int most)
        {
            _traps.TurnOn(most);
        }
        else
        {
            _traps.TurnOff();
        }
    });

    /// <summary>
    /// Makes the machine stop with <see cref="MachineStopKind.Event"/> at exceptions, at returns from them and at calls of firmware. The
    /// questions are asked on the machine's thread; the answers are the words of a stop, or null to go on.
    /// </summary>
    public void StopAtTraps(Func<MachineTrap, string?>? traps, Func<FirmwareCall, string?>? calls) => _thread.Invoke(() =>
    {
        _traps.Stops = traps;
        _traps.StopsAtCall = calls;
    });

    /// <summary>
    /// The same at accesses of cores to PCI configuration space, after the access, and at interrupt messages of PCI functions, after the
    /// instruction during which they arrive.
    /// </summary>
    public void StopAtPci(Func<MachineConfigAccess, string?>? accesses, Func<MachineMessage, string?>? messages) => _thread.Invoke(() =>
    {
        _events.Accesses = accesses;
        _events.Messages = messages;
    });

    /// <summary>The same at requests of PCI functions, when their way is at an end.</summary>
    public void StopAtDma(Func<MachineDma, string?>? requests) => _thread.Invoke(() => _events.Requests = requests);

    /// <summary>The same at event records and global errors of the SMMU. False where there is none.</summary>
    public bool StopAtSmmu(Func<MachineSmmuReport, string?>? reports)
    {
        _thread.Invoke(() => _smmu.Reports = reports);
        return _machine.Smmu is not null;
    }

    /// <summary>The same at writes of a system register, or at a system instruction such as <c>TLBI VMALLE1</c>, after it.</summary>
    /// <param name="words">What <see cref="WriteStops"/> is to say of it.</param>
    /// <returns>False for a name that is not in <see cref="RegisterNames"/>.</returns>
    public bool StopAtWrites(string register, string words, Func<MachineRegisterWrite, string?> writes) => Ask(() => _registers.Set(register, words, writes));

    /// <summary>No stop at writes of this register any more. False if there was none.</summary>
    public bool RemoveWriteStop(string register) => Ask(() => _registers.Remove(register));

    /// <summary>The stops at writes that there are, one for each register.</summary>
    public IReadOnlyList<string> WriteStops => Ask(() => _registers.Asked);

    /// <summary>The same when the guest asks for a reset; the question is for a core. The reset is done when the machine goes on.</summary>
    public void StopAtReset(Func<int, string?>? reset) => _thread.Invoke(() => _life.Reset = reset);

    /// <summary>The same when no core runs any more.</summary>
    public void StopWhenIdle(Func<MachineIdle, string?>? idle) => _thread.Invoke(() => _life.Idle = idle);

    /// <summary>The same at exceptions that are taken to EL1, where they are taken.</summary>
    public void StopAtEl1(Func<MachineTrap, string?>? exceptions) => _thread.Invoke(() => _life.El1 = exceptions);

    /// <summary>The names of what <see cref="StopAtWrites"/> can wait for.</summary>
    public static IReadOnlyList<string> RegisterNames => RegisterStops.Names;

    /// <summary>Whether <see cref="LastWrite"/> can know of a register.</summary>
    public static bool RecordsWrites(string register) => RegisterStops.IsRecorded(register);

    /// <summary>Who wrote a register that controls translation, traps or routing last; null where that is not known.</summary>
    public MachineRegisterWrite? LastWrite(int cpu, string register) => Ask(() => RegisterStops.LastOf(_machine.Cores[cpu], register));

    /// <summary>The bits that make an exception be taken, as the registers of the core stand; empty where no control decides it, or none does any more.</summary>
    /// <param name="syndrome">ESR_ELx of the exception.</param>
    public IReadOnlyList<TrapControl> TrapControls(int cpu, ulong syndrome, int from, int to) =>
        Ask(() => Traps.TrapControls.Of(_machine.Cores[cpu], syndrome, from, to));

    /// <summary>No stops at events any more.</summary>
    public void RemoveStops()
    {
        _thread.Invoke(_registers.Clear);
        StopAtReset(null);
        StopWhenIdle(null);
        StopAtEl1(null);
        StopAtTraps(null, null);
        StopAtPci(null, null);
        StopAtDma(null);
        StopAtSmmu(null);
    }

    /// <summary>Switches the log of PCI functions' requests on, empty, or off, keeping what it has.</summary>
    /// <param name="only">The Requester ID that it is limited to, <c>bb:dd.f</c>; null for all.</param>
    public void RecordDma(bool on, string? only) => _thread.Invoke(() =>
    {
        if (on)
        {
            _requests.TurnOn(only);
        }
        else
        {
            _requests.TurnOff();
        }
    });

    /// <summary>What the log of requests has.</summary>
    /// <param name="most">Requests that are wanted, the newest.</param>
    /// <param name="requester">Only those with this Requester ID; null for all.</param>
    public DmaLogContent ReadDma(int most, string? requester) => Ask(() => _requests.Read(most, requester));

    /// <summary>Where all addresses that a function can send lead, and which of them are not the memory they seem to be; null where there is no function.</summary>
    /// <param name="requester">Bus in [15:8], device in [7:3], function in [2:0], as software has numbered the buses.</param>
    public DmaSpaceReport? DmaSpace(ushort requester) => Ask(() => DmaOverlaps.Of(_machine, requester));

    /// <summary>The doorbells of interrupt controllers, and the addresses by which functions reach them.</summary>
    public IReadOnlyList<DoorbellReport> Doorbells => Ask(() => DmaOverlaps.Doorbells(_machine));

    /// <summary>The streams of the SMMU, as memory has them now; null where there is no SMMU.</summary>
    public IReadOnlyList<MachineStreamEntry>? SmmuStreams => _machine.Smmu is null ? null : Ask(() => SmmuState.Entries(_machine));

    /// <summary>The names by which reports of the SMMU go: event records and errors of the command queue.</summary>
    public static IReadOnlyList<string> SmmuReportNames => SmmuStops.Names;

    /// <summary>Whether a report can be of a stream with a VMID: not so of errors, and of what happens before a stream table entry is there.</summary>
    public static bool ReportCanHaveVmid(string name) => SmmuStops.CanHaveVmid(name);

    /// <summary>Virtio devices that do nothing until they are reset, and why.</summary>
    public IReadOnlyList<(string Device, string Reason)> StoppedDevices => Ask(() => (IReadOnlyList<(string, string)>)
    [
        .. from core in _machine.Parts.OfType<VirtioMmio>().Select(static d => d.Core).Concat(Functions.OfType<VirtioPci>().Select(static f => f.Core))
           where core.Failure is not null
           select (core.StateName, core.Failure),
    ]);

    /// <summary>PCI has an IOMMU in front of memory.</summary>
    public bool HasIommu => _machine.Pcie?.Iommu is not null;

    /// <summary>What a core is doing and what it could take.</summary>
    public CoreReport Core(int cpu) => Ask(() => CoreReports.Of(_machine.Cores[cpu]));

    /// <summary>2 or 3: the architecture of the GIC; 0 where the board has none.</summary>
    public int GicVersion => _machine.InterruptView?.Version ?? 0;

    /// <summary>GICD_CTLR as Secure state sees it.</summary>
    public uint DistributorControl => Ask(() => _machine.InterruptView?.DistributorControl ?? 0);

    /// <summary>An interrupt as it is for a core; null where there is none with this ID.</summary>
    public InterruptDescription? Interrupt(int cpu, int id) => Ask(() => _machine.InterruptView?.Describe(cpu, id));

    /// <summary>The interrupts for a core that are enabled, pending or active, LPIs aside.</summary>
    public IReadOnlyList<InterruptDescription> Interrupts(int cpu) => Ask<IReadOnlyList<InterruptDescription>>(() =>
        _machine.InterruptView is not IInterruptView gic ? []
            : [.. Enumerable.Range(0, gic.Lines).Select(id => gic.Describe(cpu, id)!).Where(static i => i.Enabled || i.Pending || i.Active)]);

    /// <summary>The CPU interface of a core; null where the board has no GIC.</summary>
    public CpuInterfaceDescription? CpuInterface(int cpu) => Ask(() => _machine.InterruptView?.DescribeInterface(cpu));

    /// <summary>What is at a physical address; null for nothing.</summary>
    public PlaceReport? Place(ulong physical) => Ask(() => AddressSpaces.PlaceOf(_machine, physical));

    /// <summary>The physical addresses of pages of RAM that begin with some bytes, by rising address.</summary>
    /// <param name="most">Pages that are wanted.</param>
    public IReadOnlyList<ulong> RamPages(byte[] begin, int most) => Ask(() => RamSearch.PagesThatBegin(_machine.Bus, begin, most));

    /// <summary>The ranges that tables map: <see cref="MemorySpace.Intermediate"/> for stage 2, else stage 1 of a regime.</summary>
    public MapReport Map(int cpu, MemorySpace space) => Ask(() => AddressSpaces.MapOf(_machine, _machine.Cores[cpu], space));

    /// <summary>What a core's TLB holds, by regime, VMID and address.</summary>
    public IReadOnlyList<TlbReport> Tlb(int cpu) => Ask(() => AddressSpaces.TlbOf(_machine.Cores[cpu]));

    /// <summary>Every PCI function, each bridge before what is behind it.</summary>
    public IReadOnlyList<PciFunctionReport> PciFunctions => Ask(() => new MachinePci(_machine).Functions());

    /// <summary>Configuration space of a PCI function as it would be read; null where there is none.</summary>
    /// <param name="bus">As software has numbered it.</param>
    /// <param name="deviceFunction">Device in [7:3], function in [2:0].</param>
    public byte[]? ConfigSpace(int bus, int deviceFunction) => Ask(() => _machine.Pcie?.Bus.Find(bus, deviceFunction) is not PciFunction function ? null
        : (byte[])[.. Enumerable.Range(0, function.Config.Length).Select(i => (byte)function.Config.Read(i, 1))]);

    /// <summary>The way of a function's interrupt message; null where there is no function.</summary>
    /// <param name="requester">Bus in [15:8], device in [7:3], function in [2:0], as software has numbered the buses.</param>
    public MessageReport? Message(ushort requester, int vector) => Ask(() => MessageExplainer.Explain(_machine, requester, vector));

    /// <summary>The ITS with its tables; null without one.</summary>
    /// <param name="most">Events that are wanted.</param>
    public ItsReport? Its(int most) => Ask(() => _machine.Doorbells.OfType<Its>().FirstOrDefault() is not Its its ? null
        : its.Describe(most) is var report && _machine.InterruptView is IInterruptView gic
            ? report with { Events = [.. report.Events.Select(e => gic.Describe(e.Core ?? 0, e.Interrupt) is { } lpi ? e with { Enabled = lpi.Enabled, Pending = lpi.Pending } : e)] }
            : null);

    /// <summary>The events that the ITS maps; empty without one.</summary>
    public IReadOnlyList<ItsEventReport> ItsEvents(int most) => Its(most)?.Events ?? [];

    /// <summary>The newest bytes that the guest's console has printed.</summary>
    public byte[] Serial => Ask(() => _serial.Bytes);

    /// <summary>A node of the device tree that the machine has given, as source text; null where there is none at the path.</summary>
    public IReadOnlyList<string>? DeviceTree(string path) =>
        _machine.DeviceTree.IsEmpty ? null : Node(FdtReader.Read("device tree", _machine.DeviceTree.Span).Root, path);

    /// <summary>The device tree of the guest of a core, found in the guest's memory, or the machine's where stage 2 is off; null for none.</summary>
    /// <param name="at">Its address, where it is not to be searched for.</param>
    public GuestTreeReport? GuestTree(int cpu, ulong? at = null) =>
        Ask(() => GuestTrees.Find(_machine, _machine.Cores[cpu], AddressSpaces.MapOf(_machine, _machine.Cores[cpu], MemorySpace.Intermediate), at));

    /// <summary>A node of the tree at an address of a guest, as source text; null where there is none at the path.</summary>
    public IReadOnlyList<string>? GuestTreeNode(int cpu, ulong at, string path) => Ask(() =>
        GuestTrees.Root(_machine.Cores[cpu], AddressSpaces.MapOf(_machine, _machine.Cores[cpu], MemorySpace.Intermediate), at) is FdtNode root ? Node(root, path) : null);

    private static IReadOnlyList<string>? Node(FdtNode root, string path) =>
        (path == "/" ? root : root.Find(path)) is FdtNode node ? DeviceTreeText.Of(node) : null;

    /// <summary>The manual's name of a system register by its encoding, or the generic name where the machine has none there.</summary>
    public static string SystemRegisterName(uint op0, uint op1, uint crn, uint crm, uint op2)
    {
        SysRegId id = new((int)op0, (int)op1, (int)crn, (int)crm, (int)op2);
        return SysRegTable.Find(id)?.Name ?? id.ToString();
    }

    /// <summary>The names that somebody may have meant who wrote one that does not exist, nearest first, as "a, b, c".</summary>
    public static string NearestNames(string wrong, IEnumerable<string> names) => Common.NearestNames.Of(wrong, names);

    /// <summary>On the machine's thread: the words of a stop for a reset that the guest has asked for; null for none.</summary>
    internal string? AtReset => _life.AtReset();

    /// <summary>The same for a machine of which nothing will ever wake a core.</summary>
    internal string? ForEverIdle => _life.ForEver();

    /// <summary>On the machine's thread: the machine was reset, or its state replaced.</summary>
    internal void Moved()
    {
        foreach (Cpu.Core core in _machine.Cores)
        {
            core.System.Writes.Forget();
        }

        _traps.Forget();
        _transactions.Forget();
    }

    private IEnumerable<PciFunction> Functions => _machine.Pcie is RootComplex root ? MachinePci.All(root.Bus) : [];

    private T Ask<T>(Func<T> question)
    {
        T? answer = default;
        _thread.Invoke(() => answer = question());
        return answer!;
    }
}
