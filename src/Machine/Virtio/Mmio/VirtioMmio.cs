using System;
using System.Buffers.Binary;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Time;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Mmio;

/// <summary>
/// A virtio device behind registers on the bus, with one interrupt line (Virtual I/O Device Specification 1.2, Virtio Over MMIO):
/// version 2, or the legacy version 1 with its one page number for each queue.
/// </summary>
internal sealed class VirtioMmio : IDevice, IVirtioSignals
{
    private const uint UsedBufferBit = 1 << 0;
    private const uint ConfigurationBit = 1 << 1;

    /// <summary>What a legacy driver that says nothing means: the page size of x86.</summary>
    private const uint UsualAlign = 4096;

    private readonly RegisterBank<VirtioMmio> _bank;
    private readonly IInterruptLine _line;
    private readonly bool _legacy;
    private readonly uint[] _aligns;

    /// <param name="name">Name in the memory map.</param>
    /// <param name="kind">What is behind it.</param>
    /// <param name="legacy">Version 1.</param>
    public VirtioMmio(
        string name, VirtioDevice kind, bool legacy, VirtioSettings settings, PhysicalBus bus, IInterruptLine line, Scheduler scheduler, DeviceEvents events)
    {
        _legacy = legacy;
        _line = line;
        _bank = new RegisterBank<VirtioMmio>(name, legacy ? MmioRegisters.Legacy : MmioRegisters.Modern, this, events);
        Core = new VirtioCore(name, kind, new BusMemory(bus), this, settings, scheduler, events);
        _aligns = new uint[Core.Queues.Length];
        Reset();
    }

    public IBusDevice Port => _bank;

    public VirtioCore Core { get; }

    public string StateName => _bank.Name;

    public uint DeviceId => Core.Kind.DeviceId;

    public uint Generation => Core.Generation;

    /// <summary>The queue that QueueSel names; null where there is none.</summary>
    public Virtqueue? Selected => SelectedIndex < (uint)Core.Queues.Length ? Core.Queues[SelectedIndex] : null;

    public uint OfferedFeatures
    {
        get
        {
            ulong all = Core.Offered(_legacy);
            return _bank[MmioRegisters.DeviceFeaturesSel] switch { 0 => (uint)all, 1 => (uint)(all >> 32), _ => 0 };
        }
    }

    /// <summary>Legacy: where the selected queue is, in units of GuestPageSize.</summary>
    public uint PageNumber => Selected is { Ready: true } queue && PageSize > 0 ? (uint)(queue.DescriptorArea / PageSize) : 0;

    private uint SelectedIndex => _bank[MmioRegisters.QueueSel];

    private uint PageSize => _bank[MmioRegisters.GuestPageSize];

    public void AcceptFeatures(uint value)
    {
        uint half = _bank[MmioRegisters.DriverFeaturesSel];
        ulong accepted = Core.DriverFeatures;
        if (half == 0)
        {
            Core.Accept((accepted & ~(ulong)uint.MaxValue) | value, _legacy);
        }
        else if (half == 1 && !_legacy)
        {
            Core.Accept((accepted & uint.MaxValue) | ((ulong)value << 32), _legacy);
        }
    }

    public void WriteStatus(byte value)
    {
        Core.WriteStatus(value, _legacy);
        if (value == 0)
        {
            EndInterrupts();
        }
    }

    public void SetSize(uint value)
    {
        if (Selected is Virtqueue queue && !queue.TrySetSize(value))
        {
            Core.Report($"queue {queue.Index}: a size of {value} is not possible");
        }
    }

    public void SetReady(bool ready)
    {
        if (Selected is Virtqueue queue)
        {
            queue.Ready = ready;
        }
    }

    /// <summary>Changes an area of the selected queue.</summary>
    public void SetArea(Action<Virtqueue> change)
    {
        if (Selected is Virtqueue queue)
        {
            change(queue);
        }
    }

    /// <summary>VIRTIO_F_RING_RESET: the selected queue is as it was after a reset of the device.</summary>
    public void ResetQueue(uint value)
    {
        if (value == 1 && Core.Has(VirtioFeature.RingReset))
        {
            Selected?.Reset();
        }
    }

    public void SetAlign(uint value)
    {
        if (Selected is Virtqueue queue)
        {
            _aligns[queue.Index] = value;
        }
    }

    /// <summary>Legacy: puts the three parts of a queue one behind the other; 0 takes the queue out of use.</summary>
    public void SetPageNumber(uint value)
    {
        if (Selected is not Virtqueue queue)
        {
            return;
        }

        if (value == 0)
        {
            // As on QEMU, the whole device begins anew.
            WriteStatus(0);
            return;
        }

        queue.PlaceLegacy((ulong)value * PageSize, Math.Max(1, _aligns[queue.Index]));
    }

    public void Acknowledge(uint bits)
    {
        _bank[MmioRegisters.InterruptStatus] &= ~bits;
        DriveLine();
    }

    public uint ReadConfig(int word)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Core.ReadConfig(word * sizeof(uint), bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public void WriteConfig(int word, uint value, uint mask)
    {
        for (int lane = 0; lane < sizeof(uint); lane++)
        {
            if (mask.Bit(lane * 8))
            {
                Core.WriteConfig((word * sizeof(uint)) + lane, (byte)(value >> (lane * 8)));
            }
        }
    }

    void IVirtioSignals.UsedBuffers(int queue) => Raise(UsedBufferBit);

    void IVirtioSignals.ConfigurationChanged() => Raise(ConfigurationBit);

    public void Reset()
    {
        _bank.Reset();
        Array.Fill(_aligns, UsualAlign);
        Core.Reset();
        DriveLine();
    }

    public void Save(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_aligns.AsSpan());
        Core.Save(to);
    }

    public void Restore(StateReader from)
    {
        _bank.Restore(from);
        from.ReadWords(_aligns.AsSpan());
        Core.Restore(from);
        DriveLine();
    }

    // The selections and the page size stay: a legacy driver sets them before it resets the device.
    private void EndInterrupts()
    {
        _bank[MmioRegisters.InterruptStatus] = 0;
        DriveLine();
    }

    private void Raise(uint bit)
    {
        _bank[MmioRegisters.InterruptStatus] |= bit;
        DriveLine();
    }

    private void DriveLine() => _line.Set(_bank[MmioRegisters.InterruptStatus] != 0);
}
