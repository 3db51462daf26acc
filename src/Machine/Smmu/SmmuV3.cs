using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Ats;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Commands;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Stalls;
using GdbHost.Machine.Smmu.Tables;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Smmu;

/// <summary>
/// An SMMU of version 3.1, Non-secure side (IHI 0070, Arm System Memory Management Unit Architecture Specification): takes the
/// requests of a host bridge's functions through streams, both stages and caches.
/// </summary>
internal sealed class SmmuV3 : IDevice, IIommu
{
    private const DmaAttributes AddressTypeBits = DmaAttributes.Translated | DmaAttributes.TranslationRequest;

    [NotState("SMMU_CR0.SMMUEN")]
    private bool _isOn;

    [NotState("registers that keep their value while SMMUEN is set")]
    private StreamTable _table;

    private readonly PageRequestQueue _pages;
    private readonly TranslationRequests _requests;

    /// <param name="sendEvent">Sends an event to all cores, as SEV does.</param>
    public SmmuV3(string name, PhysicalBus bus, IrqLines lines, Scheduler scheduler, DeviceEvents events, Action sendEvent)
    {
        Name = name;
        GuestTables memory = new(bus);
        Bank = new RegisterBank<SmmuV3>(name, Registers.Map, this, events);
        Port = new SmmuPort(Bank);
        Translations = new TranslationCaches(bus);
        Structures = new ConfigurationCache(Passing);
        Streams = new StreamResolver(memory, Translations, Structures);
        Signals = new Signals(this, new MessageWriter(bus), lines, sendEvent);
        Recorder = new EventRecorder(this, memory);
        Stalls = new StalledTransactions(this);
        Invalidations = new Invalidations(this, scheduler);
        Queue = new CommandQueue(this, memory, scheduler);
        CacheCommands = new CacheCommands(this);
        EndpointCommands = new EndpointCommands(this);
        _pages = new PageRequestQueue(this, memory);
        _requests = new TranslationRequests(this);
        TakeRegisters();
    }

    public string Name { get; }

    public string StateName => Name;

    public ushort NewestTicket => Stalls.Newest;

    public PassingRequesters Passing { get; } = new(Features.AddressBits);

    /// <summary>The functions behind it; null where there are none.</summary>
    [field: NotState("wiring")]
    public IEndpoints? Endpoints { get; set; }

    /// <summary>The registers as the bus has them.</summary>
    public SmmuPort Port { get; }

    public RegisterBank<SmmuV3> Bank { get; }

    public GlobalErrors Errors { get; } = new();

    public TranslationCaches Translations { get; }

    public ConfigurationCache Structures { get; }

    public StreamResolver Streams { get; }

    public Signals Signals { get; }

    public EventRecorder Recorder { get; }

    public StalledTransactions Stalls { get; }

    public Invalidations Invalidations { get; }

    public CommandQueue Queue { get; }

    public CacheCommands CacheCommands { get; }

    public EndpointCommands EndpointCommands { get; }

    public CommandLog Log { get; } = new();

    public Control Control => new(Bank[Registers.Cr0]);

    public StreamTable StreamTable => new(Wide(Registers.StrtabBase), Bank[Registers.StrtabBaseCfg]) { E2h = IsHostMode };

    /// <summary>SMMU_CR2.E2H.</summary>
    public bool IsHostMode => Bank[Registers.Cr2].Bit(0);

    public QueueRing CommandRing => new(Wide(Registers.CmdqBase), Command.Bytes);

    public QueueRing EventRing => new(Wide(Registers.EventqBase), EventRecord.Bytes);

    public QueueRing PageRing => new(Wide(Registers.PriqBase), PageRequestQueue.EntryBytes);

    /// <summary>The PRI queue has lost requests, and software has not said that it knows.</summary>
    public bool PagesOverflowed => _pages.HasOverflowed;

    /// <summary>SMMU_GBPA.ABORT.</summary>
    public bool AbortsWhileOff => Bank[Registers.Gbpa].Bit(20);

