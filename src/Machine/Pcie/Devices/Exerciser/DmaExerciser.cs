using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>
/// A function of ours that sends what it is told to: reads, writes and atomic operations of any address, length, Requester
/// ID and attributes, messages, pin interrupts, errors. README.md in this folder has its registers.
/// </summary>
internal sealed class DmaExerciser : PciFunction
{
    public const int BufferBytes = 0x8000;

    public static readonly PciDeviceKind Kind = new(
        "dma-exerciser", "ours: sends reads, writes, atomics, messages and errors as its registers say",
        new PciDeviceKey("vectors", "N", "vectors of its MSI-X, 1 to 2048; 16 by default"),
        new PciDeviceKey("pasid", "on|off", "requests may carry a PASID; off by default"),
        new PciDeviceKey("ats", "on|off", "it may keep translations and ask for pages (ATS, PRI); off by default"),
        new PciDeviceKey("stall", "on|off", "an IOMMU may make its requests wait, as those of a device inside the SoC that looks like PCI Express; off by default"))
    {
        Make = static (options, context) => new DmaExerciser(options, context),
    };

    private readonly RegisterBank<DmaExerciser> _bank;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _due;
    private readonly ProcessAddressSpace? _pasids;
    private readonly TranslationUnit _translations;
    private readonly Transfer _transfer = new();
    private uint _command;

    public DmaExerciser(PciDeviceOptions options, PciDeviceContext context)
        : base(context.Name, new FunctionIdentity(0x1234, 0x0dae, 0x00ff00)
        {
            InterruptPin = 1,
            IsExpress = true,
            KeepsUnusedBytes = false,
            MultiFunction = options.Flag("multifunction", false),
        })
    {
        const int MostVectors = 2048;
        ulong vectors = options.Number("vectors", 16, MostVectors);
        _scheduler = context.Scheduler;
        MayStall = options.Flag("stall", false);
        _due = context.Scheduler.Create(context.Name + " command", Run);
        _bank = new RegisterBank<DmaExerciser>(context.Name, ExerciserRegisters.Map, this, context.Events);
        Add(new PowerManagement(this, PowerSettings.Resetting));
        Add(new Msi(this, vectors: 32, masking: true));
        Add(Msix.WithOwnBar(this, (int)Math.Max(vectors, 1), bar: 2, BaseAddressKind.Memory64));
        Add(new ExpressCapability(this, new ExpressSettings(context.EndpointType(options)) { FunctionLevelReset = true }));
        Add(new ErrorReporting(this, isRoot: false));
        Add(new AlternativeRouting(this, next: 0));
        _pasids = options.Flag("pasid", false) ? Add(new ProcessAddressSpace(this)) : null;
        bool ats = options.Flag("ats", false);
        _translations = new TranslationUnit(this, ats ? Add(new AddressTranslation(this)) : null, ats ? Add(new PageRequests(this)) : null, context.Scheduler);
        AddBar(new BaseAddress(0, BaseAddressKind.Memory64, BufferBytes * 2, new RegistersAndBuffer(_bank, _buffer)));
    }

    public override bool MayStall { get; }

    public override IReadOnlyList<string>? KeptTranslations => _translations.Lines;

    /// <summary>The registers.</summary>
    public RegisterBank<DmaExerciser> Registers => _bank;

    public IIommu? Iommu => Bus?.Root.Iommu;

    /// <summary>What the registers ask for requests to be.</summary>
    public PasidPrefix Prefix => new PasidPrefix(_bank[ExerciserRegisters.Pasid]) is { IsPresent: true } prefix ? prefix : default;

    public DmaAttributes Attributes => (DmaAttributes)(_bank[ExerciserRegisters.Attributes] & ExerciserRegisters.OnLink) | (MayStall ? DmaAttributes.MayStall : 0);

    public RequesterId? ForgedRequester => _bank[ExerciserRegisters.Requester].Bit(ExerciserRegisters.Forged) ? new RequesterId((ushort)_bank[ExerciserRegisters.Requester]) : null;

    /// <summary>Software has enabled what the prefix needs, or the device is broken.</summary>
    public bool MayCarry => !Prefix.IsPresent || Attributes.HasFlag(DmaAttributes.Unruly)
        || (_pasids is { Enabled: true } && (!Prefix.Execute || _pasids.MayExecute) && (!Prefix.Privileged || _pasids.MayBePrivileged));

    public override void Discard()
    {
        _scheduler.Remove(_due);
        _translations.Discard();
    }

    public override InvalidationAnswer Invalidate(in CacheInvalidation invalidation) => _translations.Invalidate(in invalidation);

