using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Network;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>
/// The user network, frame by frame. Witness: RFC 826, 792, 2131, 9293; the addresses are those that QEMU's documentation gives for its user network.
/// </summary>
public sealed class UserNetworkTests : INetworkCard, IHostNetwork
{
    private const uint Guest = UserNetwork.FirstGuest;
    private const uint Outside = 0x0808_0808;
    private const ushort GuestPort = 1000;

    private static readonly byte[] GuestMac = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
    private static readonly byte[] RouterMac = [0x52, 0x55, 10, 0, 2, 2];

    private readonly DeviceFixture _fixture = new();
    private readonly UserNetwork _network;
    private readonly List<byte[]> _received = [];
    private readonly List<string> _host = [];
    private bool _full;
    private bool _takesUnfinished;
    private FrameOffload _offload;

    public UserNetworkTests()
    {
        _network = new UserNetwork(new UserNetworkConfiguration(this, null), "net", this, _fixture.Scheduler);
    }

    bool INetworkCard.TakesUnfinished => _takesUnfinished;

    bool INetworkCard.TryReceive(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        if (!_full)
        {
            _received.Add(frame.ToArray());
            _offload = offload;
        }

        return !_full;
    }

    void IHostNetwork.Connect(uint flow, uint address, ushort port) => _host.Add($"connect {flow} {address:x} {port}");

    void IHostNetwork.Send(uint flow, ReadOnlySpan<byte> bytes) => _host.Add($"send {flow} {Convert.ToHexStringLower(bytes)}");

    void IHostNetwork.FinishSending(uint flow) => _host.Add($"finish {flow}");

    void IHostNetwork.Took(uint flow, int bytes) => _host.Add($"took {flow} {bytes}");

    void IHostNetwork.Close(uint flow) => _host.Add($"close {flow}");

    void IHostNetwork.SendDatagram(uint flow, uint address, ushort port, ReadOnlySpan<byte> bytes) =>
        _host.Add($"datagram {address:x} {port} {Convert.ToHexStringLower(bytes)}");

