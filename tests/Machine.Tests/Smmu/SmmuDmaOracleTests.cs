using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Witness: stage 1 of the SMMUv3 of qemu-system-aarch64 7.2. An edu device copies through both SMMUs, and memory, event records and
/// queue indexes must be the same. QEMU refuses 4 bytes at a time, and what a table refuses only until a read is in its IOTLB: so
/// copies are of 4 bytes and begin with a write. It leaves CLASS at 0 (CD), where a stage-1 fault is of class IN (IHI 0070, Event
/// records): a defect that later versions have mended, so that field is masked.
/// </summary>
public sealed class SmmuDmaOracleTests
{
    private const ulong Function = 0x40_1000_8000;
    private const ulong Device = 0x1000_0000;
    private const ulong Registers = SmmuFixture.Registers;
    private const ulong Context = SmmuFixture.Context;
    private const ulong Level1 = SmmuFixture.Stage1;
    private const ulong Level2 = 0x4051_0000;
    private const ulong Level3 = 0x4052_0000;
    private const ulong Data = SmmuFixture.Data;
    private const ulong Input = 0x12_3456_7000;
    private const ulong Cd = SmmuFixture.PlainCd;

    /// <summary>STE[0], CD[0], a level-2 descriptor, a level-3 descriptor.</summary>
    [QemuTheory]
    [InlineData(SmmuFixture.Bypass, Cd, 0ul, 0ul)]
    [InlineData(SmmuFixture.Abort, Cd, 0ul, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, Level3 | 3, Data | 0x443)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, Data | 0x441, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, Level3 | 3, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, Level3 | 3, Data | 0x441)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, 0ul, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, Level3 | 3, Data | 0x4c3)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd, Level3 | (1ul << 62) | 3, Data | 0x443)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd & ~(1ul << 45), Level3 | 3, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd & ~(1ul << 31), Level3 | 3, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd & ~(1ul << 41), Level3 | 3, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 | Context, Cd | 63, Level3 | 3, 0ul)]
    [InlineData(SmmuFixture.OnlyStage1 & ~1ul, Cd, 0ul, 0ul)]
    public void Copies_and_their_events_are_as_QEMUs(ulong ste, ulong cd, ulong level2, ulong level3)
    {
        using QemuComparison both = Open();
        both.About = $"STE {ste:x}, CD {cd:x}, level 2 {level2:x}, level 3 {level3:x}";
        both.Write(SmmuFixture.StreamTable + 512, ste, 8);
        both.Write(Context, cd, 8);
        both.Write(Context + 8, Level1, 8);
        both.Write(Context + 24, 0xff, 8);
        both.Write(Level1 + ((Input >> 30 & 511) * 8), Level2 | 3, 8);
        both.Write(Level2 + ((Input >> 21 & 511) * 8), level2, 8);
        both.Write(Level3 + ((Input >> 12 & 511) * 8), level3, 8);
        both.Write(Data + 8, 0x1122_3344_5566_7788, 8);
        bool bypass = ste == SmmuFixture.Bypass;
        Copy(both, 0x4_0000, (bypass ? Data : Input) + 0x20, command: 3);
        Copy(both, (bypass ? Data : Input) + 8, 0x4_0000, command: 1);
        for (ulong at = 0; at < 0x40; at += 8)
        {
            both.Read(Data + at, 8);
            both.Read(Data + (Input & 0x1f_ffff) + at, 8);
        }

        uint producer = (uint)both.Read(Registers + 0x1_00a8);
        both.Read(Registers + 0x60);
        for (ulong at = 0; at < producer * 32ul; at += 4)
        {
            both.About = $"event word {at / 4}, STE {ste:x}, CD {cd:x}, level 2 {level2:x}, level 3 {level3:x}";
            const ulong Class = 0x300;
            both.ReadMasked(SmmuFixture.Events + at, at % 32 == 12 ? uint.MaxValue & ~Class : uint.MaxValue);
        }
    }

    private static QemuComparison Open()
    {
        QemuComparison both = new(new MachineConfiguration { Smmu = true }, timed: true, "edu,addr=1,dma_mask=0xffffffffffffffff");
        both.Write(Function + 0x10, (uint)Device);
        both.Write(Function + 4, 7, 2);
        SmmuFixture.SwitchOn((register, value, size) => both.Write(Registers + register, value, size));
        return both;
    }

    private static void Copy(QemuComparison both, ulong source, ulong destination, ulong command)
    {
        both.Write(Device + 0x80, source, 8);
        both.Write(Device + 0x88, destination, 8);
        both.Write(Device + 0x90, 4, 8);
        both.Write(Device + 0x98, command, 8);
        both.WaitFor(Device + 0x98, 0, mask: 1);
    }
}
