using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Network;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Net;

/// <summary>
/// A network card (Virtual I/O Device Specification 1.2, Network Device) with one pair of queues and a control queue, on a user network of
/// its own. Checksums are left to it, and TCP packets over IPv4 need not be cut in either direction: that network is no wire. (QEMU offers the
/// same where what is behind the card can do it, which its user network cannot.)
/// </summary>
internal sealed class VirtioNet : VirtioDevice, INetworkCard
{
    private const int QueueEntries = 256;
    private const int ControlQueueEntries = 64;
    private const int ReceiveQueue = 0;
    private const int ControlQueue = 2;

    private const ulong ControlOffloads = 1UL << 2;
    private const ulong Mac = 1UL << 5;
    private const ulong Gso = 1UL << 6;
    private const ulong MergeableBuffers = 1UL << 15;
    private const ulong StatusFeature = 1UL << 16;
    private const ulong ControlQueueFeature = 1UL << 17;
    private const ulong ControlReceive = 1UL << 18;
    private const ulong ControlVlan = 1UL << 19;
    private const ulong ControlReceiveExtra = 1UL << 20;
    private const ulong Announce = 1UL << 21;
    private const ulong ControlMac = 1UL << 23;

    private const int StatusAt = 6;
    private const byte LinkUp = 1;
    private const int LongHeaderBytes = 12;
    private const int ShortHeaderBytes = 10;
    private const int BufferCountAt = 10;
    private const int MostFrameBytes = LongHeaderBytes + Packet.EthernetBytes + ushort.MaxValue;
    private const ulong Unfinished = NetOffloads.GuestChecksum | NetOffloads.GuestTso4;
    private const byte NeedsChecksum = 1;
    private const byte TcpOverIpv4 = 1;
    private const int ChecksumFromAt = 6;

    private readonly UserNetworkConfiguration _configuration;
    private readonly NetOffloads _offloads;
    private readonly byte[] _mac;

    [NotState("fixed when the device was made")]
    private readonly byte[] _hardwareAddress;

    private readonly List<DescriptorChain> _chains = [];

    [NotState("used within one request")]
    private readonly byte[] _frame = new byte[MostFrameBytes];

    [NotState("used within one frame")]
    private readonly byte[] _received = new byte[MostFrameBytes];

    private UserNetwork? _network;

    /// <summary>Offloads of the driver's that it has switched off since.</summary>
    private ulong _switchedOff;

    /// <param name="network">What is on the other end of the wire.</param>
    /// <param name="hardwareAddress">6 bytes.</param>
    public VirtioNet(UserNetworkConfiguration network, byte[] hardwareAddress, NetOffloads offloads)
    {
        _offloads = offloads;
        _configuration = network;
        _hardwareAddress = hardwareAddress;
        _mac = [.. hardwareAddress];
    }

    public override uint DeviceId => 1;

    public override int[] QueueSizes => [QueueEntries, QueueEntries, ControlQueueEntries];

    public override int ConfigBytes => 8;

    public override ulong Features =>
        _offloads.Features | ControlOffloads | Mac | MergeableBuffers | StatusFeature | ControlQueueFeature | ControlReceive | ControlVlan
        | ControlReceiveExtra | Announce | ControlMac;

    public override ulong LegacyFeatures => Gso;

    public override ulong TransitionalFeatures => Gso;

    /// <summary>The network on the other end of the wire.</summary>
    public override UserNetwork? Network => _network;

    /// <summary>Both, or neither: a long packet has no checksum.</summary>
    public bool TakesUnfinished => (Core.DriverFeatures & ~_switchedOff & Unfinished) == Unfinished;

    /// <summary>Bytes in front of each frame; without mergeable buffers an old driver knows nothing of their number.</summary>
    private int HeaderBytes => Core.Has(VirtioFeature.Version1 | MergeableBuffers) ? LongHeaderBytes : ShortHeaderBytes;

    public override void Connect(VirtioCore core)
    {
        base.Connect(core);
        _network = new UserNetwork(_configuration, core.StateName, this, core.Scheduler);
    }

    public override void ReadConfig(Span<byte> into)
    {
        _mac.CopyTo(into);
        BinaryPrimitives.WriteUInt16LittleEndian(into[StatusAt..], LinkUp);
    }

    /// <summary>Legacy drivers without VIRTIO_NET_F_CTRL_MAC_ADDR write the address there.</summary>
    public override void WriteConfig(int offset, byte value)
    {
        if (offset < _mac.Length && !Core.Has(VirtioFeature.Version1) && !Core.Has(ControlMac))
        {
            _mac[offset] = value;
        }
    }

