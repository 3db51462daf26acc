using System;
using GdbHost.Machine.Pcie.Dma;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Commands, and that what no command has named is kept. Witness: IHI 0070, Commands, Command queue errors, Configuration structures and
/// configuration invalidation completion.
/// </summary>
public sealed class CommandTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;
    private const ulong OtherData = SmmuFixture.Data + 0x1_0000;
    private const ulong Asid1 = 1ul << 48;
    private const ulong Vmid3 = 3ul << 32;

    private readonly SmmuFixture _smmu = new();

    public CommandTests()
    {
        _smmu.Memory(SmmuFixture.Data, 1);
        _smmu.Memory(OtherData, 2);
    }

    public void Dispose() => _smmu.Dispose();

    [Theory]
    [InlineData(0x10ul, 0ul, true)] // NH_ALL
    [InlineData(0x10ul | (9ul << 32), 0ul, false)] // of another VMID
    [InlineData(0x11ul | Asid1, 0ul, true)] // NH_ASID
    [InlineData(0x11ul | (2ul << 48), 0ul, false)] // another ASID
    [InlineData(0x12ul | Asid1, Input | 1, true)] // NH_VA
    [InlineData(0x12ul | Asid1, Input + 0x1000, false)] // another page
    [InlineData(0x12ul | (2ul << 48), Input, false)] // another ASID
    [InlineData(0x13ul, Input, true)] // NH_VAA
    [InlineData(0x13ul | (15ul << 12), (Input - 0xf000) | (1ul << 10), true)] // a range of 16 pages that ends with it
    [InlineData(0x13ul | (14ul << 12), (Input - 0xf000) | (1ul << 10), false)] // one page short
    [InlineData(0x20ul, 0ul, false)] // EL2_ALL
    [InlineData(0x28ul, 0ul, true)] // S12_VMALL
    [InlineData(0x2aul, Input, false)] // S2_IPA
    [InlineData(0x30ul, 0ul, true)] // NSNH_ALL
    [InlineData(0x03ul | (8ul << 32), 1ul, false)] // CFGI_STE
    public void A_stage_1_translation_stays_until_it_is_named(ulong first, ulong second, bool goes)
    {
        _smmu.UseStage1();
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0xc40);
        Assert.Equal(1ul, _smmu.Load(Input).Value);
        _smmu.Map1(Input, OtherData, flags: 0xc40);
        Assert.Equal(1ul, _smmu.Load(Input).Value);
        _smmu.Command(first, second);
        Assert.Equal(goes ? 2ul : 1ul, _smmu.Load(Input).Value);
    }

    [Theory]
    [InlineData(0x2aul | Vmid3, Intermediate, true)] // S2_IPA
    [InlineData(0x2aul, Intermediate, false)] // another VMID
    [InlineData(0x28ul | Vmid3, 0ul, true)] // S12_VMALL
    [InlineData(0x10ul | Vmid3, 0ul, false)] // NH_ALL is stage 1's
    [InlineData(0x30ul, 0ul, true)] // NSNH_ALL
    public void A_stage_2_translation_stays_until_it_is_named(ulong first, ulong second, bool goes)
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage2, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        _smmu.Map2(Intermediate, SmmuFixture.Data);
        Assert.Equal(1ul, _smmu.Load(Intermediate).Value);
        _smmu.Map2(Intermediate, OtherData);
        _smmu.Command(first, second);
        Assert.Equal(goes ? 2ul : 1ul, _smmu.Load(Intermediate).Value);
    }

    [Theory]
    [InlineData(0x03ul | (8ul << 32), 0ul, true)] // CFGI_STE
    [InlineData(0x03ul | (9ul << 32), 0ul, false)] // of another stream
    [InlineData(0x04ul, 31ul, true)] // CFGI_ALL
    [InlineData(0x04ul | (9ul << 32), 2ul, true)] // a range with it
    [InlineData(0x04ul | (9ul << 32), 0ul, true)] // 8 and 9
    [InlineData(0x04ul | (16ul << 32), 2ul, false)] // 16 to 23
    [InlineData(0x05ul | (8ul << 32), 0ul, false)] // CFGI_CD
    public void An_entry_stays_until_it_is_named(ulong first, ulong second, bool goes)
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Memory(SmmuFixture.StreamTable + (SmmuFixture.Stream * 64ul), SmmuFixture.Abort);
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Command(first, second);
        Assert.Equal(goes ? DmaResult.TranslationFault : DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
    }

    [Theory]
    [InlineData(0x05ul | (8ul << 32), true)] // CFGI_CD
    [InlineData(0x05ul | (8ul << 32) | (1ul << 12), false)] // of substream 1
    [InlineData(0x06ul | (8ul << 32), true)] // CFGI_CD_ALL
    public void A_descriptor_stays_until_it_is_named(ulong first, bool goes)
    {
        _smmu.UseStage1();
        _smmu.Map1(Input, SmmuFixture.Data);
        _smmu.Load(Input);
        _smmu.Cd(0);
        Assert.Equal(DmaResult.Ok, _smmu.Load(Input).Result);
        _smmu.Command(first);
        Assert.Equal(goes ? DmaResult.TranslationFault : DmaResult.Ok, _smmu.Load(Input).Result);
    }

    [Theory]
    [InlineData(0x00ul)]
    [InlineData(0x18ul)] // CMD_TLBI_EL3_ALL
    [InlineData(0x44ul | (1ul << 10))] // CMD_RESUME with SSec
    [InlineData(0x45ul | (1ul << 10))] // CMD_STALL_TERM with SSec
    [InlineData(0x03ul | (1ul << 10))] // SSec
    [InlineData(0x46ul | (3ul << 12))] // a reserved CS
    [InlineData(0xfful)]
    public void What_is_no_command_stops_the_queue_with_CERROR_ILL_until_acknowledged(ulong first)
    {
        _smmu.Command(0x10);
        _smmu.Command(first);
        _smmu.Command(0x10);
        Assert.Equal((0x0100_0001u, 1u), (_smmu.Read32(0x9c), _smmu.Read32(0x60)));
        _smmu.Memory(SmmuFixture.Commands + 16, 0x10);
        _smmu.Write32(0x64, 1);
        Assert.Equal(3u, _smmu.Read32(0x9c));
    }

    [Fact]
    public void A_queue_that_is_no_memory_is_CERROR_ABT()
    {
        _smmu.Write32(0x20, 0x5);
        _smmu.Write64(0x90, 0x0900_0004);
        _smmu.Write32(0x20, 0xd);
        _smmu.Write32(0x98, 1);
        Assert.Equal((0x0200_0000u, 1u), (_smmu.Read32(0x9c), _smmu.Read32(0x60)));
    }

    [Fact]
    public void A_sync_tells_by_message_by_wire_or_by_an_error()
    {
        const int SyncId = 108;
        _smmu.Pci.Write(0x0800_0c18, 0xaaaa_aaaa);
        _smmu.Command(0x46 | (1ul << 12) | (0x1234_5678ul << 32), OtherData);
        Assert.Equal(0x1234_5678ul, _smmu.Memory(OtherData));
        _smmu.Command(0x46 | (1ul << 12));
        Assert.True(_smmu.Pci.IsPending(SyncId));

        // The SMMU's own registers, and PCI, are no place for its messages.
        _smmu.Command(0x46 | (1ul << 12) | (7ul << 32), SmmuFixture.Registers + 0x98);
        Assert.Equal((3u, 1u << 4), (_smmu.Read32(0x98), _smmu.Read32(0x60)));
    }

    [Fact]
    public void Registers_are_guarded_while_they_are_in_use()
    {
        _smmu.Write64(0x80, 0x4321_0000);
        _smmu.Write64(0x90, 0x4321_0000);
        _smmu.Write32(0xa8, 5);
        Assert.Equal((uint)SmmuFixture.StreamTable, _smmu.Read32(0x80));
        Assert.Equal((uint)SmmuFixture.Commands | 4, _smmu.Read32(0x90));
        Assert.Equal(0u, _smmu.Read32(0xa8));
    }

    [Fact]
    public void Very_many_commands_take_their_time_and_are_done()
    {
        _smmu.Write32(0x20, 0x5);
        _smmu.Write64(0x90, SmmuFixture.Commands | 12);
        _smmu.Write32(0x20, 0xd);
        for (ulong i = 0; i < 4096; i++)
        {
            _smmu.Memory(SmmuFixture.Commands + (i * 16), 0x13 | (31ul << 12) | (4ul << 20), Input | (1ul << 10));
        }

        _smmu.Write32(0x98, 4096);
        Assert.InRange(_smmu.Read32(0x9c), 1u, 1024u);
        _smmu.Pci.RunEvents();
        Assert.Equal((4096u, 0u), (_smmu.Read32(0x9c), _smmu.Read32(0x60)));
    }
}
