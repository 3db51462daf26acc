using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// One transmit queue (Intel 317694, Packet Transmission): gathers packets from descriptors, does the offloads that they ask for, and gives
/// frames to the wire. It works within the write that makes descriptors known, up to a limit, and goes on a little later.
/// </summary>
internal sealed class Transmitter
{
    /// <summary>Header and data of the largest packet that is cut: what IP can say, with Ethernet and a tag.</summary>
    private const int MostPacketBytes = 0x1_0000 + 64;

    /// <summary>What is done at once: a driver that never ends cannot hold the machine.</summary>
    private const int MostDescriptors = 1024;
    private const int MostBytes = 1 << 20;
    private const ulong PauseNanoseconds = 1000;

    private const int TagBytes = 4;
    private const int EveryWriteBack = 31;
    private const int TransmitEnable = 1;
    private const int QueueEnable = 10;

    private readonly Intel82574 _card;
    private readonly int _queue;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _goOn;

    /// <summary>What of a packet has been gathered.</summary>
    [NotState("saved as far as it is filled")]
    private readonly byte[] _packet = new byte[MostPacketBytes];

    [NotState("used within one packet")]
    private readonly byte[] _frame = new byte[MostPacketBytes + TagBytes];

    private int _length;
    private bool _tooLong;
    private TransmitContext _context;
    private TransmitDescriptor _first;

    public Transmitter(Intel82574 card, int queue, Scheduler scheduler)
    {
        _card = card;
        _queue = queue;
        _scheduler = scheduler;
        _goOn = scheduler.Create($"{card.StateName} transmit {queue}", Start);
    }

    private DescriptorRing Ring => new(_card.Bank, Reg.TransmitRing + ((uint)_queue * Reg.QueueStride));

    private InterruptCause WrittenBack => !_card.Msix!.Enabled
        ? InterruptCause.TransmitWrittenBack
        : _queue == 0 ? InterruptCause.TransmitQueue0 : InterruptCause.TransmitQueue1;

    /// <summary>There may be descriptors to work on.</summary>
    public void Start()
    {
        DescriptorRing ring = Ring;
        bool enabled = _card.Bank[Reg.Tctl].Bit(TransmitEnable) && _card.Bank[Reg.Tarc + ((uint)_queue * Reg.QueueStride)].Bit(QueueEnable);
        if (!enabled || ring.Available == 0)
        {
            return;
        }

        InterruptCause causes = InterruptCause.None;
        bool canWait = false;
        Span<byte> bytes = stackalloc byte[TransmitDescriptor.Bytes];
        int most = MostBytes;
        for (int done = 0; ring.Available > 0; done++)
        {
            if (done == MostDescriptors || most <= 0)
            {
                _goOn.Arm(_scheduler.Clock.Now + PauseNanoseconds);
                break;
            }

            ulong at = ring.HeadAddress;
            if (_card.Dma.Read(at, bytes) != DmaResult.Ok)
            {
                // Nothing sensible can be read, now or at the next one: the queue stands still, as after a fatal error on the link.
                break;
            }

            TransmitDescriptor descriptor = TransmitDescriptor.From(bytes);
            most -= descriptor.IsContext ? 0 : descriptor.Length;
            Take(descriptor);
            if (descriptor.WantsReport || _card.Bank[Reg.Ivar].Bit(EveryWriteBack))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, descriptor.Upper | TransmitDescriptor.Done);
                _card.Dma.Write(at + TransmitDescriptor.UpperAt, bytes[..sizeof(uint)]);
                causes |= WrittenBack;
                canWait = descriptor.DelaysInterrupt;
            }

