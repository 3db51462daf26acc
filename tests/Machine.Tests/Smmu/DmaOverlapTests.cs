using System;
using System.Linq;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Pcie;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>Where a stream's addresses lead. Witness: the tables that the test has written, QEMU's memory map of virt, and the walk of each address alone.</summary>
public sealed class DmaOverlapTests : IDisposable
{
    private const ulong Doorbell = 0x0802_0000;

    private readonly SmmuFixture _smmu = new();

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_doorbell_in_the_middle_of_memory_is_found()
    {
        _smmu.UseStage1();
        for (ulong page = 0x10; page < 0x18; page++)
        {
            _smmu.Map1(page << 12, page == 0x14 ? Doorbell : SmmuFixture.Data + (page << 12));
        }

        DmaSpaceReport space = DmaOverlaps.Of(_smmu.Machine, (ushort)SmmuFixture.Stream)!;
        Assert.True(space.IsComplete);
        Assert.Equal(
            [(0x1_0000ul, 0x1_3ffful, SmmuFixture.Data + 0x1_0000, DmaPlaceKind.Memory), (0x1_4000ul, 0x1_4ffful, Doorbell, DmaPlaceKind.Doorbell),
                (0x1_5000ul, 0x1_7ffful, SmmuFixture.Data + 0x1_5000, DmaPlaceKind.Memory)],
            space.Ranges.Select(static r => (r.First, r.Last, r.Physical, r.Kind)));
        DmaOverlap overlap = Assert.Single(space.Overlaps);
        Assert.Equal((0x1_4000ul, 0x1_4ffful), (overlap.First, overlap.Last));
        Assert.StartsWith("gic-v2m, a doorbell: DMA writes there are interrupts", overlap.Words, StringComparison.Ordinal);
        Assert.Equal([0x1_4040ul], Assert.Single(DmaOverlaps.Doorbells(_smmu.Machine)).Seen.Single(static s => s.Function == "00:01.0 pcie.e").Addresses);
    }

    [Fact]
    public void A_doorbell_beside_memory_overlaps_nothing_and_one_without_a_mapping_loses_messages()
    {
        _smmu.UseStage1();
        _smmu.Map1(0x1_0000, SmmuFixture.Data);
        _smmu.Map1(0x1_2000, Doorbell);
        Assert.Empty(DmaOverlaps.Of(_smmu.Machine, (ushort)SmmuFixture.Stream)!.Overlaps);
        Assert.Empty(Assert.Single(DmaOverlaps.Doorbells(_smmu.Machine)).Seen.Single(static s => s.Function == "00:02.0 pcie.f").Addresses);
    }

    [Fact]
    public void The_upper_half_and_each_substream_are_looked_at()
    {
        const ulong Upper = 0xffff_ff80_0000_0000;
        ulong both = SmmuFixture.PlainCd & ~(1ul << 30) | (25ul << 16) | (2ul << 22);
        _smmu.Memory(SmmuFixture.Context, both, SmmuFixture.Stage1, SmmuFixture.Stage1, 0xff);
        _smmu.Memory(SmmuFixture.Context + 128, SmmuFixture.PlainCd, SmmuFixture.Stage1, 0, 0xff);
        _smmu.Map1(0x1_0000, SmmuFixture.Data);
        _smmu.Map1(0x1_1000, Doorbell);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | (2ul << 59), 2, 0, 0);
        DmaSpaceReport space = DmaOverlaps.Of(_smmu.Machine, (ushort)SmmuFixture.Stream)!;
        Assert.Equal([0x1_0000ul, 0x1_1000ul, Upper + 0x1_0000, Upper + 0x1_1000], space.Ranges.Select(static r => r.First));
        Assert.Equal([0x1_1000ul, Upper + 0x1_1000], space.Overlaps.Select(static o => o.First));

