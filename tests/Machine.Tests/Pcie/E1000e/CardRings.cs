using System;
using System.Buffers.Binary;
using GdbHost.Machine.Network;

namespace GdbHost.Machine.Tests.Pcie.E1000e;

/// <summary>A driver's rings and buffers for a card in loopback.</summary>
internal sealed class CardRings(PciMachine machine, ulong bar)
{
    public const ulong ReceiveRing = PciMachine.Ram + 0x1_0000;

    private const int Units = 64;
    private const ulong TransmitRing = PciMachine.Ram;
    private const ulong TransmitBuffers = PciMachine.Ram + 0x2_0000;
    private const ulong ReceiveBuffers = PciMachine.Ram + 0x10_0000;
    private const ulong BufferBytes = 0x800;
    private const uint EndAndReport = 0x0900_0000;
    private const uint Extended = 1u << 29;

    private uint _tail;
    private ulong _next = TransmitBuffers;

    /// <param name="control">More bits of RCTL.</param>
    public void Loopback(uint control = 0)
    {
        foreach ((ulong register, ulong at) in (ReadOnlySpan<(ulong, ulong)>)[(0x3800, TransmitRing), (0x2800, ReceiveRing)])
        {
            machine.Write(bar + register, at);
            machine.Write(bar + register + 4, at >> 32);
            machine.Write(bar + register + 8, Units * 16);
        }

        for (ulong i = 0; i < Units; i++)
        {
            machine.Write(ReceiveRing + (i * 16), ReceiveBuffers + (i * BufferBytes), 8);
            machine.Write(ReceiveRing + (i * 16) + 8, 0, 8);
        }

        machine.Write(bar + 0x2818, Units - 1);
        machine.Write(bar + 0x100, 2 | (1 << 3) | (1 << 6) | (1 << 15) | (1 << 26) | control);
        machine.Write(bar + 0x400, 2);
    }

    public void Context(int ipStart, int transportStart, int checksum, int header, int segment, bool segments)
    {
        ulong offsets = (uint)ipStart | ((uint)(ipStart + 10) << 8) | ((uint)(transportStart - 1) << 16)
            | ((ulong)transportStart << 32) | ((ulong)checksum << 40);
        uint lower = Extended | (1 << 24) | (1 << 25) | (segments ? 1u << 26 : 0);
        Describe(offsets, lower, ((uint)header << 8) | ((uint)segment << 16));
    }

    /// <param name="split">Bytes in the first of two descriptors; 0 for one descriptor.</param>
    /// <param name="withhold">Only the first descriptor is made known.</param>
    public void Send(byte[] packet, bool extended, bool segments = false, ushort? tag = null, int split = 0, bool withhold = false)
    {
        for (int i = 0; i < packet.Length; i++)
        {
            machine.Write(_next + (ulong)i, packet[i], 1);
        }

        uint kind = (extended ? Extended | (1 << 20) : 0) | (segments ? 1u << 26 : 0) | (tag is null ? 0 : 1u << 30);
        uint upper = (uint)(tag ?? 0) << 16 | (segments ? 0x300u : 0);
        if (split > 0)
        {
            Describe(_next, (uint)split | kind, upper);
            if (withhold)
            {
                Publish();
            }
        }

        Describe(_next + (ulong)split, (uint)(packet.Length - split) | kind | EndAndReport, upper);
        _next += (ulong)packet.Length;
        if (!withhold)
        {
            Publish();
        }
    }

    /// <summary>Tells the card of all descriptors.</summary>
    public void Publish() => machine.Write(bar + 0x3818, _tail);

    /// <summary>The frame of a descriptor; empty where it is still the card's.</summary>
    public byte[] Received(int index)
    {
        ulong descriptor = ReceiveRing + ((ulong)index * 16);
        byte[] frame = new byte[(machine.Read(descriptor + 12) & 1) != 0 ? (int)machine.Read(descriptor + 8, 2) : 0];
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = (byte)machine.Read(ReceiveBuffers + ((ulong)index * BufferBytes) + (ulong)i, 1);
        }

        return frame;
    }

    public uint Tag(int index) => (uint)machine.Read(ReceiveRing + ((ulong)index * 16) + 14, 2);

    /// <summary>An IPv4 packet with a TCP segment that pushes and finishes.</summary>
    /// <param name="segmented">The checksum has the pseudo header without a length, as a card that cuts wants it.</param>
    public static byte[] TcpPacket(int data, bool segmented)
    {
        byte[] packet = new byte[54 + data];
        for (int i = 54; i < packet.Length; i++)
        {
            packet[i] = (byte)(i * 7);
        }

        ((byte[])[0x52, 0x54, 0, 0, 0, 1, 0x52, 0x54, 0, 0, 0, 2, 8, 0, 0x45, 0]).CopyTo(packet, 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(16), (ushort)(segmented ? 0 : packet.Length - 14));
        ((byte[])[0, 7, 0x40, 0, 64, 6, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2, 1, 2, 0, 80, 0, 0, 0x10, 0, 0, 0, 0, 1, 0x50, 0x19, 0x10, 0]).CopyTo(packet, 18);
        ulong sum = InternetChecksum.Add(packet.AsSpan(26, 8), 6 + (segmented ? 0 : (uint)(packet.Length - 34)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(50), (ushort)~InternetChecksum.Of([], sum));
        return packet;
    }

    private void Describe(ulong address, uint lower, uint upper)
    {
        ulong at = TransmitRing + (_tail++ % Units * 16);
        machine.Write(at, address, 8);
        machine.Write(at + 8, lower | ((ulong)upper << 32), 8);
    }
}
