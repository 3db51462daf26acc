using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Commands;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Smmu;

/// <summary>
/// An SMMU of version 3.1, Non-secure side (IHI 0070, Arm System Memory Management Unit Architecture Specification): takes the
/// requests of a host bridge's functions through streams, both stages and caches.
/// </summary>
internal sealed class SmmuV3 : IDevice, IIommu
{
    /// <summary>Work on commands that one access starts, in commands and pages; the rest is done a little later, so that no access takes long.</summary>
    private const int MostAtOnce = 1024;

    /// <summary>Virtual nanoseconds.</summary>
    private const ulong Pause = 1000;

    private readonly GuestTables _memory;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _goOn;
    private readonly MessageWriter _messages;
    private readonly IrqLines _lines;

    [NotState("within a command")]
    private bool _running;

    [NotState("within a batch of commands")]
    private int _work;

    public SmmuV3(string name, PhysicalBus bus, IrqLines lines, Scheduler scheduler, DeviceEvents events)
    {
        Name = name;
        _scheduler = scheduler;
        _goOn = scheduler.Create(name + " commands", GoOn);
        _memory = new GuestTables(bus);
        _messages = new MessageWriter(bus);
        _lines = lines;
        Bank = new RegisterBank<SmmuV3>(name, Registers.Map, this, events);
        Port = new SmmuPort(Bank);
        Translations = new TranslationCaches(bus);
        Streams = new StreamResolver(_memory, Translations, Structures);
    }

    public string Name { get; }

    public string StateName => Name;

    /// <summary>The registers as the bus has them.</summary>
    public SmmuPort Port { get; }

    public RegisterBank<SmmuV3> Bank { get; }

    public GlobalErrors Errors { get; } = new();

    public TranslationCaches Translations { get; }

    public ConfigurationCache Structures { get; } = new();

    public StreamResolver Streams { get; }

    public CommandLog Log { get; } = new();

    /// <summary>Called with each event, whether the event queue takes it or not; null where nobody listens.</summary>
    [field: NotState("a listener")]
    public Action<EventRecord>? EventObserver { get; set; }

    /// <summary>Called with each error that becomes active in SMMU_GERROR; null where nobody listens.</summary>
    [field: NotState("a listener")]
    public Action<GlobalError>? ErrorObserver { get; set; }

    public Control Control => new(Bank[Registers.Cr0]);

    public StreamTable StreamTable => new(Wide(Registers.StrtabBase), Bank[Registers.StrtabBaseCfg]);

    public QueueRing CommandRing => new(Wide(Registers.CmdqBase), Command.Bytes);

    public QueueRing EventRing => new(Wide(Registers.EventqBase), EventRecord.Bytes);

    /// <summary>SMMU_GBPA.ABORT.</summary>
    public bool AbortsWhileOff => Bank[Registers.Gbpa].Bit(20);

    public IommuTranslation Translate(in DmaRequest request)
    {
        Transaction transaction = new(request);
        if (!Control.SmmuEnable)
        {
            return AbortsWhileOff ? Refused(request) : Untranslated(request);
        }

        if (request.Attributes.HasFlag(DmaAttributes.Translated))
        {
            // There is no ATS: nobody can have translated it.
            Record(transaction.Record with { Kind = EventKind.TranslationForbidden });
            return Refused(request);
        }

        Resolution resolved = Streams.Resolve(StreamTable, transaction.Stream, transaction.Substream);
        if (resolved.Context is not StreamContext context)
        {
            if (resolved.Problem is EventRecord problem)
            {
                Record(transaction.Complete(problem));
            }

            return Refused(request);
        }

        if (context.Ste.Config == StreamConfig.Bypass)
        {
            return Untranslated(request);
        }

        transaction = transaction.In(context);
        Translation result = Translations.Translate(context, request.Address, transaction.Type, transaction.Unprivileged);
        if (!result.Fault.Happened && request.Kind == DmaKind.Atomic)
        {
            transaction = transaction with { Type = AccessType.Read };
            result = Translations.Translate(context, request.Address, AccessType.Read, transaction.Unprivileged);
        }

        if (result.Fault.Happened)
        {
            Report(context, transaction, result.Fault);
            return Refused(request);
        }

        ulong left = (1UL << result.RangeShift) - (request.Address & ((1UL << result.RangeShift) - 1));
        return new IommuTranslation(DmaResult.Ok, result.Physical, left);
    }

