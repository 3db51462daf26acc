using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>The way of frames into memory (Intel 317694, Packet Reception), with descriptors of all three formats.</summary>
internal sealed class Receiver(Intel82574 card)
{
    private const int ShortestFrame = 60;
    private const int LongestShortFrame = 1518;
    private const int LongestFrame = 16380;
    private const int CheckSequenceBytes = 4;
    private const int TagBytes = 4;
    private const int SplitBuffers = 4;
    private const int MostDescriptorBytes = 32;

    [NotState("used within one frame")]
    private readonly byte[] _frame = new byte[LongestFrame + CheckSequenceBytes];

    private RegisterBank<Intel82574> Bank => card.Bank;

    private ReceiveControl Control => new(Bank[Reg.Rctl]);

    private FilterControl Filter => new(Bank[Reg.Rfctl]);

    private ReceiveFormat Format => !Filter.Extended ? ReceiveFormat.Legacy : Control.PacketSplit ? ReceiveFormat.PacketSplit : ReceiveFormat.Extended;

    /// <summary>Takes a frame; false where it has to wait for room.</summary>
    public bool TryReceive(ReadOnlySpan<byte> frame)
    {
        if (!Control.Enable || !card.Phy.LinkIsUp || frame.Length < ReceiveFilter.TagAt)
        {
            return frame.Length < ReceiveFilter.TagAt;
        }

        if (IsOversized(frame.Length))
        {
            card.Statistics.CountOversized();
            return true;
        }

        if (!ReceiveFilter.Accepts(frame, Bank))
        {
            return true;
        }

        int length = CopyIn(frame, out ushort? tag);
        FrameLayout layout = new(_frame.AsSpan(0, length));
        ReceiveHash hash = ReceiveHash.Of(layout, Bank);
        int stored = length + (Control.StripCrc ? 0 : CheckSequenceBytes);
        DescriptorRing ring = new(Bank, Reg.ReceiveRing + ((uint)hash.Queue * Reg.QueueStride));
        if (!HasRoom(ring, stored, out bool never))
        {
            if (never)
            {
                card.Statistics.CountMissed();
            }
            else
            {
                card.Statistics.CountNoBuffers();
            }

            if (ring.Available > 0 || never)
            {
                card.Interrupts.Raise(InterruptCause.ReceiveOverrun);
            }

            return never;
        }

        ReceiveReport report = new(StatusOf(layout, tag), hash, layout.IsIpv4 && !new ChecksumControl(Bank[Reg.Rxcsum]).ReportsHash ? layout.Identification : (ushort)0, tag ?? 0);
        int header = Format == ReceiveFormat.PacketSplit ? HeaderOf(layout, length) : 0;
        Store(ring, _frame.AsSpan(0, stored), header, report);
        card.Statistics.Received(_frame.AsSpan(0, length), stored);
        Tell(ring, layout, hash.Queue, stored);
        return true;
    }

    private bool IsOversized(int length) =>
        length > LongestFrame || (length > LongestShortFrame && !Control.LongPackets && !Control.StoreBad);

    // Fills up what is too short, takes the tag out, and puts a check sequence behind, which is zero as the wire has none.
    private int CopyIn(ReadOnlySpan<byte> frame, out ushort? tag)
    {
        tag = null;
        int length = frame.Length;
        if (new DeviceControl(Bank[Reg.Ctrl]).VlanMode && ReceiveFilter.HasTag(frame, Bank))
        {
            tag = BinaryPrimitives.ReadUInt16BigEndian(frame[ReceiveFilter.TagAt..]);
            frame[..ReceiveFilter.TypeAt].CopyTo(_frame);
            frame[(ReceiveFilter.TypeAt + TagBytes)..].CopyTo(_frame.AsSpan(ReceiveFilter.TypeAt));
            length -= TagBytes;
        }
        else
        {
            frame.CopyTo(_frame);
        }

        if (frame.Length < ShortestFrame)
        {
            card.Statistics.CountUndersized();
            int filled = ShortestFrame - (tag is null ? 0 : TagBytes);
            _frame.AsSpan(length, filled - length).Clear();
            length = filled;
        }

        _frame.AsSpan(length, CheckSequenceBytes).Clear();
        return length;
    }

    private int BufferBytes(int index) => Format switch
    {
        ReceiveFormat.PacketSplit => new SplitControl(Bank[Reg.Psrctl]).BufferBytes(index),
        _ => index == 0 ? Control.BufferBytes : 0,
    };

    private int BytesOfDescriptor()
    {
        int bytes = 0;
        for (int i = 0; i < SplitBuffers; i++)
        {
            bytes += BufferBytes(i);
        }

        return bytes;
    }

