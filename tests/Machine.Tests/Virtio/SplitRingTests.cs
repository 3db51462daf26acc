using System;
using GdbHost.Machine.Virtio;
using Xunit;
using static GdbHost.Machine.Tests.Virtio.VirtioFixture;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>
/// Split rings, driven by hand. Witness: Virtual I/O Device Specification 1.2, Split Virtqueues; each test names its sentence.
/// </summary>
public sealed class SplitRingTests : IDisposable
{
    private const uint Size = 8;
    private const uint In = 0;
    private const byte Ok = 0;

    private readonly MemoryStorage _disk = new(64 << 10);
    private readonly VirtioFixture _f;

    public SplitRingTests()
    {
        for (int i = 0; i < _disk.Content.Length; i++)
        {
            _disk.Content[i] = (byte)(i / 512);
        }

        _f = new VirtioFixture(new BlockDeviceConfiguration(_disk, null));
    }

    public void Dispose() => _f.Dispose();

    /// <summary>"The used ring is where the device returns buffers once it is done with them": id of the chain's head, bytes written.</summary>
    [Fact]
    public void A_chain_comes_back_with_its_head_and_the_bytes_written()
    {
        _f.Start(0, Size);
        _f.BlockRequest(In, 3, Buffers + 0x1000, 512);
        _f.MakeAvailable(0, Size, 0);
        _f.Notify();
        Assert.Equal(1u, _f.Read(Used + 2, 2));
        Assert.Equal(0u, _f.Read(Used + 4, 4));
        Assert.Equal(513u, _f.Read(Used + 8, 4));
        Assert.Equal(Ok, _f.Read(Buffers + 0x100, 1));
        Assert.Equal(3u, _f.Read(Buffers + 0x1000, 1));
        Assert.Equal(1u, _f.InterruptStatus);
    }

    /// <summary>"idx ... starts at 0, and increases" and is taken modulo the queue size: it goes round past 65535.</summary>
    [Fact]
    public void Indices_go_round()
    {
        _f.Start(0, Size);
        _f.BlockRequest(In, 1, Buffers + 0x1000, 512);
        for (int round = 0; round < 70000; round++)
        {
            _f.MakeAvailable((ushort)round, Size, 0);
            _f.Notify();
        }

        Assert.Equal(70000u % 65536, _f.Read(Used + 2, 2));
        Assert.False(_f.NeedsReset);
    }

    /// <summary>"If flags is 1, the device SHOULD NOT send a notification" (VIRTQ_AVAIL_F_NO_INTERRUPT), without VIRTIO_F_EVENT_IDX.</summary>
    [Fact]
    public void No_interrupt_where_the_driver_wants_none()
    {
        _f.Start(0, Size);
        _f.Write(Available, 2, 1);
        _f.BlockRequest(In, 1, Buffers + 0x1000, 512);
        _f.MakeAvailable(0, Size, 0);
        _f.Notify();
        Assert.Equal(0u, _f.InterruptStatus);
        Assert.Equal(1u, _f.Read(Used + 2, 2));
    }

    /// <summary>"The device SHOULD send a notification when the used index passes used_event", and says by avail_event when it wants one.</summary>
    [Fact]
    public void Event_indices_say_when_to_notify()
    {
        _f.Start(VirtioFeature.EventIndex, Size);
        ulong usedEvent = Available + 4 + (Size * 2);
        ulong availableEvent = Used + 4 + (Size * 8);
        _f.Write(usedEvent, 2, 2);
        _f.BlockRequest(In, 1, Buffers + 0x1000, 512);
        for (ushort done = 0; done < 2; done++)
        {
            _f.MakeAvailable(done, Size, 0);
            _f.Notify();
            _f.WriteRegister(0x64, done == 0 ? 1u : 0);
            Assert.Equal(0u, _f.InterruptStatus);
        }

        _f.MakeAvailable(2, Size, 0);
        _f.Notify();
        Assert.Equal(1u, _f.InterruptStatus);
        Assert.Equal(3u, _f.Read(availableEvent, 2));
    }

    /// <summary>"The device MUST handle the case of zero or more normal chained descriptors followed by a single descriptor with flags&amp;VIRTQ_DESC_F_INDIRECT."</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_indirect_table_may_follow_normal_descriptors(int normal)
    {
        const ulong Table = Buffers + 0x8000;
        _f.Start(VirtioFeature.IndirectDescriptors, Size);
        _f.BlockRequest(In, 5, Buffers + 0x1000, 512);
        _f.Descriptor(0, Buffers, 16, Next, 1, normal == 0 ? Table : Descriptors);
        _f.Descriptor(1 - normal, Buffers + 0x1000, 512, Next | DeviceWrites, (ushort)(2 - normal), Table);
        _f.Descriptor(2 - normal, Buffers + 0x100, 1, DeviceWrites, 0, Table);
        if (normal == 0)
        {
            _f.Descriptor(1, Buffers + 0x1000, 512, Next | DeviceWrites, 2, Table);
        }

        _f.Descriptor(normal, Table, (uint)(16 * (3 - normal)), Indirect);
        _f.MakeAvailable(0, Size, 0);
        _f.Notify();
        Assert.Equal(Ok, _f.Read(Buffers + 0x100, 1));
        Assert.Equal(5u, _f.Read(Buffers + 0x1000, 1));
    }

