using System;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices.Nvme.Rings;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// A controller of solid state storage with one namespace (NVM Express Base Specification 1.4), as QEMU 7.2's nvme shows itself: IDs, capabilities,
/// properties, what Identify says. A command is done within the access that rings for it, so the run does not depend on the host's disk.
/// </summary>
internal sealed class NvmeController : PciFunction
{
    private const int Ready = 0;
    private const int FatalStatus = 1;
    private const uint ShutdownComplete = 2;
    private const uint SeveralCommandSets = 6;
    private const uint OnlyAdministration = 7;
    private const ulong MostPageShift = 4;
    private const uint SmallestEntries = 2;
    private const ulong PauseNanoseconds = 1_000;

    public static readonly PciDeviceKind Kind = new("nvme", "Non-Volatile Memory Express: a disk with queues", NvmeSettings.Keys)
    {
        Backend = BackendKind.Block,
        Make = static (options, context) => new NvmeController(options, context),
    };

    private readonly RegisterBank<NvmeController> _bank;
    private readonly DeviceEvents _events;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _later;

    public NvmeController(PciDeviceOptions options, PciDeviceContext context)
        : base(context.Name, new FunctionIdentity(0x1b36, 0x0010, 0x01_0802)
        {
            Revision = 2,
            InterruptPin = 1,
            IsExpress = true,
            KeepsUnusedBytes = false,
            MultiFunction = options.Flag("multifunction", false),
        })
    {
        const int MessagesAt = 0x40;
        const int PowerAt = 0x60;
        const int ExpressAt = 0x80;
        Settings = NvmeSettings.Read(options);
        _events = context.Events;
        _scheduler = context.Scheduler;
        _later = context.Scheduler.Create(context.Name + " queues", GoOn);
        _bank = new RegisterBank<NvmeController>(context.Name, NvmeRegisters.Map, this, context.Events);
        Namespace = new NvmeNamespace(options.Backend<BlockBackend>().Storage, Settings.BlockBytes);
        Queues = new NvmeQueues(this, Settings.QueuePairs);
        Events = new NvmeEvents(this, Settings.EventLimit);
        Features = new NvmeFeatures(Settings, context.Scheduler.Clock);
        Logs = new NvmeLogs(this, context.Scheduler.Clock);
        Formatting = new NvmeFormat(this);
        Blocks = new NvmeBlocks(this);
        Add(new PowerManagement(this, PowerSettings.Keeping, at: PowerAt));
        Add(new ExpressCapability(this, new ExpressSettings(context.EndpointType(options))
        {
            FunctionLevelReset = true,
            KnowsErrors = false,
            At = ExpressAt,
        }));
        Msix messages = Add(new Msix(this, Settings.Vectors, bar: 0, Settings.TableAt, Settings.PendingAt, MessagesAt));
        AddBar(new BaseAddress(0, BaseAddressKind.Memory64, Settings.RegionBytes, new NvmeRegion(_bank, Queues, messages, Settings, context.Events)));
    }

    public NvmeSettings Settings { get; }

    public NvmeNamespace Namespace { get; }

    public NvmeQueues Queues { get; }

    public NvmeEvents Events { get; }

    public NvmeFeatures Features { get; }

    public NvmeLogs Logs { get; }

    public NvmeFormat Formatting { get; }

    /// <summary>Moves data between the medium and memory.</summary>
    public NvmeBlocks Blocks { get; }

    public ControllerConfiguration Configuration => new(_bank[NvmeRegisters.Cc]);

    /// <summary>Bytes of a page, as CC.MPS has them.</summary>
    public int PageBytes => Configuration.PageBytes;

    /// <summary>Bits of INTMS.</summary>
    public uint InterruptMask => _bank[NvmeRegisters.MaskSet];

    private uint Status
    {
        get => _bank[NvmeRegisters.Csts];
        set => _bank[NvmeRegisters.Csts] = value;
    }

    /// <summary>Commands are taken now: CSTS.RDY without CSTS.CFS; those of I/O queues not while the namespace is formatted.</summary>
    public bool MayServe(int queue) => Status.Bit(Ready) && !Status.Bit(FatalStatus) && (queue == 0 || !Formatting.IsUnderWay);

    /// <summary>Does a command.</summary>
    public NvmeStatus Do(NvmeRequest request)
    {
        bool administration = request.Queue == 0;
        NvmeOperation[] set = administration ? AdminCommands.Table : NvmCommands.Table;
        NvmeOperation? operation = Array.Find(set, o => o.Opcode == request.Command.Opcode);
        if (operation is null || (!administration && Configuration.CommandSet == OnlyAdministration))
        {
            return NvmeStatus.InvalidOpcode;
        }

        // Nothing is fused, and administration has no SGLs (section 4.2).
        bool known = !request.Command.IsFused && (administration ? request.Command.DataPointerType == 0 : request.Command.DataPointerType < 3);
        NvmeStatus status = known ? operation.Do(this, request) : NvmeStatus.InvalidField;
        if (status.IsLogged())
        {
            Logs.Failed(request, status);
        }

        return status;
    }

    /// <summary>Goes on with what is in the queues a little later.</summary>
    public void ServeLater()
    {
        if (_later.Deadline == Scheduler.Never)
        {
            _later.Arm(_scheduler.Clock.Now + PauseNanoseconds);
        }
    }

    /// <summary>Says in words what a driver did that the controller does not do.</summary>
    public void Report(string what) => _events.ReportProblem(StateName, what);

