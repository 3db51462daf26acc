using System;
using System.IO;
using GdbHost.Machine.Common;
using GdbHost.Machine.Snapshots;
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
        using SmmuFixture smmu = new();
        ulong[] valid = [SmmuFixture.OnlyStage1, SmmuFixture.Nested, SmmuFixture.OnlyStage2, SmmuFixture.PlainCd, SmmuFixture.PlainS2, 3, 0x443];
        ulong[] places = [SmmuFixture.StreamTable, SmmuFixture.Commands, SmmuFixture.Context, SmmuFixture.Stage1, SmmuFixture.Stage2, 0x4070_0000];
        byte[] opcodes = [1, 3, 4, 5, 6, 0x10, 0x11, 0x12, 0x13, 0x20, 0x22, 0x28, 0x2a, 0x30, 0x46];
        for (int i = 0; i < 20_000; i++)
        {
            ulong place = places[random.Next(places.Length)];
            ulong word = valid[random.Next(valid.Length)] | places[random.Next(places.Length)] | (random.Next(3) == 0 ? (ulong)random.NextInt64() : 0);
            smmu.Memory(place + ((ulong)random.Next(512) * 8), word);
            switch (random.Next(8))
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
                    smmu.Write32(0x20, 0xd);
                    break;
                default:
                    smmu.Load((ulong)random.NextInt64() & 0x7f_ffff_ffff);
                    break;
            }
        }

        byte[] saved = SnapshotWriter.BytesOf(smmu.Smmu);
        using SmmuFixture other = new();
        using BinaryReader reader = new(new MemoryStream(saved));
        other.Smmu.Restore(new StateReader(reader));
        Assert.Equal(saved, SnapshotWriter.BytesOf(other.Smmu));
    }
}