    public override void Notified(int queue)
    {
        if (queue == ReceiveQueue)
        {
            _network!.RoomMade();
        }
        else
        {
            base.Notified(queue);
        }
    }

    public bool TryReceive(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        Virtqueue queue = Core.Queues[ReceiveQueue];
        int taken = Take(queue, frame.Length + HeaderBytes);
        queue.AskForNotices(taken == 0);
        if (taken == 0)
        {
            return false;
        }

        Span<byte> whole = _received.AsSpan(0, frame.Length + HeaderBytes);
        WriteHeader(whole[..HeaderBytes], offload, taken);
        frame.CopyTo(whole[HeaderBytes..]);
        for (int i = 0; i < taken; i++)
        {
            int count = (int)Math.Min((ulong)whole.Length, _chains[i].WritableLeft);
            if (!_chains[i].TryWrite(whole[..count]))
            {
                Core.Fail("a buffer to receive into is not in memory");
                return true;
            }

            queue.Return(_chains[i]);
            whole = whole[count..];
        }

        queue.Signal();
        return true;
    }

    public override void Reset()
    {
        _hardwareAddress.CopyTo(_mac, 0);
        _switchedOff = 0;
        _network!.Reset();
    }

    public override void Removed() => _network!.Discard();

    public override void Save(StateWriter to)
    {
        to.Write(_mac.AsSpan());
        to.Write(_switchedOff);
        _network!.Save(to);
    }

    public override void Restore(StateReader from)
    {
        from.ReadBytes(_mac);
        _switchedOff = from.ReadUInt64();
        _network!.Restore(from);
    }

    protected override void Serve(int queue, DescriptorChain chain)
    {
        if (queue == ControlQueue)
        {
            const byte Ok = 0;
            const byte Error = 1;
            if (!chain.TryWriteLast(NetControl.TryObey(chain, _mac, Core.DriverFeatures & Unfinished, ref _switchedOff) ? Ok : Error))
            {
                Core.Fail("the status of a command is not in memory");
            }

            return;
        }

        int length = (int)Math.Min((ulong)_frame.Length, chain.ReadableLeft);
        if (!chain.TryRead(_frame.AsSpan(0, length)) || length < HeaderBytes)
        {
            Core.Fail("a frame is shorter than its header or not in memory");
            return;
        }

        Span<byte> frame = _frame.AsSpan(HeaderBytes, length - HeaderBytes);
        if (Core.Has(NetOffloads.Checksum) && (_frame[0] & NeedsChecksum) != 0)
        {
            Finish(frame, BinaryPrimitives.ReadUInt16LittleEndian(_frame.AsSpan(ChecksumFromAt)), BinaryPrimitives.ReadUInt16LittleEndian(_frame.AsSpan(ChecksumFromAt + 2)));
        }

        _network!.Send(frame);
    }

    // The driver has put the sum of the pseudo header into the field.
    private static void Finish(Span<byte> frame, int from, int at)
    {
        if (from + at + sizeof(ushort) <= frame.Length)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[(from + at)..], InternetChecksum.Of(frame[from..], 0));
        }
    }

    private static void WriteHeader(Span<byte> header, in FrameOffload offload, int buffers)
    {
        header.Clear();
        if (header.Length == LongHeaderBytes)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[BufferCountAt..], (ushort)buffers);
        }

        if (offload.IsNeeded)
        {
            header[0] = NeedsChecksum;
            header[1] = offload.SegmentBytes > 0 ? TcpOverIpv4 : (byte)0;
            BinaryPrimitives.WriteUInt16LittleEndian(header[2..], offload.HeaderBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], offload.SegmentBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(header[ChecksumFromAt..], offload.ChecksumFrom);
            BinaryPrimitives.WriteUInt16LittleEndian(header[(ChecksumFromAt + 2)..], offload.ChecksumAt);
        }
    }

    /// <summary>Takes buffers for a frame; without enough of them none.</summary>
    private int Take(Virtqueue queue, int bytes)
    {
        uint before = queue.Position;
        int most = Core.Has(MergeableBuffers) ? (int)queue.Size : 1;
        ulong room = 0;
        for (int taken = 0; taken < most;)
        {
            if (taken == _chains.Count)
            {
                _chains.Add(new DescriptorChain(Core.Memory));
            }

            if (!queue.TryTake(_chains[taken]))
            {
                break;
            }

            room += _chains[taken++].WritableLeft;
            if (room >= (ulong)bytes)
            {
                return taken;
            }
        }

        if (queue.IsLive)
        {
            queue.Position = before;
        }

        return 0;
    }
}
