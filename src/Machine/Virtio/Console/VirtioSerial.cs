using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Console;

/// <summary>
/// Consoles and serial ports (Virtual I/O Device Specification 1.2, Console Device) with up to 31 ports, as QEMU's virtio-serial.
/// Each port has a queue for each direction; one pair carries control messages.
/// </summary>
internal sealed class VirtioSerial : VirtioDevice
{
    public const int MostPorts = 31;

    private const ulong MultiPort = 1UL << 1;
    private const ulong EmergencyWrite = 1UL << 2;
    private const int MostPortsAt = 4;
    private const int EmergencyWriteAt = 8;

    private const int PortQueueEntries = 128;
    private const int ControlQueueEntries = 32;
    private const int ControlReceive = 2;
    private const int ControlTransmit = 3;
    private const int ControlBytes = 8;

    private readonly ConsolePort[] _ports;
    private DescriptorChain? _chain;

    public VirtioSerial(IEnumerable<ConsolePortConfiguration> ports)
    {
        _ports = [.. ports.Select(p => new ConsolePort(this, p))];
    }

    /// <summary>What a control message is about.</summary>
    private enum ControlEvent : ushort
    {
        DeviceReady = 0,
        PortAdd = 1,
        PortReady = 3,
        ConsolePort = 4,
        PortOpen = 6,
        PortName = 7,
    }

    public override uint DeviceId => 3;

    public override int[] QueueSizes =>
        [.. Enumerable.Range(0, 2 * (MostPorts + 1)).Select(static q => q is ControlReceive or ControlTransmit ? ControlQueueEntries : PortQueueEntries)];

    public override int ConfigBytes => 12;

    public override ulong Features => MultiPort | EmergencyWrite;

    public override IReadOnlyList<IInputLine> Lines => _ports;

    /// <summary>The control queues are between those of port 0 and those of port 1.</summary>
    public static int QueueOfPort(int port) => port == 0 ? 0 : 2 + (2 * port);

    public override void Connect(VirtioCore core)
    {
        base.Connect(core);
        _chain = new DescriptorChain(core.Memory);
    }

    public override void ReadConfig(Span<byte> into)
    {
        into.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(into[MostPortsAt..], MostPorts);
    }

    public override void WriteConfig(int offset, byte value)
    {
        if (offset == EmergencyWriteAt)
        {
            PortAt(0)?.Send(value);
        }
    }

    /// <summary>Whether the guest wants a port's input now.</summary>
    public bool MayReceive(ConsolePort port) => Core.Has(MultiPort) ? port.Open : port.Configuration.Number == 0;

    public override void Started()
    {
        foreach (ConsolePort port in _ports)
        {
            port.Feed();
        }
    }

    public override void Notified(int queue)
    {
        if (queue % 2 != 0)
        {
            base.Notified(queue);
        }
        else if (queue != ControlReceive)
        {
            Array.Find(_ports, p => p.Queue == queue)?.Feed();
        }
    }

    public override void Reset()
    {
        foreach (ConsolePort port in _ports)
        {
            port.Open = false;
        }
    }

    public override void Save(StateWriter to)
    {
        foreach (ConsolePort port in _ports)
        {
            to.Write(port.Open);
        }
    }

    public override void Restore(StateReader from)
    {
        foreach (ConsolePort port in _ports)
        {
            port.Open = from.ReadBool();
        }
    }

    protected override void Serve(int queue, DescriptorChain chain)
    {
        if (queue != ControlTransmit)
        {
            // Of a port that is not there nothing goes anywhere.
            Array.Find(_ports, p => p.Queue + 1 == queue)?.Send(chain);
            return;
        }

        Span<byte> message = stackalloc byte[ControlBytes];
        if (!chain.TryRead(message))
        {
            Core.Report("a control message is too short or not in memory; it is ignored");
            return;
        }

        uint port = BinaryPrimitives.ReadUInt32LittleEndian(message);
        var what = (ControlEvent)BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
        bool value = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]) != 0;
        if (what == ControlEvent.DeviceReady)
        {
            AddPorts(value);
        }
        else if (PortAt(port) is ConsolePort known)
        {
            Hear(known, what, value);
        }
    }

    private void AddPorts(bool ready)
    {
        foreach (ConsolePort port in ready ? _ports : [])
        {
            Say(port, ControlEvent.PortAdd, []);
        }
    }

    private void Hear(ConsolePort port, ControlEvent what, bool value)
    {
        if (what == ControlEvent.PortOpen)
        {
            port.Open = value;
            port.Feed();
        }
        else if (what == ControlEvent.PortReady && value)
        {
            if (port.Configuration.IsConsole)
            {
                Say(port, ControlEvent.ConsolePort, []);
            }

            if (port.Configuration.Name is string name)
            {
                Say(port, ControlEvent.PortName, Encoding.UTF8.GetBytes(name + '\0'));
            }

            Say(port, ControlEvent.PortOpen, []);
        }
    }

    private ConsolePort? PortAt(uint number) => Array.Find(_ports, p => p.Configuration.Number == number);

    private void Say(ConsolePort port, ControlEvent what, ReadOnlySpan<byte> name)
    {
        Virtqueue queue = Core.Queues[ControlReceive];
        Span<byte> message = stackalloc byte[ControlBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)port.Configuration.Number);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], (ushort)what);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], 1);
        if (!queue.TryTake(_chain!))
        {
            Core.Report("the driver has no room for a control message; it is lost");
            return;
        }

        if (!_chain!.TryWrite(message) || !_chain.TryWrite(name))
        {
            Core.Fail("the room for a control message is too small or not in memory");
            return;
        }

        queue.Return(_chain);
        queue.Signal();
    }
}
