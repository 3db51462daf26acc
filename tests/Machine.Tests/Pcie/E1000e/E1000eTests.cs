using System;
using System.Buffers.Binary;
using System.IO;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Devices.E1000e;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie.E1000e;

/// <summary>
/// What the card does with time, interrupts and packets that are cut. Witness: Intel 82574 GbE Controller Family Datasheet (317694); for the
/// hash the values that Microsoft publishes (Windows documentation, Verifying the RSS Hash Calculation).
/// </summary>
public sealed class E1000eTests : IDisposable
{
    private const ulong Bar = PciMachine.Window;
    private const ulong Messages = PciMachine.Window + 0x8_0000;
    private const ulong Icr = Bar + 0xc0;
    private const ulong Ics = Bar + 0xc8;
    private const ulong Ims = Bar + 0xd0;
    private const ulong Status = Bar + 8;
    private const uint LinkUp = 2;
    private const uint LinkChange = 4;

    private readonly PciMachine _machine = new("e1000e,addr=1");
    private readonly CardRings _rings;

    public E1000eTests()
    {
        _machine.Write(PciMachine.Config(0, 1, 0x10), Bar);
        _machine.Write(PciMachine.Config(0, 1, 0x1c), Messages);
        _machine.Write(PciMachine.Config(0, 1, 4), 7, 2);
        _rings = new CardRings(_machine, Bar);
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_reset_by_CTRL_puts_registers_back_and_leaves_the_NVM()
    {
        _machine.Write(Bar + 0x5404, 0);
        _machine.Write(Bar + 0x3818, 5);
        _machine.Write(Bar + 0x102c, 1 | (9 << 2) | 0x1234_0000);
        _machine.Write(Bar, 1 << 26);
        Assert.Equal(0x0014_0241ul, _machine.Read(Bar));
        Assert.Equal(0x8000_0000ul, _machine.Read(Bar + 0x5404));
        Assert.Equal(0ul, _machine.Read(Bar + 0x3818));
        _machine.Write(Bar + 0x14, 1 | (9 << 2));
        Assert.Equal(0x1234ul, _machine.Read(Bar + 0x14) >> 16);
    }

    [Fact]
    public void The_words_of_the_NVM_add_up_to_BABA()
    {
        ulong sum = 0;
        for (uint word = 0; word < 64; word++)
        {
            _machine.Write(Bar + 0x14, 1 | (word << 2));
            sum += _machine.Read(Bar + 0x14) >> 16;
        }

        Assert.Equal(0xbabaul, sum & 0xffff);
    }

    [Fact]
    public void Negotiation_takes_the_link_away_for_half_a_second()
    {
        Phy(0, 0x1340);
        Assert.Equal(0ul, _machine.Read(Status) & LinkUp);
        Assert.Equal(LinkChange, _machine.Read(Icr) & LinkChange);
        ulong before = _machine.Machine.Clock.Now;
        _machine.RunEvents();
        Assert.Equal(500_000_000ul, _machine.Machine.Clock.Now - before);
        Assert.Equal(LinkUp, _machine.Read(Status) & LinkUp);
        Assert.Equal(LinkChange, _machine.Read(Icr) & LinkChange);
    }

    [Fact]
    public void A_pin_is_high_while_an_enabled_cause_is_set_and_a_read_of_ICR_lowers_it()
    {
        _machine.Write(Ics, LinkChange);
        Assert.False(_machine.Named("e1000e").InterruptAsserted);
        _machine.Write(Ims, LinkChange);
        Assert.True(_machine.Named("e1000e").InterruptAsserted);
        Assert.Equal(LinkChange | 0x8000_0000ul, _machine.Read(Icr));
        Assert.False(_machine.Named("e1000e").InterruptAsserted);
        Assert.Equal(1ul, _machine.Read(Bar + 0x4100));
    }

    [Fact]
    public void A_read_of_ICR_masks_as_IAM_says_where_IAME_is_set()
    {
        _machine.Write(Bar + 0x18, 1 << 27);
        _machine.Write(Bar + 0xe0, LinkChange);
        _machine.Write(Ims, LinkChange | 0x80);
        _machine.Write(Ics, LinkChange);
        _machine.Read(Icr);
        Assert.Equal(0x80ul, _machine.Read(Ims));
    }

    [Fact]
    public void ITR_holds_the_second_interrupt_back_until_its_time()
    {
        _machine.Write(Bar + 0xc4, 1000);
        _machine.Write(Ims, LinkChange);
        _machine.Write(Ics, LinkChange);
        Assert.True(_machine.Named("e1000e").InterruptAsserted);
        _machine.Read(Icr);
        _machine.Write(Ics, LinkChange);
        Assert.False(_machine.Named("e1000e").InterruptAsserted);
        ulong before = _machine.Machine.Clock.Now;
        _machine.Machine.Clock.Now += 256_000;
        _machine.Machine.Scheduler.RunDue();
        Assert.True(_machine.Named("e1000e").InterruptAsserted);
        Assert.Equal(before + 256_000, _machine.Machine.Clock.Now);
    }

    [Fact]
    public void A_message_of_MSI_is_sent_once_for_each_new_cause()
    {
        _machine.Write(PciMachine.Config(0, 1, 0xd4), PciMachine.Doorbell);
        _machine.Write(PciMachine.Config(0, 1, 0xdc), PciMachine.FirstMessage);
        _machine.Write(PciMachine.Config(0, 1, 0xd2), 1, 2);
        _machine.Write(Ims, 0x84);
        Assert.True(Comes(() => _machine.Write(Ics, 0x04)));
        Assert.False(Comes(() => _machine.Write(Ics, 0x04)));
        Assert.True(Comes(() => _machine.Write(Ics, 0x80)));
        _machine.Read(Icr);
        Assert.True(Comes(() => _machine.Write(Ics, 0x04)));
    }

    [Fact]
    public void IVAR_leads_causes_to_vectors_EIAC_clears_them_and_EITR_holds_them_back()
    {
        UseMsix();
        _machine.Write(Bar + 0xe4, 0x8 | (0x9 << 8));
        _machine.Write(Bar + 0xdc, 1 << 20);
        _machine.Write(Bar + 0xe8, 1000);
        _machine.Write(Ims, (1 << 20) | (1 << 22));
        Assert.True(Comes(() => _machine.Write(Ics, 1 << 20)));
        Assert.Equal(0ul, _machine.Read(Ics) & (1 << 20));
        Assert.False(Comes(() => _machine.Write(Ics, 1 << 20)));
        Assert.True(Comes(() => _machine.Write(Ics, 1 << 22), PciMachine.FirstMessage + 1));
        Assert.True(Comes(_machine.RunEvents));
    }

    /// <summary>Header and 2500 bytes, cut at 1000: three frames with their own lengths, sequence numbers, identifications, flags and checksums.</summary>
    [Fact]
    public void A_TCP_packet_is_cut_into_segments()
    {
        byte[] packet = CardRings.TcpPacket(2500, segmented: true);
        _rings.Loopback();
        _rings.Context(ipStart: 14, transportStart: 34, checksum: 50, header: 54, segment: 1000, segments: true);
        _rings.Send(packet, extended: true, segments: true, split: 700);
        for (int i = 0; i < 3; i++)
        {
            byte[] frame = _rings.Received(i);
            FrameLayout layout = new(frame);
            int data = i < 2 ? 1000 : 500;
            Assert.Equal(54 + data, frame.Length);
            Assert.Equal(packet[(54 + (i * 1000))..(54 + (i * 1000) + data)], frame[54..]);
            Assert.True(layout.IsTcp && layout.HeaderIsSound && layout.TransportIsSound);
            Assert.Equal(7 + i, layout.Identification);
            Assert.Equal(0x1000u + (uint)(i * 1000), BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(38)));
            Assert.Equal(i == 2 ? 0x19 : 0x10, frame[47]);
        }

        Assert.Empty(_rings.Received(3));
        Assert.Equal(3ul, _machine.Read(Bar + 0x40d4));
        Assert.Equal(1ul, _machine.Read(Bar + 0x40f8));
    }