    [Theory]
    [InlineData(UserNetwork.Router, true)]
    [InlineData(UserNetwork.NameServer, true)]
    [InlineData(0x0a00_0263u, false)]
    public void ARP_is_answered_for_the_routers_own_addresses(uint asked, bool answered)
    {
        byte[] frame = Packet.Ethernet(new byte[60], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], GuestMac, Packet.ArpType, 28).ToArray();
        ((byte[])[0, 1, 8, 0, 6, 4, 0, 1, .. GuestMac]).CopyTo(frame, 14);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(28), Guest);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(38), asked);
        _network.Send(frame);
        Assert.Equal(answered ? 1 : 0, _received.Count);
        if (answered)
        {
            Assert.Equal(2, _received[0][21]);
            Assert.Equal(asked, BinaryPrimitives.ReadUInt32BigEndian(_received[0].AsSpan(28)));
            Assert.Equal(GuestMac, _received[0][32..38]);
        }
    }

    [Fact]
    public void A_connection_is_made_carries_bytes_both_ways_and_ends()
    {
        Say(TcpFlags.Syn, 100, 0);
        Assert.Equal($"connect 0 {Outside:x} 80", _host.Single());
        Assert.Empty(_received);
        Hear(HostNetworkEventKind.Connected);
        TcpSegment opened = Last();
        Assert.Equal(TcpFlags.Syn | TcpFlags.Acknowledge, opened.Flags);
        Assert.Equal(101u, opened.Acknowledgment);
        uint ours = opened.Sequence + 1;
        Say(TcpFlags.Acknowledge, 101, ours);
        Say(TcpFlags.Acknowledge | TcpFlags.Push, 101, ours, 1, 2, 3);
        Assert.Equal("send 0 010203", _host[^1]);
        Assert.Equal(104u, Last().Acknowledgment);

        // What comes twice is given to the host once, and what comes too early not at all.
        int told = _host.Count;
        Say(TcpFlags.Acknowledge, 101, ours, 1, 2, 3);
        Say(TcpFlags.Acknowledge, 200, ours, 9);
        Assert.Equal(told, _host.Count);
        Assert.Equal(104u, Last().Acknowledgment);

        Hear(HostNetworkEventKind.Data, 7, 8);
        Assert.Equal(ours, Last().Sequence);
        Say(TcpFlags.Acknowledge, 104, ours + 2);
        Assert.Equal("took 0 2", _host[^1]);
        Hear(HostNetworkEventKind.Finished);
        Assert.True(Last().Flags.HasFlag(TcpFlags.Fin));
        Say(TcpFlags.Acknowledge | TcpFlags.Fin, 104, ours + 3);
        Assert.Equal(["finish 0", "close 0"], _host[^2..]);
        Assert.Equal(105u, Last().Acknowledgment);
    }

    [Fact]
    public void A_refused_connection_is_reset()
    {
        Say(TcpFlags.Syn, 100, 0);
        Hear(HostNetworkEventKind.Broken);
        Assert.True(Last().Flags.HasFlag(TcpFlags.Reset));
        Assert.Equal(101u, Last().Acknowledgment);
        Assert.Equal("close 0", _host[^1]);
    }

    [Fact]
    public void What_is_not_acknowledged_comes_again_and_then_ends()
    {
        Open();
        Hear(HostNetworkEventKind.Data, 1);
        int before = _received.Count;
        _fixture.Pass(1_100_000_000);
        Assert.Equal(before + 1, _received.Count);
        _fixture.Pass(20_000_000_000);
        Assert.True(Last().Flags.HasFlag(TcpFlags.Reset));
        Assert.Equal("close 0", _host[^1]);
    }

    /// <summary>A guest that takes nothing: frames wait, but not without end.</summary>
    [Fact]
    public void A_full_card_grows_nothing()
    {
        Open();
        _full = true;
        for (int i = 0; i < 5000; i++)
        {
            Say(TcpFlags.Acknowledge, 101, 1, 1);
        }

        _full = false;
        _network.RoomMade();
        Assert.InRange(_received.Count, 1, 300);
    }

    /// <summary>Frames of all lengths with anything in them.</summary>
    [Fact]
    public void Any_frame_may_come()
    {
        Random random = new(3);
        for (int i = 0; i < 20000; i++)
        {
            byte[] frame = new byte[random.Next(200)];
            random.NextBytes(frame);
            if (frame.Length > 40)
            {
                frame[12] = 8;
                frame[13] = (byte)(random.Next(4) == 0 ? 6 : 0);
                frame[14] = 0x45;
                frame[16] = 0;
                frame[17] = (byte)(frame.Length - 14);
                frame[20] = 0;
                frame[21] = 0;
                frame[23] = (byte)random.Next(20);
                frame[24] = 0;
                frame[25] = 0;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), InternetChecksum.Of(frame.AsSpan(14, 20), 0));
            }

            _network.Send(frame);
        }
    }

    [Fact]
    public void Datagrams_go_out_and_answers_come_back_to_the_same_port()
    {
        _network.Send(Packet.Udp(new byte[60], RouterMac, GuestMac, Outside, 123, Guest, GuestPort, [1, 2]));
        Assert.Equal($"datagram {Outside:x} 123 0102", _host.Single());
        _network.Hear(new HostNetworkEvent(HostNetworkEventKind.Datagram, 0x4000_0000) { Address = Outside, Port = 123, Bytes = new byte[] { 5 } });
        byte[] frame = Assert.Single(_received);
        Assert.Equal(GuestPort, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(36)));
        Assert.Equal(123, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(34)));
        Assert.Equal(5, frame[42]);
    }

    /// <summary>All that the window lets, in one frame that says how it would be cut, with the sum of the pseudo header in its checksum.</summary>
    [Fact]
    public void A_card_that_takes_unfinished_frames_gets_long_ones()
    {
        _takesUnfinished = true;
        Open();
        Assert.Equal(new FrameOffload(34, 16, 54, 0), _offload with { HeaderBytes = 54 });
        int before = _received.Count;
        byte[] data = new byte[9000];
        new Random(4).NextBytes(data);
        Hear(HostNetworkEventKind.Data, data);
        byte[] frame = _received[before];
        Assert.Equal(before + 1, _received.Count);
        Assert.Equal(data[..8192], frame[54..]);
        Assert.Equal(new FrameOffload(34, 16, 54, 536), _offload);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(50), InternetChecksum.Of(frame.AsSpan(34), 0));
        Assert.Equal(0, InternetChecksum.Of(frame.AsSpan(34), Packet.PseudoHeader(frame, frame.Length - 34, Packet.TcpProtocol)));
    }

    /// <summary>The example of RFC 1071, section 3, and each length against a sum of word by word.</summary>
    [Fact]
    public void The_checksum_is_that_of_RFC_1071()
    {
        Assert.Equal(0x220d, InternetChecksum.Of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], 0));
        byte[] bytes = new byte[70];
        new Random(5).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            uint sum = 0;
            for (int i = 0; i < length; i++)
            {
                sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
            }

            sum = (sum & 0xffff) + (sum >> 16);
            Assert.Equal((ushort)~((sum & 0xffff) + (sum >> 16)), InternetChecksum.Of(bytes.AsSpan(0, length), 0));
        }
    }

    private void Open()
    {
        Say(TcpFlags.Syn, 100, 0);
        Hear(HostNetworkEventKind.Connected);
        Say(TcpFlags.Acknowledge, 101, Last().Sequence + 1);
    }

    private void Hear(HostNetworkEventKind kind, params byte[] bytes) => _network.Hear(new HostNetworkEvent(kind, 0) { Bytes = bytes });

    private void Say(TcpFlags flags, uint sequence, uint acknowledgment, params ReadOnlySpan<byte> data)
    {
        byte[] frame = Packet.Ipv4(new byte[1514], RouterMac, GuestMac, Outside, Guest, Packet.TcpProtocol, Packet.TcpBytes + data.Length).ToArray();
        Span<byte> tcp = frame.AsSpan(Packet.PayloadAt);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, GuestPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 80);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledgment);
        tcp[12] = 0x50;
        tcp[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 8192);
        data.CopyTo(tcp[Packet.TcpBytes..]);
        Packet.SetTransportChecksum(frame, Packet.TcpBytes + data.Length, Packet.TcpProtocol, at: 16);
        _network.Send(frame);
    }

    private TcpSegment Last()
    {
        Assert.True(TcpSegment.TryParse(_received[^1].AsSpan(Packet.PayloadAt), out TcpSegment segment, out _));
        return segment;
    }
}