    /// <summary>CSTS.CFS: only a reset helps.</summary>
    public void Fail(string what)
    {
        Report($"{what}; the controller stops until it is reset (CSTS.CFS)");
        Status |= 1u << FatalStatus;
    }

    /// <summary>A completion queue has new entries.</summary>
    public void Interrupt(CompletionQueue queue)
    {
        if (!queue.Interrupts)
        {
            return;
        }

        if (Msix!.Enabled)
        {
            Msix.Notify(queue.Vector);
        }
        else
        {
            InterruptsChanged();
        }
    }

    /// <summary>The pin follows the queues with entries that are not taken, but for those that INTMS masks (section 7.5.1).</summary>
    public void InterruptsChanged()
    {
        uint pending = 0;
        foreach (CompletionQueue queue in Queues.Completion)
        {
            pending |= queue is { Interrupts: true, HasEntries: true } ? 1u << queue.Vector : 0;
        }

        SetInterrupt(!Msix!.Enabled && (pending & ~InterruptMask) != 0);
    }

    /// <summary>A write to INTMS or INTMC; with MSI-X they mean nothing.</summary>
    public void MaskInterrupts(uint set, uint clear)
    {
        if (!Msix!.Enabled)
        {
            _bank[NvmeRegisters.MaskSet] = (InterruptMask | set) & ~clear;
            InterruptsChanged();
        }
    }

    /// <summary>A write to CC (section 3.1.5).</summary>
    public void Configure(uint value, uint lanes)
    {
        ControllerConfiguration before = Configuration;
        ControllerConfiguration now = new((before.Value & ~lanes) | value);
        _bank[NvmeRegisters.Cc] = now.Value;
        if (now.Enabled && !before.Enabled)
        {
            Start(now);
        }
        else if (before.Enabled && !now.Enabled)
        {
            // All registers but those of the administration's queues (section 7.3.2).
            ResetController();
            _bank[NvmeRegisters.Cc] = 0;
            Status = 0;
            return;
        }

        if (now.ShutsDown && !before.ShutsDown)
        {
            Blocks.TryFlush();
            Status = Status.WithField(3, 2, ShutdownComplete);
        }
        else if (before.ShutsDown && !now.ShutsDown)
        {
            Status = Status.WithField(3, 2, 0);
        }
    }

    public override void Discard() => _scheduler.Remove(_later);

    protected override void ConfigWritten(int offset, int size) => InterruptsChanged();

    protected override void ResetState()
    {
        _bank.Reset();
        ResetController();
    }

    protected override void SaveState(StateWriter to)
    {
        _bank.Save(to);
        Queues.Save(to);
        Events.Save(to);
        Namespace.Save(to);
        Features.Save(to);
        Logs.Save(to);
        Formatting.Save(to);
    }

    protected override void RestoreState(StateReader from)
    {
        _bank.Restore(from);
        Queues.Restore(from, Settings.Vectors);
        Events.Restore(from);
        Namespace.Restore(from);
        Features.Restore(from);
        Logs.Restore(from);
        Formatting.Restore(from, Namespace);
    }

    private void Start(ControllerConfiguration now)
    {
        uint sizes = _bank[NvmeRegisters.Aqa];
        uint submission = sizes.Field(11, 0) + 1;
        uint completion = sizes.Field(27, 16) + 1;
        string? wrong = now switch
        {
            { PageShift: > (int)MostPageShift } => "CC.MPS is above CAP.MPSMAX",
            { CommandSet: not (0 or SeveralCommandSets or OnlyAdministration) } => "CC.CSS is none of CAP.CSS",
            _ when Base(NvmeRegisters.Asq) == 0 || Base(NvmeRegisters.Asq) % (ulong)now.PageBytes != 0 => "ASQ is zero or not aligned",
            _ when Base(NvmeRegisters.Acq) == 0 || Base(NvmeRegisters.Acq) % (ulong)now.PageBytes != 0 => "ACQ is zero or not aligned",
            _ when submission < SmallestEntries || completion < SmallestEntries => "AQA names a queue of one entry",
            _ => null,
        };
        if (wrong is not null)
        {
            Fail($"CC.EN is set, but {wrong}");
            return;
        }

        (SubmissionQueue queue, CompletionQueue answers) = (Queues.Submission[0], Queues.Completion[0]);
        (queue.Address, queue.Entries) = (Base(NvmeRegisters.Asq), (int)Math.Min(submission, NvmeQueues.MostEntries));
        (answers.Address, answers.Entries) = (Base(NvmeRegisters.Acq), (int)Math.Min(completion, NvmeQueues.MostEntries));
        (answers.Phase, answers.Interrupts) = (true, true);
        Status = (Status & ~(1u << FatalStatus)) | (1u << Ready);
    }

    private ulong Base(uint register) => _bank[register] | ((ulong)_bank[register + 4] << 32);

    /// <summary>A controller level reset (section 7.3.2): the administration's queues stay where they were put.</summary>
    private void ResetController()
    {
        _later.Disarm();
        Formatting.Stop();
        Queues.Clear();
        Events.Clear();
        Features.Reset();
        _bank[NvmeRegisters.MaskSet] = 0;
        Status &= ~((1u << Ready) | (1u << FatalStatus));
        InterruptsChanged();
    }

    private void GoOn()
    {
        if (Status.Bit(Ready) && !Status.Bit(FatalStatus))
        {
            Formatting.GoOn();
            Events.Send();
            Queues.Serve();
        }
    }
}