    public void Reset()
    {
        Bank.Reset();
        Errors.Reset();
        Translations.Clear();
        Structures.Clear();
        Log.Clear();
        _goOn.Disarm();
    }

    public void Save(StateWriter to)
    {
        Bank.Save(to);
        Errors.Save(to);
        Translations.Save(to);
        Structures.Save(to);
    }

    public void Restore(StateReader from)
    {
        Bank.Restore(from);
        Errors.Restore(from);
        Translations.Restore(from);
        Structures.Restore(from);
        Log.Clear();
    }

    /// <summary>SMMU_CR0 was written.</summary>
    public void ControlChanged() => RunCommands();

    /// <summary>SMMU_GBPA takes a value only together with Update, which reads as 0 again.</summary>
    public void UpdateBypass(uint value, uint mask)
    {
        const uint Fields = 0x001f_3f1f;
        if (value.Bit(31))
        {
            Bank[Registers.Gbpa] = (Bank[Registers.Gbpa] & ~mask) | (value & mask & Fields);
        }
    }

    /// <summary>SMMU_GERRORN was written: an acknowledged command error lets the queue go on.</summary>
    public void Acknowledge(uint value)
    {
        Errors.Acknowledged = value;
        RunCommands();
    }

    /// <summary>Does the commands that wait.</summary>
    public void RunCommands()
    {
        if (_running)
        {
            return;
        }

        _running = true;
        _work = 0;
        Span<ulong> words = stackalloc ulong[Command.Words];
        QueueRing ring = CommandRing;
        while (Control.CommandQueueEnable && !Errors.IsActive(GlobalError.CmdqErr)
            && !ring.IsEmpty(Bank[Registers.CmdqProd], Bank[Registers.CmdqCons]))
        {
            if (_work++ >= MostAtOnce)
            {
                _goOn.Arm(_scheduler.Clock.Now + Pause);
                break;
            }

            uint index = Bank[Registers.CmdqCons] & Registers.IndexBits;
            bool fetched = _memory.TryReadAll(ring.AddressOf(index), words);
            CommandError error = fetched ? Do(index, new Command(words[0], words[1])) : CommandError.Abort;
            if (error != CommandError.None)
            {
                Bank[Registers.CmdqCons] = index.WithField(30, 24, (uint)error);
                Raise(GlobalError.CmdqErr);
                break;
            }

            Bank[Registers.CmdqCons] = ring.Next(index);
        }

        _running = false;
    }

    /// <summary>CMD_PREFETCH_*: a hint; the structures are read.</summary>
    public CommandError Prefetch(Command command)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        if (Control.SmmuEnable)
        {
            Streams.Resolve(StreamTable, command.Stream, command.HasSubstream ? command.Substream : null);
        }

