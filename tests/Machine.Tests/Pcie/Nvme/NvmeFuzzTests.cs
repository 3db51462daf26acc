using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Tests.Virtio;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie.Nvme;

/// <summary>
/// Drivers that do anything: a controller neither throws nor holds the machine, takes no memory without end, and works after a reset. Witness: the rule
/// itself.
/// </summary>
public sealed class NvmeFuzzTests
{
    private const int DiskBytes = 1 << 20;
    private const int Steps = 3000;

    /// <summary>Addresses that hit queues, lists, data, the edges of memory, the controller's own registers, and nothing.</summary>
    private static readonly ulong[] Places =
    [
        NvmeDriver.Queues, NvmeDriver.Queues + 0x1_0000, NvmeDriver.Queues + 0x2_0000, NvmeDriver.Data, NvmeDriver.Data + 0xff8, NvmeDriver.Data + 0x1004,
        0x41ff_f000, 0x4200_0000, NvmeDriver.Bar + 0x1000, NvmeDriver.Bar + 0x2000, 0x0802_0040, 0, 0xffff_ffff_ffff_f000, 0x8000_0000_0000,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Any_driver_leaves_a_controller_that_works_after_a_reset(int seed)
    {
        Random random = new(seed);
        using OurNvme machine = new(new MemoryStorage(DiskBytes), ",max_ioqpairs=4,aerl=15", smmu: seed % 3 == 0);
        NvmeDriver driver = new(machine);
        driver.Open();
        for (int step = 0; step < Steps; step++)
        {
            if (step % 100 == 0)
            {
                Restart(machine, driver);
            }

            Step(random, machine, driver);
        }

        Restart(machine, driver);
        if (!machine.Machine.Configuration.Smmu)
        {
            driver.MakeQueues(1);
            Assert.Equal(0, driver.Do(1, new NvmeOrder(1) { Namespace = 1, Pointer1 = NvmeDriver.Data })!.Value.Status);
        }
    }

    private static void Restart(OurNvme machine, NvmeDriver driver)
    {
        machine.Write(NvmeDriver.Config + 0x88, 0x8000, 2);
        driver.Open();
        Assert.Equal(1u, driver.Enable());
    }

    private static void Step(Random random, OurNvme machine, NvmeDriver driver)
    {
        switch (random.Next(12))
        {
            case 0:
                machine.Write(NvmeDriver.Bar + (ulong)(random.Next(0x1030 / 8) * 8), Word(random), 1 << random.Next(2, 4));
                break;
            case 1:
                machine.Write(NvmeDriver.Bar + 0x1000 + (ulong)(random.Next(16) * 4), (ulong)random.Next(random.Next(2) == 0 ? 40 : 70_000), 4);
                break;
            case 2:
                machine.Write(Places[random.Next(Places.Length)] + (ulong)(random.Next(64) * 8), Word(random), 8);
                break;
            case 3:
                machine.Wait();
                break;
            case 4:
                machine.Read(NvmeDriver.Bar + (ulong)(random.Next(0x4000 / 8) * 8), 8);
                break;
            default:
                NvmeOrder order = Order(random);
                driver.Put(0, order);
                driver.Fill(NvmeDriver.Queues + 0x2_0000 + (ulong)(random.Next(16) * 64), Order(random).Entry((ushort)random.Next(8)));
                driver.Ring(0);
                driver.RingRaw(0, completion: true, (uint)random.Next(32));
                break;
        }

        machine.Machine.Bus.Read(new PhysicalAddress(NvmeDriver.Bar + 0x1c), 4, out _);
    }

    private static NvmeOrder Order(Random random) => new((byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(13)))
    {
        Flags = (byte)(random.Next(3) == 0 ? random.Next(256) : 0),
        Namespace = random.Next(3) == 0 ? (uint)Word(random) : 1,
        Pointer1 = Place(random),
        Pointer2 = random.Next(3) == 0 ? Word(random) : Place(random),
        Dword10 = (uint)random.Next(5) | ((uint)random.Next(20) << 16),
        Dword11 = random.Next(3) == 0 ? (uint)Word(random) : (uint)random.Next(4) | ((uint)random.Next(5) << 16),
        Dword12 = random.Next(2) == 0 ? (uint)random.Next(64) : (uint)Word(random),
        Dword13 = random.Next(4) == 0 ? (uint)Word(random) : 0,
        Dword14 = random.Next(4) == 0 ? (uint)Word(random) : 0,
    };

    private static ulong Place(Random random) => Places[random.Next(Places.Length)] + (random.Next(4) == 0 ? (ulong)random.Next(4096) : 0);

    private static ulong Word(Random random) => random.Next(3) switch
    {
        0 => (ulong)random.NextInt64() << random.Next(64),
        1 => (ulong)random.Next(64),
        _ => Places[random.Next(Places.Length)],
    };
}
