using System;
using GdbHost.Machine.Virtio;
using Xunit;
using static GdbHost.Machine.Tests.Virtio.VirtioFixture;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>Packed rings, driven by hand. Witness: Virtual I/O Device Specification 1.2, Packed Virtqueues.</summary>
public sealed class PackedRingTests : IDisposable
{
    private const uint Size = 5; // need not be a power of 2
    private const ushort AvailableFlag = 1 << 7;
    private const ushort UsedFlag = 1 << 15;

    private readonly MemoryStorage _disk = new(64 << 10);
    private readonly VirtioFixture _f;

    public PackedRingTests()
    {
        _disk.Content.AsSpan(512, 512).Fill(0x5a);
        _f = new VirtioFixture(new BlockDeviceConfiguration(_disk, null) { Settings = new VirtioSettings { Packed = true } });
    }

    public void Dispose() => _f.Dispose();

    /// <summary>
    /// Used descriptors go in order from the start of each chain; both wrap counters turn at the end of the ring, wherever a
    /// chain crosses it.
    /// </summary>
    [Fact]
    public void Chains_go_round_the_ring()
    {
        _f.Start(VirtioFeature.RingPacked, Size);
        int at = 0;
        bool wrap = true;
        for (ushort id = 0; id < 40; id++)
        {
            (int first, bool firstWrap) = (at, wrap);
            _f.BlockRequestParts();
            _f.Write(Buffers + 0x1000, 1, 0);
            Put(ref at, ref wrap, Buffers, 16, Next, id);
            Put(ref at, ref wrap, Buffers + 0x1000, 512, Next | DeviceWrites, id);
            Put(ref at, ref wrap, Buffers + 0x100, 1, DeviceWrites, id);
            _f.Notify();
            ulong used = Descriptors + ((ulong)first * 16);
            ushort flags = (ushort)_f.Read(used + 14, 2);
            Assert.Equal(firstWrap, (flags & UsedFlag) != 0);
            Assert.Equal(firstWrap, (flags & AvailableFlag) != 0);
            Assert.Equal(id, _f.Read(used + 12, 2));
            Assert.Equal(513u, _f.Read(used + 8, 4));
            Assert.Equal(0x5au, _f.Read(Buffers + 0x1000, 1));
        }

        Assert.Empty(_f.Problems);
    }

    /// <summary>RING_EVENT_FLAGS_DISABLE and RING_EVENT_FLAGS_DESC of the driver's event suppression structure.</summary>
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(2, 0x8000, true)]
    [InlineData(2, 0x0001, false)]
    public void Interrupts_come_when_the_driver_wants_them(ushort flags, ushort at, bool comes)
    {
        _f.Start(VirtioFeature.RingPacked | VirtioFeature.EventIndex, Size);
        _f.Write(Available, 2, 0x8000);
        _f.Write(Available + 2, 2, 1);
        int place = 0;
        bool wrap = true;
        Request(ref place, ref wrap);
        _f.WriteRegister(0x64, 3);
        _f.Write(Available, 2, at == 0x8000 ? 0x8003u : at);
        _f.Write(Available + 2, 2, flags);
        Request(ref place, ref wrap);
        Assert.Equal(comes ? 1u : 0, _f.InterruptStatus);
    }

    /// <summary>A chain of the whole ring that never ends, and an indirect table that is none.</summary>
    [Theory]
    [InlineData("endless", "loop")]
    [InlineData("length", "multiple of 16")]
    [InlineData("next", "with a next one")]
    public void A_driver_that_breaks_the_rules_needs_a_reset(string what, string said)
    {
        _f.Start(VirtioFeature.RingPacked | VirtioFeature.IndirectDescriptors, Size);
        int at = 0;
        bool wrap = true;
        switch (what)
        {
            case "endless":
                for (int i = 0; i < Size; i++)
                {
                    Put(ref at, ref wrap, Buffers, 16, Next, 0);
                }

                break;
            case "length":
                Put(ref at, ref wrap, Buffers, 24, Indirect, 0);
                break;
            default:
                Put(ref at, ref wrap, Buffers, 32, Indirect | Next, 0);
                break;
        }

        _f.Notify();
        Assert.True(_f.NeedsReset);
        Assert.Contains(said, Assert.Single(_f.Problems), StringComparison.Ordinal);
    }

    private void Request(ref int at, ref bool wrap)
    {
        _f.BlockRequestParts();
        Put(ref at, ref wrap, Buffers, 16, Next, 1);
        Put(ref at, ref wrap, Buffers + 0x1000, 512, Next | DeviceWrites, 1);
        Put(ref at, ref wrap, Buffers + 0x100, 1, DeviceWrites, 1);
        _f.Notify();
    }

    private void Put(ref int at, ref bool wrap, ulong address, uint length, int flags, ushort id)
    {
        _f.Packed(at, address, length, (ushort)(flags | (wrap ? AvailableFlag : UsedFlag)), id);
        if (++at == Size)
        {
            at = 0;
            wrap = !wrap;
        }
    }
}
