using System;
using System.Buffers.Binary;
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

    private const int Forged = 31;
    private const int Busy = 0;
    private const int Done = 1;
    private const int InterruptWhenDone = 8;
    private const uint DefaultDelay = 1000;

    public static readonly PciDeviceKind Kind = new(
        "dma-exerciser", "ours: sends reads, writes, atomics, messages and errors as its registers say",
        new PciDeviceKey("vectors", "N", "vectors of its MSI-X, 1 to 2048; 16 by default"))
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
        new(AttributesRegister, "ATTRIBUTES", Access.ReadWrite, Source) { Writable = 0x1f },
        new(DataLow, "DATA", Access.ReadWrite, Source) { Count = 2 },
        new(CompareLow, "COMPARE", Access.ReadWrite, Source) { Count = 2 },
        new(Delay, "DELAY", Access.ReadWrite, Source) { Reset = DefaultDelay },
        new(Repeat, "REPEAT", Access.ReadWrite, Source) { Writable = 0xffff },
        new(Stride, "STRIDE", Access.ReadWrite, Source),
        new(0x040, "COMMAND", Access.WriteOnly, Source) { Write = (d, _, value, _) => d.Start(value), WordOnly = true },
        new(Status, "STATUS", Access.WriteOneToClear, Source) { Writable = 1u << Done },
        new(ResultLow, "RESULT", Access.ReadOnly, Source) { Count = 2 },
        new(Completed, "COMPLETED", Access.ReadOnly, Source));

    private const string Source = "src/Machine/Pcie/Devices/Exerciser/README.md";

    private readonly RegisterBank<DmaExerciser> _bank;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _due;
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
        _due = context.Scheduler.Create(context.Name + " command", Run);
        _bank = new RegisterBank<DmaExerciser>(context.Name, Map, this, context.Events);
        Add(new PowerManagement(this, PowerSettings.Resetting));
        Add(new Msi(this, vectors: 32, masking: true));
        Add(Msix.WithOwnBar(this, (int)Math.Max(vectors, 1), bar: 2, BaseAddressKind.Memory64));
        Add(new ExpressCapability(this, new ExpressSettings(ExpressType.Endpoint) { FunctionLevelReset = true }));
        Add(new ErrorReporting(this, isRoot: false));
        Add(new AlternativeRouting(this, next: 0));
        AddBar(new BaseAddress(0, BaseAddressKind.Memory64, BufferBytes * 2, new RegistersAndBuffer(_bank, _buffer)));
    }

    public override void Discard() => _scheduler.Remove(_due);

    protected override void ResetState()
    {
        _bank.Reset();
        Array.Clear(_buffer);
        _command = 0;
        _due.Disarm();
    }

    protected override void SaveState(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_buffer.AsSpan());
        to.Write(_command);
    }

    protected override void RestoreState(StateReader from)
    {
        _bank.Restore(from);
        from.ReadBytes(_buffer);
        _command = from.ReadUInt32();
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
        var attributes = (DmaAttributes)_bank[AttributesRegister];
        uint requester = _bank[RequesterRegister];
        RequesterId? forged = requester.Bit(Forged) ? new RequesterId((ushort)requester) : null;
        switch (operation)
        {
            case ExerciserOperation.Read:
                return Dma.Read(address, Part, attributes, forged);
            case ExerciserOperation.Write:
                return Dma.Write(address, Part, attributes, forged);
            case ExerciserOperation.Message:
                return Dma.SendMessage(address, _bank[DataLow], forged);
            case ExerciserOperation.FetchAdd or ExerciserOperation.Swap or ExerciserOperation.CompareAndSwap:
                return Exchange(operation, address, attributes, forged);
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
                Errors!.Uncorrectable((int)_bank[DataLow].Field(4, 0), [0, requester << 16, (uint)(address >> 32), (uint)address]);
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

    private DmaResult Exchange(ExerciserOperation operation, ulong address, DmaAttributes attributes, RequesterId? forged)
    {
        bool wide = _bank[LengthRegister] == sizeof(ulong);
        Span<byte> old = stackalloc byte[sizeof(ulong)];
        old.Clear();
        ulong data = Pair(DataLow);
        ulong compare = wide ? Pair(CompareLow) : _bank[CompareLow];
        DmaResult result = Dma.Atomic(address, old[..(wide ? sizeof(ulong) : sizeof(uint))], memory => Change(memory.Span, operation, data, compare), attributes, forged);
        SetPair(ResultLow, BinaryPrimitives.ReadUInt64LittleEndian(old));
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
