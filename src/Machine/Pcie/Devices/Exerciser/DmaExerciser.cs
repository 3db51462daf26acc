using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
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

    private const uint Identification = 0x4141_4d44; // "DMAA"
    private const uint AddressLow = 0x008;
    private const uint AddressHigh = 0x00c;
    private const uint LengthRegister = 0x010;
    private const uint BufferRegister = 0x014;
    private const uint RequesterRegister = 0x018;
    private const uint AttributesRegister = 0x01c;
    private const uint DataLow = 0x020;
    private const uint DataHigh = 0x024;
    private const uint CompareLow = 0x028;
    private const uint CompareHigh = 0x02c;
    private const uint Delay = 0x030;
    private const uint Repeat = 0x034;
    private const uint Stride = 0x038;
    private const uint Status = 0x044;
    private const uint ResultLow = 0x048;
    private const uint ResultHigh = 0x04c;
    private const uint Completed = 0x050;
    private const uint Pasid = 0x054;
    private const uint PageGroup = 0x058;
    private const uint PageAnswer = 0x05c;
    private const uint PageAnswerPasid = 0x060;
    private const uint Answering = 0x064;
    private const uint Invalidations = 0x068;
    private const uint TranslationLow = 0x070;
    private const uint TranslationHigh = 0x074;

    private const int Forged = 31;
    private const int Busy = 0;
    private const int Done = 1;
    private const int Waiting = 2;
    private const int ByCache = 8;
    private const uint OnLink = 0x7f;
    private const uint AnswersLate = 1;
    private const uint AnswersNever = 2;
    private const int InterruptWhenDone = 8;
    private const uint DefaultDelay = 1000;

    public static readonly PciDeviceKind Kind = new(
        "dma-exerciser", "ours: sends reads, writes, atomics, messages and errors as its registers say",
        new PciDeviceKey("vectors", "N", "vectors of its MSI-X, 1 to 2048; 16 by default"),
        new PciDeviceKey("stall", "on|off", "an IOMMU may make its requests wait, as those of a device inside the SoC that looks like PCI Express; off by default"))
    {
        Make = static (options, context) => new DmaExerciser(options, context),
    };

    private static readonly RegisterMap<DmaExerciser> Map = new(
        0x1000,
        new(0x000, "IDENT", Access.ReadOnly, Source) { Reset = Identification },
        new(0x004, "BUFFER_SIZE", Access.ReadOnly, Source) { Reset = BufferBytes },
        new(AddressLow, "ADDRESS", Access.ReadWrite, Source) { Count = 2 },
        new(LengthRegister, "LENGTH", Access.ReadWrite, Source) { Writable = 0xffff },
        new(BufferRegister, "BUFFER", Access.ReadWrite, Source) { Writable = 0x7fff },
        new(RequesterRegister, "REQUESTER", Access.ReadWrite, Source) { Writable = 0x8000_ffff },
        new(AttributesRegister, "ATTRIBUTES", Access.ReadWrite, Source) { Writable = OnLink | (1u << ByCache) },
        new(DataLow, "DATA", Access.ReadWrite, Source) { Count = 2 },
        new(CompareLow, "COMPARE", Access.ReadWrite, Source) { Count = 2 },
        new(Delay, "DELAY", Access.ReadWrite, Source) { Reset = DefaultDelay },
        new(Repeat, "REPEAT", Access.ReadWrite, Source) { Writable = 0xffff },
        new(Stride, "STRIDE", Access.ReadWrite, Source),
        new(0x040, "COMMAND", Access.WriteOnly, Source) { Write = (d, _, value, _) => d.Start(value), WordOnly = true },
        new(Status, "STATUS", Access.WriteOneToClear, Source) { Writable = 1u << Done },
        new(ResultLow, "RESULT", Access.ReadOnly, Source) { Count = 2 },
        new(Completed, "COMPLETED", Access.ReadOnly, Source),
        new(Pasid, "PASID", Access.ReadWrite, Source) { Writable = PasidPrefix.Implemented },
        new(PageGroup, "PAGE_REQUEST", Access.ReadWrite, Source) { Writable = 0xfff },
        new(PageAnswer, "PAGE_RESPONSE", Access.ReadWrite, Source) { Writable = 0x8000_f1ff },
        new(PageAnswerPasid, "PAGE_RESPONSE_PASID", Access.ReadOnly, Source),
        new(Answering, "ANSWERING", Access.ReadWrite, Source) { Writable = 3 },
        new(Invalidations, "INVALIDATIONS", Access.ReadOnly, Source),
        new(TranslationLow, "TRANSLATION", Access.ReadOnly, Source) { Count = 2 });

    private const string Source = "src/Machine/Pcie/Devices/Exerciser/README.md";

    private readonly RegisterBank<DmaExerciser> _bank;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _due;
    private readonly TimedEvent _answer;
    private readonly ProcessAddressSpace _pasids;
    private readonly AddressTranslation _translation;
    private readonly PageRequests _pages;
    private readonly TranslationCache _cache = new();
    private readonly Transfer _transfer = new();

    // Invalidations that are answered late.
    private readonly List<CacheInvalidation> _late = [];
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
        _answer = context.Scheduler.Create(context.Name + " invalidation", AnswerInvalidations);
        _bank = new RegisterBank<DmaExerciser>(context.Name, Map, this, context.Events);
        Add(new PowerManagement(this, PowerSettings.Resetting));
        Add(new Msi(this, vectors: 32, masking: true));
        Add(Msix.WithOwnBar(this, (int)Math.Max(vectors, 1), bar: 2, BaseAddressKind.Memory64));
        Add(new ExpressCapability(this, new ExpressSettings(ExpressType.Endpoint) { FunctionLevelReset = true }));
        Add(new ErrorReporting(this, isRoot: false));
        Add(new AlternativeRouting(this, next: 0));
        _pasids = Add(new ProcessAddressSpace(this));
        _translation = Add(new AddressTranslation(this));
        _pages = Add(new PageRequests(this));
        AddBar(new BaseAddress(0, BaseAddressKind.Memory64, BufferBytes * 2, new RegistersAndBuffer(_bank, _buffer)));
    }

    public override bool MayStall { get; }

    public override IReadOnlyList<string> KeptTranslations =>
    [
        .. _cache.Kept.Select(static k => $"0x{k.Address:x} to 0x{k.Address + (1UL << k.Entry.Shift) - 1:x}{(k.Prefix.IsPresent ? $", PASID 0x{k.Prefix.Pasid:x}{(k.Prefix.Privileged ? ", privileged" : "")}" : "")}"
            + $" -> 0x{k.Entry.Address:x}, {(k.Entry.Read ? "r" : "-")}{(k.Entry.Write ? "w" : "-")}{(k.Entry.Execute ? "x" : "-")}"),
    ];

    private PasidPrefix Prefix => new PasidPrefix(_bank[Pasid]) is { IsPresent: true } prefix ? prefix : default;

    private DmaAttributes Attributes => (DmaAttributes)(_bank[AttributesRegister] & OnLink) | (MayStall ? DmaAttributes.MayStall : 0);

    private RequesterId? ForgedRequester => _bank[RequesterRegister].Bit(Forged) ? new RequesterId((ushort)_bank[RequesterRegister]) : null;

    public override void Discard()
    {
        _scheduler.Remove(_due);
        _scheduler.Remove(_answer);
    }

    public override InvalidationAnswer Invalidate(in CacheInvalidation invalidation)
    {
        const int MostLate = 32;
        if (!_translation.Enabled)
        {
            return InvalidationAnswer.Unsupported;
        }

        _bank[Invalidations]++;
        if (_bank[Answering] >= AnswersNever || _late.Count == MostLate)
        {
            return InvalidationAnswer.None;
        }

        if (_bank[Answering] == AnswersLate)
        {
            _late.Add(invalidation);
            _answer.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[Delay]));
            return InvalidationAnswer.Later;
        }

        _cache.Invalidate(invalidation);
        return InvalidationAnswer.Done;
    }

    public override void Respond(in PageResponse response)
    {
        _pages.Answered(in response);
        _bank[PageAnswer] = (1u << 31) | ((uint)response.Code << 12) | (uint)response.Group;
        _bank[PageAnswerPasid] = response.Prefix.Raw;
    }

    public override bool TryResume(ushort ticket, StallOutcome outcome)
    {
        if (!_transfer.TryResume(ticket, outcome))
        {
            return false;
        }

        _bank[Status] &= ~(1u << Waiting);
        _due.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[Delay]));
        return true;
    }

    protected override void ResetState()
    {
        _bank.Reset();
        Array.Clear(_buffer);
        _command = 0;
        _cache.Clear();
        _transfer.Reset();
        _late.Clear();
        _due.Disarm();
        _answer.Disarm();
    }

    protected override void SaveState(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_buffer.AsSpan());
        to.Write(_command);
        _cache.Save(to);
        _transfer.Save(to);
        to.Write(_late.Count);
        foreach (CacheInvalidation late in _late)
        {
            to.Write([late.Function.Value, late.Tag, late.Prefix.Raw, late.Address, (ulong)late.Shift, late.Global ? 1UL : 0]);
        }
    }

    protected override void RestoreState(StateReader from)
    {
        const int MostLate = 32;
        _bank.Restore(from);
        from.ReadBytes(_buffer);
        _command = from.ReadUInt32();
        _cache.Restore(from);
        _transfer.Restore(from);
        _late.Clear();
        int late = from.ReadBelow(MostLate + 1, "a number of invalidations");
        ulong[] words = new ulong[6];
        for (int i = 0; i < late; i++)
        {
            from.ReadWords(words);
            _late.Add(new CacheInvalidation(new RequesterId((ushort)words[0]), (uint)words[1], new PasidPrefix((uint)words[2]), words[3], (int)words[4], words[5] != 0));
        }
    }

    private ulong Pair(uint low) => _bank[low] | ((ulong)_bank[low + 4] << 32);

    private void SetPair(uint low, ulong value)
    {
        _bank[low] = (uint)value;
        _bank[low + 4] = (uint)(value >> 32);
    }

    // A command that comes while another is under way is lost.
    private void Start(uint command)
    {
        if (_bank[Status].Bit(Busy))
        {
            return;
        }

        _command = command;
        _bank[Status] = 1u << Busy;
        _due.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[Delay]));
    }

    private void Run()
    {
        DmaResult result = Execute((ExerciserOperation)_command.Field(7, 0));
        if (result == DmaResult.Stalled)
        {
            _bank[Status] |= 1u << Waiting;
            return;
        }

        _bank[Completed]++;
        if (_bank[Repeat] > 0 && _bank[Status].Bit(Busy))
        {
            _bank[Repeat]--;
            SetPair(AddressLow, Pair(AddressLow) + (ulong)(int)_bank[Stride]);
            _bank[Status] = (1u << Busy) | ((uint)result << 8);
            _due.Arm(_scheduler.Clock.Now + Math.Max(1, _bank[Delay]));
            return;
        }

        _bank[Status] = (1u << Done) | ((uint)result << 8);
        if (_command.Bit(InterruptWhenDone))
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
        ulong address = Pair(AddressLow);
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
                return Ask(address, write: !Attributes.HasFlag(DmaAttributes.NoWrite), out _);
            case ExerciserOperation.RequestPage:
                return RequestPage(address);
            case ExerciserOperation.HintPage:
                return HintPage(address);
            case ExerciserOperation.ForgetTranslations:
                _cache.Clear();
                return DmaResult.Ok;
            case ExerciserOperation.Msi:
                Msi!.Notify((int)_bank[DataLow].Field(4, 0));
                return DmaResult.Ok;
            case ExerciserOperation.Msix:
                Msix!.Notify((int)_bank[DataLow].Field(10, 0));
                return DmaResult.Ok;
            case ExerciserOperation.AssertPin or ExerciserOperation.ReleasePin:
                SetInterrupt(operation == ExerciserOperation.AssertPin);
                return DmaResult.Ok;
            case ExerciserOperation.Fill:
                Fill(Part, Pair(DataLow));
                return DmaResult.Ok;
            case ExerciserOperation.CorrectableError:
                Errors!.Correctable(_bank[DataLow]);
                return DmaResult.Ok;
            case ExerciserOperation.UncorrectableError:
                Errors!.Uncorrectable((int)_bank[DataLow].Field(4, 0), [0, _bank[RequesterRegister] << 16, (uint)(address >> 32), (uint)address]);
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
            int at = (int)_bank[BufferRegister];
            return _buffer.AsSpan(at, Math.Min((int)_bank[LengthRegister], BufferBytes - at));
        }
    }

    private static void Fill(Span<byte> part, ulong pattern)
    {
        for (int i = 0; i < part.Length; i++)
        {
            part[i] = (byte)(pattern >> (i % sizeof(ulong) * 8));
        }
    }

    /// <summary>Software has enabled what the prefix needs, or the device is broken.</summary>
    private bool MayCarry => !Prefix.IsPresent || Attributes.HasFlag(DmaAttributes.Unruly)
        || (_pasids.Enabled && (!Prefix.Execute || _pasids.MayExecute) && (!Prefix.Privileged || _pasids.MayBePrivileged));

    private IIommu? Iommu => Bus?.Root.Iommu;

    private DmaResult Move(DmaKind kind, ulong address)
    {
        if (!MayCarry || (Attributes.HasFlag(DmaAttributes.TranslationRequest) && !_translation.Enabled && !Attributes.HasFlag(DmaAttributes.Unruly)))
        {
            return DmaResult.NotSent;
        }

        int at = (int)_bank[BufferRegister];
        return _transfer.Go(address, Part, kind, Iommu, (done, length) => Piece(kind, address + (ulong)done, _buffer.AsSpan(at + done, length)));
    }

    private DmaResult Piece(DmaKind kind, ulong address, Span<byte> data)
    {
        DmaAttributes attributes = Attributes;
        PasidPrefix prefix = Prefix;
        if (_bank[AttributesRegister].Bit(ByCache))
        {
            bool writes = kind == DmaKind.Write;
            KeptTranslation? kept = _cache.Find(prefix, address, writes);
            if (kept is null)
            {
                DmaResult asked = Ask(address, writes, out CompletionEntry entry);
                if (asked != DmaResult.Ok || !(writes ? entry.Write : entry.Read))
                {
                    return asked == DmaResult.Ok ? DmaResult.TranslationFault : asked;
                }

                kept = _cache.Find(prefix, address, writes);
            }

            // A translated request carries no PASID (Translated Requests with PASID Enable is not there).
            address = kept?.Of(address) ?? address;
            attributes |= DmaAttributes.Translated;
            prefix = default;
        }

        return kind == DmaKind.Read
            ? Dma.Read(address, data, attributes, ForgedRequester, prefix)
            : Dma.Write(address, data, attributes, ForgedRequester, prefix);
    }

    /// <summary>Sends a translation request for the page of an address and keeps the answer.</summary>
    private DmaResult Ask(ulong address, bool write, out CompletionEntry entry)
    {
        entry = default;
        DmaAttributes attributes = (Attributes & DmaAttributes.Unruly) | DmaAttributes.TranslationRequest | (write ? 0 : DmaAttributes.NoWrite);
        if (!MayCarry || (!_translation.Enabled && !attributes.HasFlag(DmaAttributes.Unruly)))
        {
            return DmaResult.NotSent;
        }

        ulong page = address & ~0xfffUL;
        Span<byte> answer = stackalloc byte[sizeof(ulong)];
        DmaResult result = Dma.Read(page, answer, attributes, ForgedRequester, Prefix);
        entry = new CompletionEntry(result == DmaResult.Ok ? BinaryPrimitives.ReadUInt64LittleEndian(answer) : 0);
        SetPair(TranslationLow, entry.Raw);
        if (result == DmaResult.Ok)
        {
            _cache.Keep(Prefix, page, entry);
        }

        return result;
    }

    private DmaResult RequestPage(ulong address)
    {
        uint group = _bank[PageGroup];
        PageRequest request = new(ForgedRequester ?? Requester, Prefix, address & ~0xfffUL, (int)group.Field(8, 0), group.Bit(9), group.Bit(10), group.Bit(11));
        bool allowed = _pages.Enabled && (request.IsStopMarker || _pages.HasCredit) && MayCarry && MayMaster;
        if (!allowed && !Attributes.HasFlag(DmaAttributes.Unruly))
        {
            return DmaResult.NotSent;
        }

        if (Iommu is null)
        {
            return DmaResult.UnsupportedRequest;
        }

        _pages.Sent(in request);
        Iommu.Requested(in request);
        return DmaResult.Ok;
    }

    private DmaResult HintPage(ulong address)
    {
        Iommu?.Hinted(new PageHint(ForgedRequester ?? Requester, Prefix, address & ~0xfffUL, (int)_bank[LengthRegister].Field(7, 0), !Attributes.HasFlag(DmaAttributes.NoWrite)));
        return Iommu is null ? DmaResult.UnsupportedRequest : DmaResult.Ok;
    }

    private void AnswerInvalidations()
    {
        CacheInvalidation[] late = [.. _late];
        _late.Clear();
        foreach (CacheInvalidation invalidation in late)
        {
            _cache.Invalidate(invalidation);
            Iommu?.Invalidated(invalidation.Tag);
        }
    }

    private DmaResult Send(ulong address)
    {
        Span<byte> none = stackalloc byte[sizeof(uint)];
        return _transfer.Go(address, none, DmaKind.Message, Iommu, (_, _) => Dma.SendMessage(address, _bank[DataLow], ForgedRequester, Attributes, Prefix));
    }

    private DmaResult Exchange(ExerciserOperation operation, ulong address)
    {
        int size = _bank[LengthRegister] == sizeof(ulong) ? sizeof(ulong) : sizeof(uint);
        byte[] old = new byte[sizeof(ulong)];
        ulong data = Pair(DataLow);
        ulong compare = size == sizeof(ulong) ? Pair(CompareLow) : _bank[CompareLow];
        DmaResult result = _transfer.Go(address, old.AsSpan(0, size), DmaKind.Atomic, Iommu, (_, _) =>
            Dma.Atomic(address, old.AsSpan(0, size), memory => Change(memory.Span, operation, data, compare), Attributes, ForgedRequester, Prefix));
        SetPair(ResultLow, result == DmaResult.Stalled ? Pair(ResultLow) : BinaryPrimitives.ReadUInt64LittleEndian(old));
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