    /// <summary>"The device MUST NOT make assumptions about the particular arrangement of descriptors" (Message Framing).</summary>
    [Fact]
    public void Buffers_may_be_cut_anywhere()
    {
        _f.Start(0, 64);
        _f.BlockRequest(In, 7, Buffers + 0x1000, 512);
        for (ushort i = 0; i < 16; i++)
        {
            _f.Descriptor(i, Buffers + i, 1, Next, (ushort)(i + 1));
        }

        _f.Descriptor(16, Buffers + 0x1000, 100, Next | DeviceWrites, 17);
        _f.Descriptor(17, Buffers + 0x1064, 413, DeviceWrites);
        _f.MakeAvailable(0, 64, 0);
        _f.Notify();
        Assert.Equal(Ok, _f.Read(Buffers + 0x1200, 1));
        Assert.Equal(7u, _f.Read(Buffers + 0x11ff, 1));
        Assert.Equal(513u, _f.Read(Used + 8, 4));
    }

    /// <summary>What a driver must not do: the device says so, sets DEVICE_NEEDS_RESET and tells the driver of the change.</summary>
    [Theory]
    [InlineData("loop", "loop")]
    [InlineData("next", "behind the end")]
    [InlineData("head", "behind the end")]
    [InlineData("ahead", "further ahead")]
    [InlineData("order", "behind one for it to write")]
    [InlineData("bytes", "2^32")]
    [InlineData("indirect", "without VIRTIO_F_INDIRECT_DESC")]
    [InlineData("header", "header")]
    [InlineData("status", "status")]
    public void A_driver_that_breaks_the_rules_needs_a_reset(string what, string said)
    {
        _f.Start(0, Size);
        _f.BlockRequest(In, 1, Buffers + 0x1000, 512);
        ushort head = 0;
        ushort from = 0;
        switch (what)
        {
            case "loop":
                _f.Descriptor(1, Buffers + 0x1000, 512, Next | DeviceWrites, 1);
                break;
            case "next":
                _f.Descriptor(1, Buffers + 0x1000, 512, Next | DeviceWrites, 8);
                break;
            case "head":
                head = 8;
                break;
            case "ahead":
                from = 20;
                break;
            case "order":
                _f.Descriptor(2, Buffers + 0x100, 1, 0);
                break;
            case "bytes":
                _f.Descriptor(1, Buffers + 0x1000, uint.MaxValue, Next | DeviceWrites, 2);
                break;
            case "indirect":
                _f.Descriptor(0, Buffers, 16, Indirect);
                break;
            case "header":
                _f.Descriptor(0, 0x1000, 16, Next, 1);
                break;
            default:
                _f.Descriptor(2, EndOfRam, 1, DeviceWrites);
                break;
        }

        _f.MakeAvailable(from, Size, head);
        _f.Notify();
        Assert.True(_f.NeedsReset);
        Assert.Contains(said, Assert.Single(_f.Problems), StringComparison.Ordinal);
        Assert.Equal(2u, _f.InterruptStatus & 2);
        _f.Notify();
        Assert.Single(_f.Problems);

        _f.Start(0, Size);
        _f.Write(Used + 2, 2, 0);
        _f.BlockRequest(In, 1, Buffers + 0x1000, 512);
        _f.MakeAvailable(0, Size, 0);
        _f.Notify();
        Assert.Equal(Ok, _f.Read(Buffers + 0x100, 1));
    }

    /// <summary>Rings at addresses where no memory is, or at the end of it.</summary>
    [Theory]
    [InlineData(0ul)]
    [InlineData(0x0900_0000ul)]
    [InlineData(EndOfRam - 2)]
    [InlineData(ulong.MaxValue - 1)]
    public void A_ring_outside_memory_needs_a_reset(ulong place)
    {
        _f.Start(0, Size);
        _f.WriteRegister(0x90, (uint)place);
        _f.WriteRegister(0x94, (uint)(place >> 32));
        _f.Notify();
        Assert.True(_f.NeedsReset);
        Assert.Contains("not in memory", Assert.Single(_f.Problems), StringComparison.Ordinal);
    }

    /// <summary>A device that writes its own available index over and over cannot hold the machine: cores run in between.</summary>
    [Fact]
    public void A_request_that_makes_itself_available_again_does_not_hang()
    {
        _f.Start(0, Size);
        BitConverter.TryWriteBytes(_disk.Content.AsSpan(0), (ushort)0);
        BitConverter.TryWriteBytes(_disk.Content.AsSpan(2), (ushort)8);
        _f.BlockRequest(In, 0, Available, 512);
        _f.MakeAvailable(0, Size, 0);
        _f.Notify();
        _f.Machine.Cluster.Run(1000);
        Assert.InRange(_f.Read(Used + 2, 2), 1u, 2000u);
    }
}