    // Of split descriptors the first has the header alone in its buffer 0, and the others nothing in theirs.
    private bool HasRoom(DescriptorRing ring, int stored, out bool never)
    {
        int each = BytesOfDescriptor() - (Format == ReceiveFormat.PacketSplit ? BufferBytes(0) : 0);
        uint units = (uint)(ReceiveReport.BytesOf(Format) / DescriptorRing.UnitBytes);
        uint needed = each <= 0 ? uint.MaxValue : (uint)((stored + each - 1) / each) * units;
        never = ring.Units > 0 && needed >= ring.Units;
        return needed <= ring.Available;
    }

    private int HeaderOf(in FrameLayout layout, int length)
    {
        if (!layout.IsIp || (layout.IsFragment && Filter.FragmentSplitDisable))
        {
            return 0;
        }

        int header = layout.IsTcp || layout.IsUdp ? layout.DataAt : layout.TransportAt;
        return header <= BufferBytes(0) && header <= length ? header : 0;
    }

    private void Store(DescriptorRing ring, ReadOnlySpan<byte> left, int header, ReceiveReport report)
    {
        ReceiveFormat format = Format;
        int bytes = ReceiveReport.BytesOf(format);
        int buffers = format == ReceiveFormat.PacketSplit ? SplitBuffers : 1;
        Span<byte> descriptor = stackalloc byte[MostDescriptorBytes];
        descriptor = descriptor[..bytes];
        Span<int> lengths = stackalloc int[SplitBuffers];
        bool first = true;
        bool split = header > 0;
        while (!left.IsEmpty && ring.Available > 0)
        {
            ulong at = ring.HeadAddress;
            card.Dma.Read(at, descriptor);
            lengths.Clear();
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(descriptor);
            for (int i = 0; i < buffers && address != 0 && !left.IsEmpty; i++)
            {
                int room = i > 0 || !split ? BufferBytes(i) : first ? header : 0;
                int count = Math.Min(room, left.Length);
                if (count > 0)
                {
                    card.Dma.Write(BinaryPrimitives.ReadUInt64LittleEndian(descriptor[(i * sizeof(ulong))..]), left[..count]);
                }

                lengths[i] = count;
                left = left[count..];
            }

            // A descriptor without a buffer is given back unused.
            first &= address == 0;
            ReceiveReport written = left.IsEmpty ? report : new ReceiveReport(ReceiveStatus.Done, default, 0, 0);
            written.Write(descriptor, format, lengths[..buffers], header);
            card.Dma.Write(at, descriptor);
            ring.Advance(bytes / DescriptorRing.UnitBytes);
        }
    }

    private ReceiveStatus StatusOf(in FrameLayout layout, ushort? tag)
    {
        ChecksumControl checks = new(Bank[Reg.Rxcsum]);
        ReceiveStatus status = ReceiveStatus.Done | ReceiveStatus.EndOfPacket;
        status |= tag is null ? 0 : ReceiveStatus.Tagged;
        status |= layout.IsIpv4 && !checks.ReportsHash ? ReceiveStatus.HasIdentification : 0;
        status |= IsAck(layout) ? ReceiveStatus.Ack : 0;
        bool transport = layout.IsTcp || layout.IsUdp;
        status |= layout switch
        {
            { IsIpv4: true } => transport ? ReceiveStatus.Ipv4Transport : ReceiveStatus.Ipv4,
            { IsIpv6: true } when !Filter.Ipv6Disable => transport ? ReceiveStatus.Ipv6Transport : ReceiveStatus.Ipv6,
            _ => 0,
        };
        if (layout.IsIpv6 && Filter.Ipv6ChecksumDisable)
        {
            return status;
        }

        if (checks.IpOffload && layout.IsIpv4)
        {
            status |= ReceiveStatus.IpChecked | (layout.HeaderIsSound ? 0 : ReceiveStatus.IpError);
        }

        if (checks.TransportOffload && transport)
        {
            status |= ReceiveStatus.TransportChecked | (layout.IsUdp ? ReceiveStatus.UdpChecked : 0);
            status |= layout.TransportIsSound ? 0 : ReceiveStatus.TransportError;
        }

        return status;
    }

    private bool IsAck(in FrameLayout layout) =>
        layout.IsTcpAck && (!Filter.AckDataDisable || layout.DataAt >= layout.PacketEnd);

    private void Tell(DescriptorRing ring, in FrameLayout layout, int queue, int stored)
    {
        InterruptCause causes = stored < Bank[Reg.Rsrpd] ? InterruptCause.SmallFrame : InterruptCause.None;
        causes |= !Filter.AckDisable && IsAck(layout) ? InterruptCause.AckReceived : 0;
        if (card.Msix!.Enabled)
        {
            causes |= queue == 0 ? InterruptCause.ReceiveQueue0 : InterruptCause.ReceiveQueue1;
        }
        else
        {
            bool few = ring.Available == ring.Units >> (Control.Threshold + 1);
            causes |= InterruptCause.ReceiveTimer | (few ? InterruptCause.ReceiveThreshold : 0);
        }

        card.Interrupts.RaiseReceived(causes);
    }
}