            ring.Advance(1);
        }

        causes |= ring.Available == 0 ? InterruptCause.TransmitQueueEmpty : InterruptCause.None;
        _card.Interrupts.RaiseTransmitted(causes, canWait);
    }

    public void Reset()
    {
        _goOn.Disarm();
        (_length, _tooLong, _context, _first) = (0, false, default, default);
        Array.Clear(_packet);
    }

    public void Discard() => _scheduler.Remove(_goOn);

    public void Save(StateWriter to)
    {
        to.Write(_length);
        to.Write(_packet.AsSpan(0, _length));
        to.Write(_tooLong);
        to.Write((ReadOnlySpan<ulong>)[_context.Offsets, _first.Address]);
        to.Write((ReadOnlySpan<uint>)[_context.Lower, _context.Upper, _first.Lower, _first.Upper]);
    }

    public void Restore(StateReader from)
    {
        _length = from.ReadBelow(MostPacketBytes + 1, "bytes of a packet");
        from.ReadBytes(_packet.AsSpan(0, _length));
        _tooLong = from.ReadBool();
        Span<ulong> wide = stackalloc ulong[2];
        from.ReadWords(wide);
        Span<uint> words = stackalloc uint[4];
        from.ReadWords(words);
        _context = new TransmitContext(wide[0], words[0], words[1]);
        _first = new TransmitDescriptor(wide[1], words[2], words[3]);
    }

    private void Take(TransmitDescriptor descriptor)
    {
        if (descriptor.IsContext)
        {
            _context = new TransmitContext(descriptor.Address, descriptor.Lower, descriptor.Upper);
            return;
        }

        // What a packet is to become its first descriptor says; the last one has its tag.
        _first = _length == 0 && !_tooLong ? descriptor : _first;
        _tooLong |= descriptor.Length > MostPacketBytes - _length;
        if (!_tooLong)
        {
            _tooLong = _card.Dma.Read(descriptor.Address, _packet.AsSpan(_length, descriptor.Length)) != DmaResult.Ok;
            _length += _tooLong ? 0 : descriptor.Length;
        }

        if (descriptor.EndsPacket)
        {
            if (!_tooLong)
            {
                SendPacket(descriptor);
            }

            (_length, _tooLong) = (0, false);
        }
    }

    private void SendPacket(TransmitDescriptor last)
    {
        Span<byte> packet = _packet.AsSpan(0, _length);
        if (_first.Segments && _context.Segments)
        {
            Segment(packet, last);
            return;
        }

        if (_first.IsExtended)
        {
            Offloads.SumPacket(packet, _context, _first.WantsIpChecksum, _first.WantsTransportChecksum);
        }
        else if (last.InsertsChecksum)
        {
            Offloads.Sum(packet, last.ChecksumFrom, last.ChecksumAt, 0);
        }

        packet.CopyTo(_frame.AsSpan(TagBytes));
        SendFrame(packet.Length, last);
    }

    private void Segment(Span<byte> packet, TransmitDescriptor last)
    {
        int header = _context.HeaderBytes;
        int most = _context.SegmentBytes;
        if (most == 0 || header >= packet.Length)
        {
            return;
        }

        _card.Statistics.CountSegmented();
        for (int number = 0, at = header; at < packet.Length; number++, at += most)
        {
            int data = Math.Min(most, packet.Length - at);
            Span<byte> segment = _frame.AsSpan(TagBytes, header + data);
            packet[..header].CopyTo(segment);
            packet.Slice(at, data).CopyTo(segment[header..]);
            bool isLast = at + data == packet.Length;
            Offloads.FinishSegment(segment, _context, number, isLast, _first.WantsIpChecksum, _first.WantsTransportChecksum);
            SendFrame(segment.Length, last);
        }
    }

    // There is room for a tag in front of the frame.
    private void SendFrame(int length, TransmitDescriptor last)
    {
        Span<byte> frame = _frame.AsSpan(TagBytes, length);
        if (length < ReceiveFilter.TagAt)
        {
            return;
        }

        if (last.InsertsTag && new DeviceControl(_card.Bank[Reg.Ctrl]).VlanMode)
        {
            frame = _frame.AsSpan(0, length + TagBytes);
            frame.Slice(TagBytes, ReceiveFilter.TypeAt).CopyTo(frame);
            BinaryPrimitives.WriteUInt16BigEndian(frame[ReceiveFilter.TypeAt..], (ushort)_card.Bank[Reg.Vet]);
            BinaryPrimitives.WriteUInt16BigEndian(frame[ReceiveFilter.TagAt..], last.Tag);
        }

        _card.Send(frame);
    }
}
