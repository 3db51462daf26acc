using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Requests that the SMMU lets pass as they are do not ask it, and nothing shows it. Witness: IHI 0070 (SMMU_CR0.SMMUEN, SMMU_GBPA, STE.Config,
/// Configuration invalidation) for what ends a bypass; for all together, the same requests on a machine where somebody looks on, which go the whole way.
/// </summary>
public sealed class BypassTests : IDisposable
{
    private const ulong Kept = 0x1122_3344_5566_7788;

    private readonly SmmuFixture _smmu = new();

    public BypassTests() => _smmu.Memory(SmmuFixture.Data, Kept);

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_stream_that_bypasses_need_not_ask_once_its_entry_is_kept()
    {
        DmaRequest request = new(_smmu.Device.Requester, DmaKind.Read, SmmuFixture.Data, 8, DmaAttributes.None);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        Assert.False(_smmu.Smmu.Passing.Has(request, request.Address));
        Assert.Equal((DmaResult.Ok, Kept), _smmu.Load(SmmuFixture.Data));
        Assert.True(_smmu.Smmu.Passing.Has(request, request.Address));
        Assert.False(_smmu.Smmu.Passing.Has(request, 1ul << 40));
        Assert.False(_smmu.Smmu.Passing.Has(request with { Prefix = PasidPrefix.Of(0) }, request.Address));
        Assert.False(_smmu.Smmu.Passing.Has(request with { Attributes = DmaAttributes.Translated }, request.Address));
        Assert.False(_smmu.Smmu.Passing.Has(request with { Requester = _smmu.Other.Requester }, request.Address));
    }

    // What software changes in memory counts with the command, not before.
    [Theory]
    [InlineData(0x03ul | (8ul << 32), 1ul, true)] // CMD_CFGI_STE of the stream
    [InlineData(0x03ul | (9ul << 32), 1ul, false)] // of another
    [InlineData(0x04ul | (8ul << 32), 2ul, true)] // CMD_CFGI_STE_RANGE, 8 streams
    [InlineData(0x04ul, 31ul, true)] // CMD_CFGI_ALL
    [InlineData(0x06ul | (8ul << 32), 0ul, false)] // CMD_CFGI_CD_ALL
    [InlineData(0x30ul, 0ul, false)] // CMD_TLBI_NSNH_ALL
    public void It_ends_with_the_command_that_names_the_entry(ulong first, ulong second, bool ends)
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        _smmu.Load(SmmuFixture.Data);
        _smmu.Memory(SmmuFixture.StreamTable + (SmmuFixture.Stream * 64), SmmuFixture.Abort);
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Command(first, second);
        Assert.Equal(ends ? DmaResult.TranslationFault : DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
    }

    [Fact]
    public void SMMUEN_and_GBPA_decide_from_the_write_on()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        _smmu.Ste(_smmu.Other.Requester.Value, SmmuFixture.Abort, 0, 0, 0);
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Write32(0x44, (1u << 31) | (1u << 20));
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Write32(0x20, 0);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Write32(0x44, 1u << 31);
        Assert.Equal((DmaResult.Ok, DmaResult.Ok), (_smmu.Load(SmmuFixture.Data).Result, _smmu.Load(SmmuFixture.Data, _smmu.Other).Result));
        _smmu.Write32(0x20, 0xd);
        Assert.Equal((DmaResult.Ok, DmaResult.TranslationFault), (_smmu.Load(SmmuFixture.Data).Result, _smmu.Load(SmmuFixture.Data, _smmu.Other).Result));
        _smmu.Smmu.Reset();
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data, _smmu.Other).Result);
    }

    [Fact]
    public void A_table_that_has_become_smaller_has_no_such_stream()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        _smmu.Load(SmmuFixture.Data);
        _smmu.Write32(0x20, 0);
        _smmu.Write32(0x88, 3);
        _smmu.Write32(0x20, 0xd);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(SmmuFixture.Data).Result);
        Assert.Equal(EventKind.BadStreamId, Assert.Single(_smmu.TakeEvents()).Kind);
    }

    [Fact]
    public void An_entry_that_has_lost_its_place_to_others_is_read_again()
    {
        const int Places = 1024;
        _smmu.Write32(0x20, 0);
        _smmu.Write32(0x88, 11);
        _smmu.Write32(0x20, 0xd);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        _smmu.Load(SmmuFixture.Data);
        _smmu.Memory(SmmuFixture.StreamTable + (SmmuFixture.Stream * 64), SmmuFixture.Abort);
        foreach (int other in Enumerable.Range(100, Places))
        {
            Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
            _smmu.Device.Dma.Write(SmmuFixture.Data, [1], DmaAttributes.None, new RequesterId((ushort)other));
        }

        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(SmmuFixture.Data).Result);
    }

    [Fact]
    public void An_address_beyond_OAS_and_a_PASID_are_reported_as_before()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        _smmu.Load(SmmuFixture.Data);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(1ul << 40).Result);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Device.Dma.Read(SmmuFixture.Data, new byte[8], prefix: PasidPrefix.Of(1)));
        Assert.Equal([EventKind.AddressSize, EventKind.BadSubstreamId], _smmu.TakeEvents().ConvertAll(static e => e.Kind));
    }

    [Fact]
    public void Who_logs_or_watches_is_told_of_the_SMMU()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        _smmu.Load(SmmuFixture.Data);
        DmaLog log = new(new DmaTransactions(_smmu.Machine));
        log.TurnOn(null);
        _smmu.Load(SmmuFixture.Data);
        Assert.Contains(_smmu.Smmu.Name, Assert.Single(log.Read(9, null).Requests).Request.Way.Select(static s => s.Place));
        log.TurnOff();
        Listener watch = new();
        _smmu.Machine.Bus.Watch = watch;
        _smmu.Load(SmmuFixture.Data);
        Assert.Equal([SmmuFixture.Stream], watch.Served);
    }

    [Fact]
    public void A_restored_SMMU_passes_what_the_saved_one_did()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        byte[] before = SnapshotWriter.BytesOf(_smmu.Smmu);
        _smmu.Load(SmmuFixture.Data);
        byte[] after = SnapshotWriter.BytesOf(_smmu.Smmu);
        _smmu.Write32(0x20, 0);
        byte[] off = SnapshotWriter.BytesOf(_smmu.Smmu);
        using SmmuFixture other = new();
        other.Memory(SmmuFixture.StreamTable + (SmmuFixture.Stream * 64), SmmuFixture.Abort);
        foreach ((byte[] state, DmaResult expected) in new[] { (after, DmaResult.Ok), (before, DmaResult.TranslationFault), (off, DmaResult.Ok), (before, DmaResult.TranslationFault), (after, DmaResult.Ok) })
        {
            DeviceFixture.Restore(other.Smmu, state);
            Assert.Equal(state, SnapshotWriter.BytesOf(other.Smmu));
            Assert.Equal(expected, other.Load(SmmuFixture.Data).Result);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Where_nobody_looks_on_devices_and_software_see_the_same_as_where_somebody_does(int seed)
    {
        using SmmuFixture seen = new();
        seen.Memory(SmmuFixture.Data, Kept);
        seen.Machine.Pcie!.DmaObserver = static _ => { };
        Random random = new(seed);
        for (int i = 0; i < 5_000; i++)
        {
            Func<SmmuFixture, object> step = Step(random);
            Assert.Equal(step(seen), step(_smmu));
        }

        Assert.Equal(SnapshotWriter.BytesOf(seen.Smmu), SnapshotWriter.BytesOf(_smmu.Smmu));
    }

    // Something that a driver or a device does, and what it sees of it.
    private static Func<SmmuFixture, object> Step(Random random)
    {
        ulong stream = (ulong)random.Next(4) * 8;
        ulong value = (ulong)random.NextInt64();
        ulong[] words = [SmmuFixture.Abort, SmmuFixture.Bypass, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 0];
        ulong word = words[random.Next(words.Length)];
        return random.Next(16) switch
        {
            0 => s => Done(() => s.Write32(0x20, (value & 3) == 0 ? 0xcu : 0xd)),
            1 => s => Done(() => s.Write32(0x44, (value & 1) << 31 | (value & 2) << 19)),
            2 => s => Done(() => s.Write32(0x88, 3 + (value & 3))),
            3 => s => Done(() => s.Command(0x03 | (stream << 32), 1)),
            4 => s => Done(() => s.Command(0x04 | (stream << 32), value & 31)),
            5 => s => Done(() => s.Command(0x01 | (stream << 32))),
            6 or 7 or 8 => s => Done(() => s.Memory(SmmuFixture.StreamTable + (stream * 64), word)),
            9 => s => string.Join(' ', s.TakeEvents()),
            10 => s => s.Load(value >> 20),
            11 => s => s.Device.Dma.Read(SmmuFixture.Data, new byte[8], prefix: PasidPrefix.Of((uint)value & 1)),
            12 => s => s.Store(SmmuFixture.Data + (value & 0xfff), value),
            _ => s => s.Load(SmmuFixture.Data + (value & 0xfff), (value & 1) == 0 ? s.Device : s.Other),
        };
    }

    private static bool Done(Action action)
    {
        action();
        return true;
    }

    private sealed class Listener : IPhysicalWatch
    {
        public List<uint> Served { get; } = [];

        public bool WatchesPage(ulong physical) => false;

        public void Accessing(in PhysicalAccess access)
        {
        }

        public void Serving(object device) => Served.Add(((RequesterId)device).Value);
    }
}
