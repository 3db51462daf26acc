using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Virtio;
using Xunit;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>
/// A machine with one virtio-mmio device of version 2 in the last slot, and a driver of the test's own that does what the
/// specification says of drivers, or does not.
/// </summary>
internal sealed class VirtioFixture : IDisposable
{
    public const ulong Slot = 0x0a00_3e00;
    public const ulong Descriptors = 0x4010_0000;
    public const ulong Available = 0x4011_0000;
    public const ulong Used = 0x4012_0000;
    public const ulong Buffers = 0x4100_0000;
    public const ulong EndOfRam = 0x4400_0000;

    public const ushort Next = 1;
    public const ushort DeviceWrites = 2;
    public const ushort Indirect = 4;

    private const byte Acknowledge = 1;
    private const byte Driver = 2;
    private const byte DriverOk = 4;
    private const byte FeaturesOk = 8;

    public VirtioFixture(VirtioDeviceConfiguration device)
    {
        Machine = MachineFactory.Create(
            new MachineConfiguration
            {
                MemoryBytes = EndOfRam - 0x4000_0000,
                VirtioMmio = [device],
                LegacyVirtioMmio = false,
                Loads = [new LoadFile(new BootFile("code", new byte[16]), 0x4000_0000)],
            },
            _ => { });
        Machine.Events.ProblemObserver = (_, what) => Problems.Add(what);
    }

    public GdbHost.Machine.Boards.Machine Machine { get; }

    /// <summary>What the log says.</summary>
    public List<string> Problems { get; } = [];

    public uint Status => ReadRegister(0x70);

    public bool NeedsReset => (Status & 64) != 0;

    public uint InterruptStatus => ReadRegister(0x60);

    public uint ReadRegister(ulong offset, int size = 4)
    {
        Assert.Equal(BusResult.Ok, Machine.Bus.Read(new PhysicalAddress(Slot + offset), size, out ulong value));
        return (uint)value;
    }

    public void WriteRegister(ulong offset, uint value) =>
        Assert.Equal(BusResult.Ok, Machine.Bus.Write(new PhysicalAddress(Slot + offset), 4, value));

    /// <summary>Accepts features (bits 0 to 63, VERSION_1 among them) and gives the status that the device leaves.</summary>
    public uint Negotiate(ulong features)
    {
        WriteRegister(0x70, 0);
        WriteRegister(0x70, Acknowledge);
        WriteRegister(0x70, Acknowledge | Driver);
        WriteRegister(0x24, 0);
        WriteRegister(0x20, (uint)features);
        WriteRegister(0x24, 1);
        WriteRegister(0x20, (uint)(features >> 32));
        WriteRegister(0x70, Acknowledge | Driver | FeaturesOk);
        return Status;
    }

    /// <summary>Puts a queue in place.</summary>
    public void SetQueue(uint queue, uint size)
    {
        WriteRegister(0x30, queue);
        WriteRegister(0x38, size);
        WriteRegister(0x80, (uint)Descriptors);
        WriteRegister(0x90, (uint)Available);
        WriteRegister(0xa0, (uint)Used);
        WriteRegister(0x44, 1);
    }

    /// <summary>Negotiates, puts queue 0 in place and is ready.</summary>
    public void Start(ulong features, uint size = 8, uint queue = 0)
    {
        Assert.Equal(FeaturesOk, Negotiate(features | VirtioFeature.Version1) & FeaturesOk);
        SetQueue(queue, size);
        WriteRegister(0x70, Acknowledge | Driver | FeaturesOk | DriverOk);
    }

    public void Notify(uint queue = 0) => WriteRegister(0x50, queue);

    public void Descriptor(int index, ulong address, uint length, ushort flags, ushort next = 0, ulong table = Descriptors)
    {
        ulong at = table + ((ulong)index * 16);
        Write(at, 8, address);
        Write(at + 8, 4, length);
        Write(at + 12, 2, flags);
        Write(at + 14, 2, next);
    }

    /// <summary>The same in a packed ring: flags in the last field, the ID before them.</summary>
    public void Packed(int index, ulong address, uint length, ushort flags, ushort id)
    {
        ulong at = Descriptors + ((ulong)index * 16);
        Write(at, 8, address);
        Write(at + 8, 4, length);
        Write(at + 12, 2, id);
        Write(at + 14, 2, flags);
    }

    /// <summary>Makes heads available, in order, from an index on.</summary>
    public void MakeAvailable(ushort from, uint size, params ReadOnlySpan<ushort> heads)
    {
        foreach (ushort head in heads)
        {
            Write(Available + 4 + ((ulong)(from % size) * 2), 2, head);
            from++;
        }

        Write(Available + 2, 2, from);
    }

    public ulong Read(ulong address, int size)
    {
        Assert.Equal(BusResult.Ok, Machine.Bus.Read(new PhysicalAddress(address), size, out ulong value));
        return value;
    }

    public void Write(ulong address, int size, ulong value) =>
        Assert.Equal(BusResult.Ok, Machine.Bus.Write(new PhysicalAddress(address), size, value));

    /// <summary>A read or write of a block device in three descriptors, from index 0 on.</summary>
    public void BlockRequest(uint type, ulong sector, ulong data, uint bytes, ulong header = Buffers, ulong status = Buffers + 0x100)
    {
        Write(header, 4, type);
        Write(header + 8, 8, sector);
        Write(status, 1, 0xee);
        Descriptor(0, header, 16, Next, 1);
        Descriptor(1, data, bytes, (ushort)(Next | (type == 0 ? DeviceWrites : 0)), 2);
        Descriptor(2, status, 1, DeviceWrites);
    }

    /// <summary>Header of a read of sector 1, for rings whose descriptors the test makes itself.</summary>
    public void BlockRequestParts()
    {
        Write(Buffers, 4, 0);
        Write(Buffers + 8, 8, 1);
    }

    public void Dispose() => Machine.Dispose();
}