        // SubstreamID 0 is taken by requests without (S1DSS).
        DmaSpaceReport substream = Assert.Single(space.Substreams, static s => s.Pasid == 2);
        Assert.Equal((2u, 0x1_1000ul), (substream.Pasid, Assert.Single(substream.Overlaps).First));
    }

    [Fact]
    public void Nested_ranges_agree_with_the_walk_of_each_page()
    {
        for (ulong page = 0; page < 0x80; page++)
        {
            _smmu.Map2(SmmuFixture.Context + (page << 12), SmmuFixture.Context + (page << 12));
            _smmu.Map2(SmmuFixture.Stage1 + (page << 12), SmmuFixture.Stage1 + (page << 12));
            _smmu.Map2(0x4070_0000 + (page << 12), 0x4070_0000 + (page << 12));
        }

        _smmu.Cd();
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Nested | SmmuFixture.Context, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        Random random = new(7);
        for (ulong page = 0; page < 40; page++)
        {
            _smmu.Map1(page << 12, 0x20_0000_0000 + (page << 12));
            if (random.Next(3) > 0)
            {
                _smmu.Map2(0x20_0000_0000 + (page << 12), SmmuFixture.Data + ((ulong)random.Next(4) << 12));
            }
        }

        byte[] before = [.. _smmu.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)];
        IovaSpace space = new(_smmu.Machine, SmmuFixture.Stream);
        Assert.True(before.AsSpan().SequenceEqual((byte[])[.. _smmu.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)]));
        for (ulong at = 0; at < 50ul << 12; at += 0x1000)
        {
            ulong? alone = SmmuWalks.Follow(_smmu.Smmu, SmmuFixture.Stream, substream: null, at, isWrite: false, mayStall: false, []);
            IovaRange? range = space.Ranges.SingleOrDefault(r => r.First <= at && at <= r.Last);
            Assert.Equal(alone, range is null ? null : range.Physical + (at - range.First));
        }
    }

    [Fact]
    public void Without_translation_addresses_are_physical_and_a_place_without_a_function_has_none()
    {
        using PciMachine pci = new(smmu: true, "pcie-root-port,id=rp,addr=1,chassis=1", "x3130-upstream,bus=rp,id=up", "xio3130-downstream,bus=up,id=dn,chassis=3", "edu,bus=dn,id=e");
        pci.Write(PciMachine.Config(0, 1, 0x18), 0x0003_0100);
        pci.Write(PciMachine.Config(1, 0, 0x18), 0x0003_0201);
        pci.Write(PciMachine.Config(2, 0, 0x18), 0x0003_0302);
        Assert.Contains("00:01.0", DmaOverlaps.Of(pci.Machine, 8)!.Function, StringComparison.Ordinal);
        Assert.Contains("the SMMU is off", DmaOverlaps.Of(pci.Machine, 0x300)!.Title, StringComparison.Ordinal);
        Assert.Null(DmaOverlaps.Of(pci.Machine, 0x310));
    }

    /// <summary>A switch without ACS turns a request around (PCI Express Base Specification, Access Control Services), whatever else is at its address.</summary>
    [Fact]
    public void What_a_neighbor_takes_does_not_reach_memory()
    {
        const ulong Own = 0x4080_0000;
        const ulong Neighbor = 0x4090_0000;
        using PciMachine pci = new(
            "pcie-root-port,id=rp,addr=1", "x3130-upstream,id=up,bus=rp", "xio3130-downstream,id=da,bus=up", "xio3130-downstream,id=db,bus=up",
            "dma-exerciser,bus=da,id=a", "dma-exerciser,bus=db,id=b");
        foreach ((string id, uint numbers, ulong first, ulong last) in ((string, uint, ulong, ulong)[])
            [("rp", 0x0004_0100, Own, Neighbor), ("up", 0x0004_0201, Own, Neighbor), ("da", 0x0003_0302, Own, Own), ("db", 0x0004_0402, Neighbor, Neighbor)])
        {
            pci.Named(id).WriteConfig(0x18, 4, numbers);
            pci.Named(id).WriteConfig(0x20, 4, (uint)((first >> 16) | last));
            pci.Named(id).WriteConfig(4, 2, 7);
        }

        foreach ((string id, ulong at) in ((string, ulong)[])[("a", Own), ("b", Neighbor)])
        {
            pci.Named(id).WriteConfig(0x10, 4, (uint)at);
            pci.Named(id).WriteConfig(4, 2, 6);
        }

        DmaSpaceReport space = DmaOverlaps.Of(pci.Machine, 0x300)!;
        foreach (ulong at in (ulong[])[Own, Neighbor])
        {
            pci.Named("a").Dma.Write(at + 0x8000, [0x55]);
            Assert.NotEqual(0x55u, pci.Machine.Ram.Span(at + 0x8000 - 0x4000_0000, 1)[0]);
            DmaOverlap overlap = Assert.Single(space.Overlaps, o => o.First == at && o.Words.StartsWith(at == Own ? "pcie.a is behind pcie.da itself" : "pcie.b takes it on up", StringComparison.Ordinal));
            Assert.Equal(at + 0xffff, overlap.Last);
        }
    }
}