    public override void Respond(in PageResponse response) => _translations.Respond(in response);

    public override bool TryResume(ushort ticket, StallOutcome outcome)
    {
        if (!_transfer.TryResume(ticket, outcome))
        {
            return false;
        }

        _bank[ExerciserRegisters.Status] &= ~(1u << ExerciserRegisters.Waiting);
        _due.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[ExerciserRegisters.Delay]));
        return true;
    }

    protected override void ResetState()
    {
        _bank.Reset();
        Array.Clear(_buffer);
        _command = 0;
        _translations.Reset();
        _transfer.Reset();
        _due.Disarm();
    }

    protected override void SaveState(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_buffer.AsSpan());
        to.Write(_command);
        _translations.Save(to);
        _transfer.Save(to);
    }

    protected override void RestoreState(StateReader from)
    {
        _bank.Restore(from);
        from.ReadBytes(_buffer);
        _command = from.ReadUInt32();
        _translations.Restore(from);
        _transfer.Restore(from);
    }

    /// <summary>COMMAND was written. One that comes while another is under way is lost.</summary>
    public void Start(uint command)
    {
        if (_bank[ExerciserRegisters.Status].Bit(ExerciserRegisters.Busy))
        {
            return;
        }

        _command = command;
        _bank[ExerciserRegisters.Status] = 1u << ExerciserRegisters.Busy;
        _due.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[ExerciserRegisters.Delay]));
    }

    private ulong Pair(uint low) => _bank[low] | ((ulong)_bank[low + 4] << 32);

    private void SetPair(uint low, ulong value)
    {
        _bank[low] = (uint)value;
        _bank[low + 4] = (uint)(value >> 32);
    }

    private void Run()
    {
        DmaResult result = Execute((ExerciserOperation)_command.Field(7, 0));
        if (result == DmaResult.Stalled)
        {
            _bank[ExerciserRegisters.Status] |= 1u << ExerciserRegisters.Waiting;
            return;
        }

        _bank[ExerciserRegisters.Completed]++;
        if (_bank[ExerciserRegisters.Repeat] > 0 && _bank[ExerciserRegisters.Status].Bit(ExerciserRegisters.Busy))
        {
            _bank[ExerciserRegisters.Repeat]--;
            SetPair(ExerciserRegisters.AddressLow, Pair(ExerciserRegisters.AddressLow) + (ulong)(int)_bank[ExerciserRegisters.Stride]);
            _bank[ExerciserRegisters.Status] = (1u << ExerciserRegisters.Busy) | ((uint)result << 8);
            _due.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[ExerciserRegisters.Delay]));
            return;
        }

        _bank[ExerciserRegisters.Status] = (1u << ExerciserRegisters.Done) | ((uint)result << 8);
        if (_command.Bit(ExerciserRegisters.InterruptWhenDone))
        {
            Interrupt((int)_command.Field(31, 16));
        }
    }

    private void Interrupt(int vector)
    {
        if (UsesMessages)
        {
            Msix!.Notify(vector);
            Msi!.Notify(vector);
        }
        else
        {
            SetInterrupt(true);
        }
    }

    private DmaResult Execute(ExerciserOperation operation)
    {
        ulong address = Pair(ExerciserRegisters.AddressLow);
        switch (operation)
        {
            case ExerciserOperation.Read:
                return Move(DmaKind.Read, address);
            case ExerciserOperation.Write:
                return Move(DmaKind.Write, address);
            case ExerciserOperation.Message:
                return MayCarry ? Send(address) : DmaResult.NotSent;
            case ExerciserOperation.FetchAdd or ExerciserOperation.Swap or ExerciserOperation.CompareAndSwap:
                return MayCarry ? Exchange(operation, address) : DmaResult.NotSent;
            case ExerciserOperation.AskTranslation:
                return _translations.Ask(address, write: !Attributes.HasFlag(DmaAttributes.NoWrite), out _);
            case ExerciserOperation.RequestPage:
                return _translations.RequestPage(address);
            case ExerciserOperation.HintPage:
                return _translations.HintPage(address);
            case ExerciserOperation.ForgetTranslations:
                _translations.Forget();
                return DmaResult.Ok;
            case ExerciserOperation.Msi:
                Msi!.Notify((int)_bank[ExerciserRegisters.DataLow].Field(4, 0));
                return DmaResult.Ok;
            case ExerciserOperation.Msix:
                Msix!.Notify((int)_bank[ExerciserRegisters.DataLow].Field(10, 0));
                return DmaResult.Ok;
            case ExerciserOperation.AssertPin or ExerciserOperation.ReleasePin:
                SetInterrupt(operation == ExerciserOperation.AssertPin);
                return DmaResult.Ok;
            case ExerciserOperation.Fill:
                Fill(Part, Pair(ExerciserRegisters.DataLow));
                return DmaResult.Ok;
            case ExerciserOperation.CorrectableError:
                Errors!.Correctable(_bank[ExerciserRegisters.DataLow]);
                return DmaResult.Ok;
            case ExerciserOperation.UncorrectableError:
                Errors!.Uncorrectable((int)_bank[ExerciserRegisters.DataLow].Field(4, 0), [0, _bank[ExerciserRegisters.Requester] << 16, (uint)(address >> 32), (uint)address]);
                return DmaResult.Ok;
            default:
                return DmaResult.UnsupportedRequest;
        }
    }

    /// <summary>The part of the buffer that a command is about; it ends with the buffer.</summary>
    private Span<byte> Part
    {
        get
        {
            int at = (int)_bank[ExerciserRegisters.Buffer];
            return _buffer.AsSpan(at, Math.Min((int)_bank[ExerciserRegisters.Length], BufferBytes - at));
        }
    }

    private static void Fill(Span<byte> part, ulong pattern)
    {
        for (int i = 0; i < part.Length; i++)
        {
            part[i] = (byte)(pattern >> (i % sizeof(ulong) * 8));
        }
    }

    private DmaResult Move(DmaKind kind, ulong address)
    {
        if (!MayCarry || (Attributes.HasFlag(DmaAttributes.TranslationRequest) && !_translations.IsEnabled && !Attributes.HasFlag(DmaAttributes.Unruly)))
        {
            return DmaResult.NotSent;
        }

        int at = (int)_bank[ExerciserRegisters.Buffer];
        return _transfer.Go(address, Part, kind, Iommu, (done, length) => Piece(kind, address + (ulong)done, _buffer.AsSpan(at + done, length)));
    }

    private DmaResult Piece(DmaKind kind, ulong address, Span<byte> data)
    {
        DmaAttributes attributes = Attributes;
        PasidPrefix prefix = Prefix;
        if (_bank[ExerciserRegisters.Attributes].Bit(ExerciserRegisters.ByCache))
        {
            DmaResult found = _translations.TryFind(ref address, kind == DmaKind.Write);
            if (found != DmaResult.Ok)
            {
                return found;
            }

            // A translated request carries no PASID (Translated Requests with PASID Enable is not there).
            attributes |= DmaAttributes.Translated;
            prefix = default;
        }

        return kind == DmaKind.Read
            ? Dma.Read(address, data, attributes, ForgedRequester, prefix)
            : Dma.Write(address, data, attributes, ForgedRequester, prefix);
    }

    private DmaResult Send(ulong address)
    {
        Span<byte> none = stackalloc byte[sizeof(uint)];
        return _transfer.Go(address, none, DmaKind.Message, Iommu, (_, _) => Dma.SendMessage(address, _bank[ExerciserRegisters.DataLow], ForgedRequester, Attributes, Prefix));
    }

    private DmaResult Exchange(ExerciserOperation operation, ulong address)
    {
        int size = _bank[ExerciserRegisters.Length] == sizeof(ulong) ? sizeof(ulong) : sizeof(uint);
        byte[] old = new byte[sizeof(ulong)];
        ulong data = Pair(ExerciserRegisters.DataLow);
        ulong compare = size == sizeof(ulong) ? Pair(ExerciserRegisters.CompareLow) : _bank[ExerciserRegisters.CompareLow];
        DmaResult result = _transfer.Go(address, old.AsSpan(0, size), DmaKind.Atomic, Iommu, (_, _) =>
            Dma.Atomic(address, old.AsSpan(0, size), memory => Change(memory.Span, operation, data, compare), Attributes, ForgedRequester, Prefix));
        SetPair(ExerciserRegisters.ResultLow, result == DmaResult.Stalled ? Pair(ExerciserRegisters.ResultLow) : BinaryPrimitives.ReadUInt64LittleEndian(old));
        return result;
    }

    private static void Change(Span<byte> memory, ExerciserOperation operation, ulong data, ulong compare)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        memory.CopyTo(bytes);
        ulong old = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong value = operation switch
        {
            ExerciserOperation.FetchAdd => old + data,
            ExerciserOperation.Swap => data,
            _ => old == compare ? data : old,
        };
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..memory.Length].CopyTo(memory);
    }
}
