using System;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Any content of tables, queues and registers: nothing crashes or hangs, and the state can be saved and put back. The seed is in the
/// name of the test. Witness: the runtime.
/// </summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Whatever_is_written_the_machine_goes_on(int seed)
    {
        Random random = new(seed);
        using SmmuFixture smmu = SmmuFixture.WithBothExercisers();
        ExerciserDriver[] devices = [smmu.Plain, smmu.Patient];
        foreach (ExerciserDriver device in devices)
        {
            device.EnableAts();
            device.EnablePasid();
            device.EnablePageRequests();
        }

        const ulong Pages = 0x4038_0000;
        ulong[] valid = [SmmuFixture.OnlyStage1, SmmuFixture.Nested, SmmuFixture.OnlyStage2, SmmuFixture.PlainCd, SmmuFixture.PlainCd | (1ul << 44), SmmuFixture.PlainS2, SmmuFixture.PlainS2 | (1ul << 57), 3, 0x443];
        ulong[] places = [SmmuFixture.StreamTable, SmmuFixture.Commands, SmmuFixture.Context, SmmuFixture.Stage1, SmmuFixture.Stage2, 0x4070_0000];
        byte[] opcodes = [1, 3, 4, 5, 6, 0x10, 0x11, 0x12, 0x13, 0x20, 0x22, 0x28, 0x2a, 0x30, 0x40, 0x41, 0x44, 0x45, 0x46];
        for (int i = 0; i < 20_000; i++)
        {
            ulong place = places[random.Next(places.Length)];
            ulong word = valid[random.Next(valid.Length)] | places[random.Next(places.Length)] | (random.Next(3) == 0 ? (ulong)random.NextInt64() : 0);
            smmu.Memory(place + ((ulong)random.Next(512) * 8), word);
            switch (random.Next(12))
            {
                case 0:
                    smmu.Write32((uint)random.Next(0x40) * 4, (ulong)random.NextInt64());
                    break;
                case 1:
                    smmu.Write64((uint)random.Next(0x18) * 8, (ulong)random.NextInt64() & 0x4fff_ffff);
                    break;
                case 2:
                    smmu.Command(opcodes[random.Next(opcodes.Length)] | ((ulong)random.NextInt64() << 8), (ulong)random.NextInt64());
                    smmu.Write32(0x64, smmu.Read32(0x60));
                    break;
                case 3:
                    smmu.Store((ulong)random.NextInt64() & (random.Next(2) == 0 ? ulong.MaxValue : 0x7f_ffff_ffff), 1);
                    break;
                case 4:
                    smmu.Write32(0x20, random.Next(4) == 0 ? (ulong)random.Next(32) : 0x1f);
                    break;
                case 5 or 6:
                    Send(smmu, devices[random.Next(2)], random);
                    break;
                case 7:
                    // What is stalled is answered, and places in the queues are made.
                    smmu.Command(0x44 | ((ulong)random.Next(4) << 12) | ((ulong)devices[1].Stream << 32), (ulong)smmu.Smmu.Stalls.Newest);
                    smmu.Write32(0xac, smmu.Read32(0xa8));
                    smmu.Write32(0xcc, smmu.Read32(0xc8));
                    smmu.Write64(0xc0, Pages | (uint)random.Next(8));
                    break;
                default:
                    smmu.Load((ulong)random.NextInt64() & 0x7f_ffff_ffff);
                    break;
            }
        }

        byte[] saved = SnapshotWriter.BytesOf(smmu.Smmu);
        using SmmuFixture other = SmmuFixture.WithBothExercisers();
        DeviceFixture.Restore(other.Smmu, saved);
        Assert.Equal(saved, SnapshotWriter.BytesOf(other.Smmu));
    }

    // Any command of an exerciser, with any attributes, PASID and group; time goes on, but not by the minute that an invalidation may take.
    private static void Send(SmmuFixture smmu, ExerciserDriver device, Random random)
    {
        if (random.Next(200) == 0)
        {
            smmu.Pci.Named(device.Stream == 24 ? "x" : "s").FunctionReset();
            device.SetConfig(0x10, (uint)device.Registers);
            device.SetConfig(0x04, 6, 2);
        }

        smmu.Pci.Write(device.Registers + 0x08, (ulong)random.NextInt64() & (random.Next(2) == 0 ? ulong.MaxValue : 0x7f_ffff_ffff), 8);
        device.Set(0x10, (uint)random.Next(0x3000));
        device.Set(0x1c, (uint)random.Next(0x200));
        device.Set(0x54, random.Next(2) == 0 ? 0 : 0x8000_0000u | (uint)random.Next(8) | ((uint)random.Next(4) << 20));
        device.Set(0x58, (uint)random.Next(0x1000));
        device.Set(0x64, (uint)(random.Next(8) == 0 ? random.Next(4) : 0));
        device.Set(0x40, (uint)random.Next(19));
        ulong until = smmu.Machine.Clock.Now + 100_000;
        while (smmu.Machine.Scheduler.Next <= until)
        {
            smmu.Machine.Clock.Now = Math.Max(smmu.Machine.Clock.Now, smmu.Machine.Scheduler.Next);
            smmu.Machine.Scheduler.RunDue();
        }
    }
}
