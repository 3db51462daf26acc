using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices;

/// <summary>
/// QEMU's edu device (QEMU documentation, EDU device): computes factorials, raises interrupts by pin or MSI, and copies
/// between memory and a buffer of its own. Its work takes virtual time: a DMA transfer 100 ms, as on QEMU.
/// </summary>
internal sealed class Edu : PciFunction, IBusDevice
{
    private const ulong RegionBytes = 1 << 20;
    private const ulong NarrowRegisters = 0x80;
    private const ulong BufferStart = 0x4_0000;
    private const int BufferBytes = 4096;

    private const uint Identification = 0x0100_00ed;
    private const uint Computing = 0x01;
    private const uint InterruptWhenComputed = 0x80;
    private const uint FactorialInterrupt = 0x001;
    private const uint DmaInterrupt = 0x100;

    private const int Run = 0;
    private const int ToMemory = 1;
    private const int InterruptWhenCopied = 2;

    private const ulong DmaNanoseconds = 100_000_000;
    private const ulong ShortestFactorialNanoseconds = 1_000;

    // 34! and all above have 32 factors of two.
    private const uint FirstZeroFactorial = 34;

    private const ulong DefaultDmaMask = (1UL << 28) - 1;

    public static readonly PciDeviceKind Kind = new(
        "edu", "QEMU's educational device: factorials, interrupts by pin or MSI, DMA", new PciDeviceKey("dma_mask", "N", "address bits of its DMA; 28 by default"))
    {
        Make = static (options, context) => new Edu(options, context),
        FitsLink = true,
    };

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Scheduler _scheduler;
    private readonly DeviceEvents _events;
    private readonly TimedEvent _computed;
    private readonly TimedEvent _copied;
    private readonly ulong _dmaMask;
    private uint _inverted;
    private uint _factorial;
    private uint _status;
    private uint _interrupts;
    private ulong _source;
    private ulong _destination;
    private ulong _count;
    private ulong _command;

    public Edu(PciDeviceOptions options, PciDeviceContext context)
        : base(context.Name, new FunctionIdentity(0x1234, 0x11e8, 0x00ff00)
        {
            Revision = 0x10,
            InterruptPin = 1,
            MultiFunction = options.Flag("multifunction", false),
        })
    {
        _dmaMask = options.Number("dma_mask", DefaultDmaMask);
        _scheduler = context.Scheduler;
        _events = context.Events;
        _computed = context.Scheduler.Create(context.Name + " factorial", FinishFactorial);
        _copied = context.Scheduler.Create(context.Name + " dma", FinishDma);
        Add(new Msi(this, vectors: 1));
        AddBar(new BaseAddress(0, BaseAddressKind.Memory32, RegionBytes, this));
    }

    public string Name => StateName;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = ulong.MaxValue >> (64 - (size * 8));
        if (HasWidth(offset, size))
        {
            value &= offset switch
            {
                0x00 => Identification,
                0x04 => _inverted,
                0x08 => _factorial,
                0x20 => _status,
                0x24 => _interrupts,
                0x80 => _source,
                0x88 => _destination,
                0x90 => _count,
                0x98 => _command,
                _ => ulong.MaxValue,
            };
        }

        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (!HasWidth(offset, size))
        {
            return BusResult.Ok;
        }

        switch (offset)
        {
            case 0x04:
                _inverted = ~(uint)value;
                break;
            case 0x08:
                StartFactorial((uint)value);
                break;
            case 0x20:
                _status = (_status & ~InterruptWhenComputed) | ((uint)value & InterruptWhenComputed);
                break;
            case 0x60:
                Raise((uint)value);
                break;
            case 0x64:
                Lower((uint)value);
                break;
            default:
                WriteDma(offset, value);
                break;
        }

        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        Read(offset, size, out value);
        return true;
    }

    public override void Discard()
    {
        _scheduler.Remove(_computed);
        _scheduler.Remove(_copied);
    }

    protected override void ResetState()
    {
        Array.Clear(_buffer);
        _computed.Disarm();
        _copied.Disarm();
        (_inverted, _factorial, _status, _interrupts) = (0, 0, 0, 0);
        (_source, _destination, _count, _command) = (0, 0, 0, 0);
    }

    protected override void SaveState(StateWriter to)
    {
        to.Write(_buffer.AsSpan());
        to.Write((ReadOnlySpan<uint>)[_inverted, _factorial, _status, _interrupts]);
        to.Write((ReadOnlySpan<ulong>)[_source, _destination, _count, _command]);
    }

    protected override void RestoreState(StateReader from)
    {
        from.ReadBytes(_buffer);
        Span<uint> words = stackalloc uint[4];
        from.ReadWords(words);
        (_inverted, _factorial, _status, _interrupts) = (words[0], words[1], words[2], words[3]);
        Span<ulong> dma = stackalloc ulong[4];
        from.ReadWords(dma);
        (_source, _destination, _count, _command) = (dma[0], dma[1], dma[2], dma[3]);
    }

    private static bool HasWidth(ulong offset, int size) => size == 4 || (size == 8 && offset >= NarrowRegisters);

    private void StartFactorial(uint number)
    {
        if ((_status & Computing) == 0)
        {
            _factorial = number;
            _status |= Computing;
            _computed.Arm(_scheduler.Clock.Now + ShortestFactorialNanoseconds);
        }
    }

    private void FinishFactorial()
    {
        uint result = 1;
        for (uint factor = uint.Min(_factorial, FirstZeroFactorial); factor > 0; factor--)
        {
            result *= factor;
        }

        _factorial = result;
        _status &= ~Computing;
        if ((_status & InterruptWhenComputed) != 0)
        {
            Raise(FactorialInterrupt);
        }
    }

    private void WriteDma(ulong offset, ulong value)
    {
        if (_command.Bit(Run))
        {
            return;
        }

        switch (offset)
        {
            case 0x80:
                _source = value;
                break;
            case 0x88:
                _destination = value;
                break;
            case 0x90:
                _count = value;
                break;
            case 0x98 when value.Bit(Run):
                _command = value;
                _copied.Arm(_scheduler.Clock.Now + DmaNanoseconds);
                break;
        }
    }

    private void FinishDma()
    {
        bool toMemory = _command.Bit(ToMemory);
        ulong at = (toMemory ? _source : _destination) - BufferStart;

        // QEMU ends with an error where a transfer leaves the buffer; here there is none.
        if (at <= BufferBytes && _count <= BufferBytes - at)
        {
            Span<byte> part = _buffer.AsSpan((int)at, (int)_count);
            if (toMemory)
            {
                Dma.Write(_destination & _dmaMask, part);
            }
            else
            {
                Dma.Read(_source & _dmaMask, part);
            }
        }
        else
        {
            _events.Report(new DeviceEvent(Name, 0x98, sizeof(ulong), IsWrite: true, _command, DeviceMisuse.Value));
        }

        _command = _command.WithBit(Run, false);
        if (_command.Bit(InterruptWhenCopied))
        {
            Raise(DmaInterrupt);
        }
    }

    private void Raise(uint interrupts)
    {
        _interrupts |= interrupts;
        if (_interrupts == 0)
        {
            return;
        }

        if (Msi!.Enabled)
        {
            Msi.Notify(0);
        }
        else
        {
            SetInterrupt(true);
        }
    }

    private void Lower(uint interrupts)
    {
        _interrupts &= ~interrupts;
        if (_interrupts == 0)
        {
            SetInterrupt(false);
        }
    }
}
