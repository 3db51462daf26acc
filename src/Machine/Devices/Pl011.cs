using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Devices;

/// <summary>
/// The PrimeCell UART PL011 (DDI 0183). A written byte leaves at once, whether or not the UART is enabled, as with
/// QEMU: early prints of kernels rely on it. What comes in waits in the FIFO, with interrupts by level and by timeout.
/// </summary>
internal sealed class Pl011 : IDevice
{
    private const int FifoDepth = 16;

    private const uint ReceiveStatus = 0x004;
    private const uint IntegerDivisor = 0x024;
    private const uint FractionalDivisor = 0x028;
    private const uint LineControl = 0x02c;
    private const uint ControlRegister = 0x030;
    private const uint FifoLevels = 0x034;
    private const uint InterruptMask = 0x038;

    private const uint OverrunError = 1 << 3;

    private static readonly RegisterMap<Pl011> Map = new(
        0x1000,
        new(0x000, "UARTDR", Access.ReadWrite, "DDI 0183, UARTDR")
        {
            Read = (u, _) => u.TakeByte(),
            Write = (u, _, v, _) => u.Send((byte)v),
            ReadHasEffect = true,
            Peek = (u, _) => u._count > 0 ? u._fifo[u._first] : 0u,
        },
        new(ReceiveStatus, "UARTRSR", Access.ReadWrite, "DDI 0183, UARTRSR/UARTECR")
        {
            Write = (u, _, _, _) => u._bank[ReceiveStatus] = 0,
        },
        new(0x018, "UARTFR", Access.ReadOnly, "DDI 0183, UARTFR") { Read = (u, _) => u.Flags },
        new(0x020, "UARTILPR", Access.ReadWrite, "DDI 0183, UARTILPR") { Writable = 0xff },
        new(IntegerDivisor, "UARTIBRD", Access.ReadWrite, "DDI 0183, UARTIBRD") { Writable = 0xffff },
        new(FractionalDivisor, "UARTFBRD", Access.ReadWrite, "DDI 0183, UARTFBRD") { Writable = 0x3f },
        new(LineControl, "UARTLCR_H", Access.ReadWrite, "DDI 0183, UARTLCR_H")
        {
            Write = (u, _, v, m) => u.SetLineControl((u._bank[LineControl] & ~m) | (v & 0xff)),
        },
        new(ControlRegister, "UARTCR", Access.ReadWrite, "DDI 0183, UARTCR") { Reset = 0x300, Writable = 0xff87 },
        new(FifoLevels, "UARTIFLS", Access.ReadWrite, "DDI 0183, UARTIFLS")
        {
            Reset = 0x12,
            Writable = 0x3f,
            Changed = u => u.UpdateReceive(),
        },
        new(InterruptMask, "UARTIMSC", Access.ReadWrite, "DDI 0183, UARTIMSC") { Writable = 0x7ff, Changed = u => u.UpdateLine() },
        new(0x03c, "UARTRIS", Access.ReadOnly, "DDI 0183, UARTRIS") { Read = (u, _) => (uint)u._raw },
        new(0x040, "UARTMIS", Access.ReadOnly, "DDI 0183, UARTMIS") { Read = (u, _) => (uint)u._raw & u._bank[InterruptMask] },
        new(0x044, "UARTICR", Access.WriteOnly, "DDI 0183, UARTICR") { Write = (u, _, v, _) => u.Clear((Interrupts)v) },
        new(0x048, "UARTDMACR", Access.ReadWrite, "DDI 0183, UARTDMACR; no DMA controller is wired to it") { Writable = 7 },
        new(0xfe0, "UARTPeriphID0", Access.ReadOnly, "DDI 0183, UARTPeriphID0") { Reset = 0x11 },
        new(0xfe4, "UARTPeriphID1", Access.ReadOnly, "DDI 0183, UARTPeriphID1") { Reset = 0x10 },
        new(0xfe8, "UARTPeriphID2", Access.ReadOnly, "DDI 0183, UARTPeriphID2; revision as QEMU 7.2") { Reset = 0x14 },
        new(0xfec, "UARTPeriphID3", Access.ReadOnly, "DDI 0183, UARTPeriphID3"),
        new(0xff0, "UARTPCellID0", Access.ReadOnly, "DDI 0183, UARTPCellID0") { Reset = 0x0d },
        new(0xff4, "UARTPCellID1", Access.ReadOnly, "DDI 0183, UARTPCellID1") { Reset = 0xf0 },
        new(0xff8, "UARTPCellID2", Access.ReadOnly, "DDI 0183, UARTPCellID2") { Reset = 0x05 },
        new(0xffc, "UARTPCellID3", Access.ReadOnly, "DDI 0183, UARTPCellID3") { Reset = 0xb1 });

    private readonly RegisterBank<Pl011> _bank;
    private readonly Action<byte> _send;
    private readonly IInterruptLine _line;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _timeout;
    private readonly byte[] _fifo = new byte[FifoDepth];
    private readonly uint _clockHz;
    private int _first;
    private int _count;
    private Interrupts _raw;

    /// <param name="name">Name on the bus.</param>
    /// <param name="clockHz">UARTCLK, from which baud rates are divided.</param>
    /// <param name="send">Gets each byte that is sent.</param>
    /// <param name="line">UARTINTR, the combined interrupt.</param>
    /// <param name="scheduler">For the receive timeout.</param>
    /// <param name="events">Where misuse is reported.</param>
    public Pl011(string name, uint clockHz, Action<byte> send, IInterruptLine line, Scheduler scheduler, DeviceEvents events)
    {
        _clockHz = clockHz;
        _send = send;
        _line = line;
        _scheduler = scheduler;
        _bank = new RegisterBank<Pl011>(name, Map, this, events);
        _timeout = scheduler.Create(name + " receive timeout", () => Raise(Interrupts.ReceiveTimeout));
    }

