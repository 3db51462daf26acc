using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Network;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Console;
using Xunit;
using static GdbHost.Machine.Tests.Virtio.VirtioFixture;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>
/// Drivers that do anything at all: random registers, random rings, random descriptors, also on top of each other. Nothing may be thrown, nothing may
/// hang, and after a reset the device works. Witness: our own rule that nothing a guest does stops the host.
/// </summary>
public sealed class HostileDriverTests
{
    private const uint Size = 16;
    private const int Rounds = 3000;

    public static TheoryData<string, bool> Devices()
    {
        TheoryData<string, bool> data = [];
        foreach (string kind in (string[])["blk", "rng", "serial", "net"])
        {
            data.Add(kind, false);
            data.Add(kind, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Anything_may_be_in_rings_and_registers(string kind, bool packed)
    {
        using VirtioFixture f = new(Make(kind, packed));
        Random random = new(packed ? 1 : 2);
        ulong features = packed ? VirtioFeature.RingPacked : 0;
        for (int round = 0; round < Rounds; round++)
        {
            if (round % 8 == 0)
            {
                f.Start(features | VirtioFeature.IndirectDescriptors | (random.Next(2) == 0 ? VirtioFeature.EventIndex : 0), Size, (uint)random.Next(3));
            }

            Scatter(f, random);
            if (random.Next(4) == 0)
            {
                f.Machine.Bus.Write(new PhysicalAddress(Slot + (ulong)(random.Next(0x80) * 4)), 4, (ulong)random.NextInt64());
            }

            f.Notify((uint)random.Next(4));
            f.Machine.Cluster.Run(100);
        }

        f.WriteRegister(0x70, 0);
        f.Start(features, Size, kind == "serial" ? 1u : 0);
        Assert.False(f.NeedsReset);
    }

    /// <summary>Buffers that lead to the device's own registers on PCI: the doorbell rings the device while it works.</summary>
    [Fact]
    public void A_notification_from_within_comes_later()
    {
        using VirtioFixture f = new(new RngDeviceConfiguration());
        f.Start(0, Size);
        f.Descriptor(0, Slot + 0x50, 4, DeviceWrites);
        f.MakeAvailable(0, Size, 0);
        f.Notify();
        Assert.True(f.NeedsReset);
    }

    private static VirtioDeviceConfiguration Make(string kind, bool packed)
    {
        VirtioDeviceConfiguration device = kind switch
        {
            "blk" => new BlockDeviceConfiguration(new MemoryStorage(1 << 20), "X"),
            "rng" => new RngDeviceConfiguration(),
            "serial" => new SerialDeviceConfiguration([new ConsolePortConfiguration(0, IsConsole: true, "name", null)]),
            _ => new NetDeviceConfiguration(new UserNetworkConfiguration(null, null), new byte[6]),
        };
        return device with { Settings = new VirtioSettings { Packed = packed } };
    }

    private static void Scatter(VirtioFixture f, Random random)
    {
        for (int i = 0; i < Size; i++)
        {
            ulong at = Descriptors + ((ulong)i * 16);
            f.Write(at, 8, Address(random));
            f.Write(at + 8, 4, random.Next(8) switch { 0 => uint.MaxValue, 1 => 0, 2 => (uint)random.Next(1 << 20), _ => (uint)random.Next(64) });
            f.Write(at + 12, 2, (ulong)random.Next(random.Next(4) == 0 ? 1 << 16 : 8));
            f.Write(at + 14, 2, (ulong)random.Next(random.Next(4) == 0 ? 1 << 16 : (int)Size));
            f.Write(Available + 4 + ((ulong)i * 2), 2, (ulong)random.Next((int)Size + 1));
        }

        f.Write(Available, 2, (ulong)random.Next(4));
        f.Write(Available + 2, 2, (ulong)random.Next(random.Next(4) == 0 ? 1 << 16 : 12));
    }

    private static ulong Address(Random random) => random.Next(6) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => EndOfRam - (ulong)random.Next(64),
        2 => Descriptors + (ulong)random.Next(512),
        3 => Used + (ulong)random.Next(64),
        4 => 0x0900_0000,
        _ => Buffers + (ulong)random.Next(1 << 16),
    };
}