    [Fact]
    public void A_frame_with_a_tag_passes_the_filter_of_VLANs_only_where_its_bit_is_set()
    {
        _rings.Loopback(1 << 18);
        _machine.Write(Bar, 0x4000_0241);
        _machine.Write(Bar + 0x5600 + 4, 1 << 5);
        byte[] frame = CardRings.TcpPacket(100, segmented: false);
        _rings.Send(frame, extended: false, tag: 37);
        _rings.Send(frame, extended: false, tag: 38);
        Assert.Equal(frame, _rings.Received(0));
        Assert.Equal(37u, _rings.Tag(0));
        Assert.Empty(_rings.Received(1));
    }

    [Theory]
    [InlineData(0x1_0000u, 0x51cc_c178u)]
    [InlineData(0x2_0000u, 0x323e_8fc2u)]
    public void The_hash_of_a_packet_is_Microsofts(uint types, uint expected)
    {
        byte[] key =
        [
            0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
            0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
        ];
        for (int i = 0; i < key.Length; i += 4)
        {
            _machine.Write(Bar + 0x5c80 + (ulong)i, BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(i)));
        }

        byte[] frame = CardRings.TcpPacket(20, segmented: false);
        ((byte[])[66, 9, 149, 187, 161, 142, 100, 80, 2794 >> 8, 2794 & 0xff, 1766 >> 8, 1766 & 0xff]).CopyTo(frame, 26);
        _rings.Loopback();
        _machine.Write(Bar + 0x5008, 0x8000);
        _machine.Write(Bar + 0x5000, 0x2000);
        _machine.Write(Bar + 0x5818, 1 | types);
        _rings.Send(frame, extended: false);
        Assert.Equal(expected, (uint)_machine.Read(CardRings.ReceiveRing + 4));
    }

    [Fact]
    public void Without_Bus_Master_Enable_nothing_moves()
    {
        _rings.Loopback();
        _machine.Write(PciMachine.Config(0, 1, 4), 3, 2);
        _rings.Send(CardRings.TcpPacket(100, segmented: false), extended: false);
        Assert.Empty(_rings.Received(0));
        _machine.Write(PciMachine.Config(0, 1, 4), 7, 2);
        Assert.NotEmpty(_rings.Received(0));
    }

    [Fact]
    public void A_packet_that_is_half_gathered_is_in_a_snapshot()
    {
        _rings.Loopback();
        byte[] packet = CardRings.TcpPacket(600, segmented: false);
        _rings.Send(packet, extended: true, split: 200, withhold: true);
        RootComplex root = _machine.Machine.Pcie!;
        using MemoryStream stream = new();
        root.Save(new StateWriter(new BinaryWriter(stream)));
        _machine.Write(Bar, 1 << 26);
        stream.Position = 0;
        root.Restore(new StateReader(new BinaryReader(stream)));
        _rings.Publish();
        Assert.Equal(packet, _rings.Received(0));
    }

    private void Phy(uint register, uint value) => _machine.Write(Bar + 0x20, (1u << 26) | (1 << 21) | (register << 16) | value);

    private void UseMsix()
    {
        for (uint vector = 0; vector < 5; vector++)
        {
            _machine.Write(Messages + (vector * 16), PciMachine.Doorbell);
            _machine.Write(Messages + (vector * 16) + 8, PciMachine.FirstMessage + vector);
            _machine.Write(Messages + (vector * 16) + 12, 0);
        }

        _machine.Write(PciMachine.Config(0, 1, 0xa2), 0x8000, 2);
    }

    private bool Comes(Action action, uint message = PciMachine.FirstMessage)
    {
        _machine.ClearPending((int)message);
        action();
        bool came = _machine.IsPending((int)message);
        _machine.ClearPending((int)message);
        return came;
    }
}