        return CommandError.None;
    }

    /// <summary>CMD_CFGI_STE and CMD_CFGI_STE_RANGE.</summary>
    public CommandError ForgetStreams(Command command, uint first, uint last)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        Structures.ForgetStreams(first, last);
        return CommandError.None;
    }

    /// <summary>CMD_CFGI_CD and CMD_CFGI_CD_ALL.</summary>
    public CommandError ForgetDescriptors(Command command, uint? substream)
    {
        if (command.IsSecure)
        {
            return CommandError.Illegal;
        }

        Structures.ForgetDescriptors(command.Stream, substream);
        return CommandError.None;
    }

    /// <summary>CMD_TLBI_*, with a range where the command names one.</summary>
    public CommandError InvalidateTranslations(TlbiOperation operation, Command command, bool hasAddress)
    {
        // More pages than this go by widening the command: to remove more than was asked for is allowed.
        const ulong MostPages = 512;
        int shift = 10 + (command.Tg * 2);
        ulong pages = hasAddress && command.Tg != 0 ? ((ulong)command.Num + 1) << command.Scale : 1;
        TlbInvalidation invalidation = new(operation, Secure: false, (byte)command.Vmid, command.Asid, command.Address.Field(55, 0));
        if (pages > MostPages)
        {
            Translations.Invalidate(invalidation with { Operation = Widened(operation) });
            return CommandError.None;
        }

        _work += (int)pages - 1;
        for (ulong page = 0; page < pages; page++)
        {
            Translations.Invalidate(invalidation with { Address = (invalidation.Address + (page << shift)).Field(55, 0) });
        }

        return CommandError.None;
    }

    /// <summary>CMD_SYNC: everything before it is done already; what is left is to say so.</summary>
    public CommandError Synchronize(Command command)
    {
        const int Interrupt = 1;
        const int Reserved = 3;
        if (command.CompletionSignal == Reserved)
        {
            return CommandError.Illegal;
        }

        if (command.CompletionSignal != Interrupt)
        {
            return CommandError.None;
        }

        if (command.MsiAddress == 0)
        {
            Pulse(_lines.CommandSync);
        }
        else if (!_messages.TrySend(command.MsiAddress, command.MsiData, Port))
        {
            Raise(GlobalError.MsiCmdqAbtErr);
        }

        return CommandError.None;
    }

    private static TlbiOperation Widened(TlbiOperation operation) => operation switch
    {
        TlbiOperation.Vae1 => TlbiOperation.Aside1,
        TlbiOperation.Vaae1 => TlbiOperation.Vmalle1,
        TlbiOperation.Ipas2e1 => TlbiOperation.Vmalls12e1,
        _ => TlbiOperation.Alle2,
    };

    private static IommuTranslation Refused(in DmaRequest request) => new(DmaResult.TranslationFault, request.Address, 1);

    private static void Pulse(IInterruptLine line)
    {
        line.Set(true);
        line.Set(false);
    }

    private void GoOn()
    {
        _goOn.Disarm();
        RunCommands();
    }

    private CommandError Do(uint index, Command command)
    {
        int structures = Structures.Count;
        int translations = Translations.Count;
        CommandError error = CommandRow.Find(command.Opcode)?.Do(this, command) ?? CommandError.Illegal;
        Log.Add(new DoneCommand(index, command, error, structures - Structures.Count, translations - Translations.Count));
        return error;
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
            Record(new Transaction(request).Record with { Kind = EventKind.AddressSize, Class = EventClass.Input });
        }

        return Refused(request);
    }

    private void Report(StreamContext context, in Transaction transaction, Fault fault)
    {
        if (!Faults.IsRecorded(context, fault))
        {
            return;
        }

        EventRecord record = Faults.EventOf(fault, transaction.Record, EventClass.Input);
        Record(fault.Kind == FaultKind.ExternalAbort ? record with { Second = AbortedAt(context, transaction) } : record);
    }

    /// <summary>Where the descriptor is that could not be read: what only a record of the walk knows.</summary>
    private ulong AbortedAt(StreamContext context, in Transaction transaction)
    {
        WalkTrace trace = new();
        Translations.Look(context, transaction.Input, transaction.Type, transaction.Unprivileged, trace);
        return trace.Reason is FaultReason.BusRefused refused ? refused.DescriptorAddress : 0;
    }

    private void Record(in EventRecord record)
    {
        EventObserver?.Invoke(record);
        const int RecordInvalidStreams = 1;
        if (!Control.EventQueueEnable || (record.Kind == EventKind.BadStreamId && !Bank[Registers.Cr2].Bit(RecordInvalidStreams)))
        {
            return;
        }

        uint producer = Bank[Registers.EventqProd];
        EventOutcome outcome = EventQueue.Record(_memory, EventRing, record, ref producer, Bank[Registers.EventqCons]);
        Bank[Registers.EventqProd] = producer;
        if (outcome == EventOutcome.Aborted)
        {
            Raise(GlobalError.EventqAbtErr);
        }
        else if (outcome == EventOutcome.RecordedFirst && !TryInterrupt(Registers.EventqIrqCfg, IrqLines.EventQueueEnable, _lines.EventQueue))
        {
            Raise(GlobalError.MsiEventqAbtErr);
        }
    }

    private void Raise(GlobalError error)
    {
        if (!Errors.Raise(error))
        {
            return;
        }

        ErrorObserver?.Invoke(error);
        if (!TryInterrupt(Registers.GerrorIrqCfg, IrqLines.GlobalErrorEnable, _lines.GlobalError) && Errors.Raise(GlobalError.MsiGerrorAbtErr))
        {
            ErrorObserver?.Invoke(GlobalError.MsiGerrorAbtErr);
        }
    }

    /// <summary>False where there should be a message and it was refused.</summary>
    private bool TryInterrupt(uint configuration, int enable, IInterruptLine line)
    {
        if (!Bank[Registers.IrqCtrl].Bit(enable))
        {
            return true;
        }

        ulong address = Wide(configuration).Field(51, 2) << 2;
        if (address != 0)
        {
            return _messages.TrySend(address, Bank[configuration + 8], Port);
        }

        Pulse(line);
        return true;
    }

    private ulong Wide(uint offset) => Bank[offset] | ((ulong)Bank[offset + 4] << 32);
}