    public static IommuTranslation Refused(in DmaRequest request) => new(DmaResult.TranslationFault, request.Address, 1);

    public IommuTranslation Translate(in DmaRequest request)
    {
        if ((request.Attributes & AddressTypeBits) != 0)
        {
            return request.AddressType == AddressType.Translated ? _requests.Pass(request) : Unsupported(request);
        }

        if (!_isOn)
        {
            return AbortsWhileOff ? Refused(request) : Untranslated(request);
        }

        if (!request.Prefix.IsPresent && Streams.FindKept(in _table, request.Requester.Value) is StreamContext kept)
        {
            return kept.IsBypass ? Untranslated(request) : Translate(request, new Transaction(request), kept);
        }

        return Resolve(request, in _table);
    }

    /// <summary>Takes a transaction through the stages of its context.</summary>
    public IommuTranslation Translate(in DmaRequest request, Transaction transaction, StreamContext context)
    {
        transaction = transaction.In(in context.Ste);
        Translation result = Translations.Translate(context, request.Address, transaction.Type, transaction.Unprivileged);
        if (!result.Fault.Happened && request.Kind == DmaKind.Atomic)
        {
            // Where it may write and not read, the fault is a read's (IHI 0070, Attribute support).
            transaction = transaction with { Type = AccessType.Read, IsRead = true };
            result = Translations.Translate(context, request.Address, AccessType.Read, transaction.Unprivileged);
        }

        if (result.Fault is { Happened: true } fault)
        {
            EventRecord record = Faults.EventOf(fault, transaction.Record, EventClass.Input);
            record = fault.Kind == FaultKind.ExternalAbort ? record with { Second = AbortedAt(context, transaction) } : record;
            return End(request, context.Ste, context.Cd, fault, record);
        }

        ulong left = (1UL << result.RangeShift) - (request.Address & ((1UL << result.RangeShift) - 1));
        return new IommuTranslation(DmaResult.Ok, result.Physical, left);
    }

    public TranslationCompletion Answer(in DmaRequest request, int span) => _requests.Answer(request, span);

    public void Requested(in PageRequest request) => _pages.Take(in request);

    public void Hinted(in PageHint hint) => Recorder.Record(new EventRecord(EventKind.PageRequest, hint.Requester.Value)
    {
        Substream = hint.Prefix.IsPresent ? hint.Prefix.Pasid : null,
        Input = hint.Address,
        Span = hint.Span,
        IsRead = !hint.Write,
        IsPrivileged = hint.Prefix is { IsPresent: true, Privileged: true },
        IsInstruction = hint.Prefix is { IsPresent: true, Execute: true },
    });

    public void Invalidated(uint tag) => Invalidations.Complete(tag);

    public void Reset()
    {
        Bank.Reset();
        TakeRegisters();
        Errors.Reset();
        Translations.Clear();
        Structures.Clear();
        Stalls.Reset();
        Invalidations.Reset();
        Log.Clear();
        Queue.Reset();
    }

    public void Save(StateWriter to)
    {
        Bank.Save(to);
        Errors.Save(to);
        Translations.Save(to);
        Structures.Save(to);
        Stalls.Save(to);
        Invalidations.Save(to);
    }

    public void Restore(StateReader from)
    {
        Bank.Restore(from);
        TakeRegisters();
        Errors.Restore(from);
        Translations.Restore(from);
        Structures.Restore(from);
        Stalls.Restore(from);
        Invalidations.Restore(from);
        Log.Clear();
    }

    /// <summary>SMMU_CR0 is written. What is stalled ends where translation is turned off.</summary>
    public void WriteControl(uint value, uint mask)
    {
        Control before = Control;
        mask &= Control.Implemented;
        Bank[Registers.Cr0] = (Bank[Registers.Cr0] & ~mask) | (value & mask);
        TakeRegisters();
        if (before.SmmuEnable && !Control.SmmuEnable)
        {
            Stalls.TerminateAll();
        }

        Stalls.RetryUnrecorded();
        Queue.Run();
    }