    /// <summary>Interrupt sources, in the bits of UARTRIS, UARTMIS, UARTIMSC and UARTICR.</summary>
    [Flags]
    private enum Interrupts : uint
    {
        None = 0,
        Receive = 1 << 4,
        Transmit = 1 << 5,
        ReceiveTimeout = 1 << 6,
        Overrun = 1 << 10,
    }

    public IBusDevice Port => _bank;

    public string StateName => _bank.Name;

    /// <summary>Called when the guest has taken a byte, for who has more to feed in.</summary>
    public Action? RoomMade { get; set; }

    /// <summary>Whether a received byte would find room. Who feeds bytes in waits until it does.</summary>
    public bool CanReceive => _count == 0 || _count < Depth;

    /// <summary>A received byte has not been read yet.</summary>
    public bool HasReceived => _count > 0;

    private int Depth => _bank[LineControl].Bit(4) ? FifoDepth : 1;

    // TXFE is always set and TXFF never: bytes leave at once.
    private uint Flags => (1u << 7) | (CanReceive ? 0 : 1u << 6) | (_count == 0 ? 1u << 4 : 0);

    /// <summary>UARTIFLS.RXIFLSEL as a number of bytes; one byte without FIFO.</summary>
    private int ReceiveLevel => !_bank[LineControl].Bit(4) ? 1 : _bank[FifoLevels].Field(5, 3) switch
    {
        0 => FifoDepth / 8,
        1 => FifoDepth / 4,
        2 => FifoDepth / 2,
        3 => FifoDepth * 3 / 4,
        _ => FifoDepth * 7 / 8,
    };

    /// <summary>A byte arrives on the line. Without room it is lost and the overrun is flagged.</summary>
    public void Receive(byte value)
    {
        if (!CanReceive)
        {
            _bank[ReceiveStatus] |= OverrunError;
            Raise(Interrupts.Overrun);
            return;
        }

        _fifo[(_first + _count) % FifoDepth] = value;
        _count++;
        UpdateReceive();
    }

    /// <summary>Takes the oldest received byte, as a read of UARTDR does.</summary>
    public byte Take() => (byte)TakeByte();

    public void Reset()
    {
        _bank.Reset();
        _first = 0;
        _count = 0;
        _raw = Interrupts.None;
        _timeout.Disarm();
        UpdateLine();
    }

    public void Save(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_fifo.AsSpan());
        to.Write(_first);
        to.Write(_count);
        to.Write((uint)_raw);
        to.Write(_timeout.Deadline);
    }

    public void Restore(StateReader from)
    {
        _bank.Restore(from);
        from.ReadBytes(_fifo);
        _first = from.ReadBelow(FifoDepth, "the head of a FIFO");
        _count = from.ReadBelow(FifoDepth + 1, "the fill of a FIFO");
        _raw = (Interrupts)from.ReadUInt32();
        _timeout.Arm(from.ReadUInt64());
        UpdateLine();
    }

    private void Send(byte value)
    {
        if (_bank[ControlRegister].Bit(7))
        {
            Receive(value);
        }
        else
        {
            _send(value);
        }

        // The FIFO runs through its trigger level on the way to empty.
        Raise(Interrupts.Transmit);
    }

    private uint TakeByte()
    {
        if (_count == 0)
        {
            return 0;
        }

        uint value = _fifo[_first];
        _first = (_first + 1) % FifoDepth;
        _count--;
        if (_count < ReceiveLevel)
        {
            _raw &= ~Interrupts.Receive;
        }

        if (_count == 0)
        {
            _raw &= ~Interrupts.ReceiveTimeout;
        }

        RestartTimeout();
        UpdateLine();
        RoomMade?.Invoke();
        return value;
    }

    private void SetLineControl(uint value)
    {
        bool fifoChanges = (value ^ _bank[LineControl]).Bit(4);
        _bank[LineControl] = value;
        if (fifoChanges)
        {
            _first = 0;
            _count = 0;
            _raw &= ~(Interrupts.Receive | Interrupts.ReceiveTimeout);
        }

        UpdateReceive();
        RoomMade?.Invoke();
    }

    private void Clear(Interrupts which)
    {
        _raw &= ~which;
        UpdateLine();
    }

    private void Raise(Interrupts which)
    {
        _raw |= which;
        UpdateLine();
    }

    private void UpdateReceive()
    {
        if (_count >= ReceiveLevel)
        {
            _raw |= Interrupts.Receive;
        }

        RestartTimeout();
        UpdateLine();
    }

    // DDI 0183, UARTRTINTR: data has waited for the time of 32 bits. Only a FIFO can hold data below its trigger level.
    private void RestartTimeout()
    {
        if (_count == 0)
        {
            _timeout.Disarm();
            return;
        }

        const ulong DefaultDivisor = 13 * 64;
        ulong divisor = (_bank[IntegerDivisor] * 64UL) + _bank[FractionalDivisor];
        ulong sixtyFourthsOfClocks = 32 * 16 * (divisor == 0 ? DefaultDivisor : divisor);
        _timeout.Arm(_scheduler.Clock.Now + (sixtyFourthsOfClocks * 1_000_000_000 / 64 / _clockHz));
    }

    private void UpdateLine() => _line.Set(((uint)_raw & _bank[InterruptMask]) != 0);
}
