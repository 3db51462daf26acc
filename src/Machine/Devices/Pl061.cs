using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices;

/// <summary>The PrimeCell general purpose I/O PL061 (DDI 0190): eight lines, each an input that may interrupt or an output.</summary>
internal sealed class Pl061 : IDevice
{
    private const uint Direction = 0x400;
    private const uint Sense = 0x404;
    private const uint BothEdges = 0x408;
    private const uint Event = 0x40c;
    private const uint InterruptMask = 0x410;

    private static readonly RegisterMap<Pl061> Map = new(
        0x1000,
        new(0x000, "GPIODATA", Access.ReadWrite, "DDI 0190, GPIODATA; address bits 9:2 are a mask")
        {
            Count = 256,
            Read = (g, mask) => (uint)(g._data & mask),
            Write = (g, mask, v, _) => g.Drive((byte)mask, (byte)v),
        },
        new(Direction, "GPIODIR", Access.ReadWrite, "DDI 0190, GPIODIR")
        {
            Writable = 0xff,
            Changed = g =>
            {
                g.DriveOutputs();
                g.Update();
            },
        },
        new(Sense, "GPIOIS", Access.ReadWrite, "DDI 0190, GPIOIS") { Writable = 0xff, Changed = g => g.Update() },
        new(BothEdges, "GPIOIBE", Access.ReadWrite, "DDI 0190, GPIOIBE") { Writable = 0xff, Changed = g => g.Update() },
        new(Event, "GPIOIEV", Access.ReadWrite, "DDI 0190, GPIOIEV") { Writable = 0xff, Changed = g => g.Update() },
        new(InterruptMask, "GPIOIE", Access.ReadWrite, "DDI 0190, GPIOIE") { Writable = 0xff, Changed = g => g.Update() },
        new(0x414, "GPIORIS", Access.ReadOnly, "DDI 0190, GPIORIS") { Read = (g, _) => g._raw },
        new(0x418, "GPIOMIS", Access.ReadOnly, "DDI 0190, GPIOMIS") { Read = (g, _) => g._raw & g._bank[InterruptMask] },
        new(0x41c, "GPIOIC", Access.WriteOnly, "DDI 0190, GPIOIC") { Write = (g, _, v, _) => g.Clear((byte)v) },
        new(0x420, "GPIOAFSEL", Access.ReadWrite, "DDI 0190, GPIOAFSEL; no line has another function") { Writable = 0 },
        new(0xfd0, "GPIOPeriphID4", Access.ReadOnly, "DDI 0190, Identification registers") { Count = 4 },
        new(0xfe0, "GPIOPeriphID0", Access.ReadOnly, "DDI 0190, GPIOPeriphID0") { Reset = 0x61 },
        new(0xfe4, "GPIOPeriphID1", Access.ReadOnly, "DDI 0190, GPIOPeriphID1") { Reset = 0x10 },
        new(0xfe8, "GPIOPeriphID2", Access.ReadOnly, "DDI 0190, GPIOPeriphID2") { Reset = 0x04 },
        new(0xfec, "GPIOPeriphID3", Access.ReadOnly, "DDI 0190, GPIOPeriphID3"),
        new(0xff0, "GPIOPCellID0", Access.ReadOnly, "DDI 0190, GPIOPCellID0") { Reset = 0x0d },
        new(0xff4, "GPIOPCellID1", Access.ReadOnly, "DDI 0190, GPIOPCellID1") { Reset = 0xf0 },
        new(0xff8, "GPIOPCellID2", Access.ReadOnly, "DDI 0190, GPIOPCellID2") { Reset = 0x05 },
        new(0xffc, "GPIOPCellID3", Access.ReadOnly, "DDI 0190, GPIOPCellID3") { Reset = 0xb1 });

    private readonly RegisterBank<Pl061> _bank;
    private readonly IInterruptLine _line;
    private byte _data;
    private byte _seen;
    private byte _raw;
    [NotState("from data and direction")]
    private byte _outputs;

    public Pl061(string name, IInterruptLine line, DeviceEvents events)
    {
        _line = line;
        _bank = new RegisterBank<Pl061>(name, Map, this, events);
    }

    public IBusDevice Port => _bank;

    /// <summary>Called with line and level when an output changes; lines that are inputs count as low.</summary>
    public Action<int, bool>? OutputChanged { get; init; }

    public string StateName => _bank.Name;

    /// <summary>Drives one of the lines from outside; without effect while the line is an output.</summary>
    public void SetInput(int line, bool high)
    {
        byte bit = (byte)(1 << line);
        if ((_bank[Direction] & bit) == 0)
        {
            _data = (byte)(high ? _data | bit : _data & ~bit);
            Update();
        }
    }

    public void Reset()
    {
        _bank.Reset();
        _data = 0;
        _seen = 0;
        _raw = 0;
        _outputs = 0;
        _line.Set(false);
    }

    public void Save(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_data);
        to.Write(_seen);
        to.Write(_raw);
    }

    public void Restore(StateReader from)
    {
        _bank.Restore(from);
        _data = from.ReadByte();
        _seen = from.ReadByte();
        _raw = from.ReadByte();
        _outputs = (byte)(_data & _bank[Direction]);
        _line.Set((_raw & _bank[InterruptMask]) != 0);
    }

    private void Drive(byte mask, byte value)
    {
        mask &= (byte)_bank[Direction];
        _data = (byte)((_data & ~mask) | (value & mask));
        DriveOutputs();
        Update();
    }

    private void DriveOutputs()
    {
        byte outputs = (byte)(_data & _bank[Direction]);
        byte changed = (byte)(outputs ^ _outputs);
        _outputs = outputs;
        for (int line = 0; changed != 0; line++, changed >>= 1)
        {
            if ((changed & 1) != 0)
            {
                OutputChanged?.Invoke(line, ((uint)outputs).Bit(line));
            }
        }
    }

    private void Clear(byte lines)
    {
        _raw &= (byte)~lines;
        Update();
    }

    /// <summary>Finds edges and levels that interrupt: only inputs do.</summary>
    private void Update()
    {
        uint inputs = ~_bank[Direction];
        uint atEventLevel = ~(_data ^ _bank[Event]);
        uint edges = (uint)(_seen ^ _data) & inputs & ~_bank[Sense];
        uint raised = (edges & (_bank[BothEdges] | atEventLevel)) | (atEventLevel & _bank[Sense] & inputs);
        _seen = _data;
        _raw |= (byte)raised;
        _line.Set((_raw & _bank[InterruptMask]) != 0);
    }
}