    /// <summary>SMMU_GBPA takes a value only together with Update, which reads as 0 again.</summary>
    public void UpdateBypass(uint value, uint mask)
    {
        const uint Fields = 0x001f_3f1f;
        if (value.Bit(31))
        {
            Bank[Registers.Gbpa] = (Bank[Registers.Gbpa] & ~mask) | (value & mask & Fields);
            TakeRegisters();
        }
    }

    /// <summary>SMMU_GERRORN was written: an acknowledged error lets its queue go on.</summary>
    public void Acknowledge(uint value)
    {
        Errors.Acknowledged = value;
        Stalls.RetryUnrecorded();
        Queue.Run();
    }

    /// <summary>A register of 64 bits.</summary>
    public ulong Wide(uint offset) => Bank[offset] | ((ulong)Bank[offset + 4] << 32);

    // What each request asks for. Without SMMUEN nothing kept counts.
    private void TakeRegisters()
    {
        _isOn = Control.SmmuEnable;
        _table = StreamTable;
        Passing.HasEverybody = !_isOn && !AbortsWhileOff;
        Passing.Limit = _isOn ? 1u << _table.Bits : 0;
    }

    /// <summary>A request for which structures may have to be read.</summary>
    private IommuTranslation Resolve(in DmaRequest request, in StreamTable table)
    {
        Transaction transaction = new(request);
        Resolution resolved = Streams.Resolve(in table, transaction.Stream, transaction.Substream);
        if (resolved.Context is StreamContext context)
        {
            return context.IsBypass ? Untranslated(request) : Translate(request, transaction, context);
        }

        if (resolved.Fault.Happened)
        {
            // The entry's privilege and instruction overrides are in the event too.
            EventRecord record = transaction.In(resolved.Ste).Complete(resolved.Problem!.Value);
            return End(request, resolved.Ste, null, resolved.Fault, record);
        }

        if (resolved.Problem is EventRecord problem)
        {
            Recorder.Record(transaction.Complete(problem));
        }

        return Refused(request);
    }

    /// <summary>A transaction that a fault of its translation ends, or stalls.</summary>
    private IommuTranslation End(in DmaRequest request, in StreamTableEntry ste, ContextDescriptor? cd, Fault fault, in EventRecord record)
    {
        // A function of PCI Express is not stalled, whatever the structures say (IHI 0070, Fault models, System integration).
        if (request.Attributes.HasFlag(DmaAttributes.MayStall) && Faults.Stalls(in ste, cd, fault) && Stalls.TryHold(in record))
        {
            return new IommuTranslation(DmaResult.Stalled, request.Address, 1);
        }

        if (Faults.IsRecorded(in ste, cd, fault))
        {
            Recorder.Record(in record);
        }

        return Faults.IsDiscarded(in ste, cd, fault) ? new IommuTranslation(DmaResult.Discarded, request.Address, 1) : Refused(request);
    }

    // An address that is wider than OAS is an Address Size fault; only a stream's is recorded.
    private IommuTranslation Untranslated(in DmaRequest request)
    {
        if (request.Address >> Features.AddressBits == 0)
        {
            return new IommuTranslation(DmaResult.Ok, request.Address, (ulong)request.Length);
        }

        if (Control.SmmuEnable)
        {
            Recorder.Record(new Transaction(request).Record with { Kind = EventKind.AddressSize, Class = EventClass.Input });
        }

        return Refused(request);
    }

    // The Address Type that PCI Express reserves, and a translation request that does not read.
    private IommuTranslation Unsupported(in DmaRequest request)
    {
        Recorder.Record(new Transaction(request).Record with { Kind = EventKind.Unsupported, Reason = 1 });
        return Refused(request);
    }

    /// <summary>Where the descriptor is that could not be read: what only a record of the walk knows.</summary>
    private ulong AbortedAt(StreamContext context, in Transaction transaction)
    {
        WalkTrace trace = new();
        Translations.Look(context, transaction.Input, transaction.Type, transaction.Unprivileged, trace);
        return trace.Reason is FaultReason.BusRefused refused ? refused.DescriptorAddress : 0;
    }
}
