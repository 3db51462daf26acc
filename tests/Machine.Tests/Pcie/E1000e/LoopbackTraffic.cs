using System;
using System.Buffers.Binary;
using GdbHost.Machine.Tests.Devices;

namespace GdbHost.Machine.Tests.Pcie.E1000e;

/// <summary>Drives two cards in loopback in the same random way: ring set-up, frames of several protocols, offloads.</summary>
internal sealed class LoopbackTraffic(QemuComparison both, Random random, ulong bar, ulong ram)
{
    private const int RingUnits = 64;
    private const ulong TransmitRing = 0x0_0000;
    private const ulong ReceiveRing = 0x1_0000;
    private const ulong TransmitBuffers = 0x2_0000;
    private const ulong ReceiveBuffers = 0x10_0000;
    private const uint Broadcast = 1 << 15;
    private const uint StripCrc = 1 << 26;

    private uint _tail;
    private bool _split;
    private bool _extended;

    public void SetUp()
    {
        _extended = random.Next(3) > 0;
        _split = _extended && random.Next(2) == 0;
        bool vlan = random.Next(2) == 0;
        both.Write(bar + 0x5008, _extended ? 0x8000u : 0);
        both.Write(bar + 0x5000, (uint)random.Next(8) << 8 & 0x300 | (_extended && random.Next(2) == 0 ? 0x2000u : 0));
        both.Write(bar + 0, 0x40241 | (vlan ? 1u << 30 : 0));
        if (_extended)
        {
            both.Write(bar + 0x5818, 1 | (0x37u << 16));
            for (ulong i = 0; i < 0x80; i += 4)
            {
                both.Write(bar + 0x5c00 + i, 0);
                both.Write(bar + 0x5c80 + i, (uint)random.NextInt64());
            }
        }

        Ring(0x3800, TransmitRing);
        Ring(0x2800, ReceiveRing);
        for (int i = 0; i < RingUnits; i++)
        {
            both.Write(ram + ReceiveRing + ((ulong)i * 16), ram + ReceiveBuffers + ((ulong)i * 0x4000), 8);
            both.Write(ram + ReceiveRing + ((ulong)i * 16) + 8, _split ? ram + ReceiveBuffers + ((ulong)i * 0x4000) + 0x2000 : 0, 8);
        }

        // The tail first: enabling looks at it.
        both.Write(bar + 0x2818, RingUnits - 2);

        // Without SECRC QEMU 7.2 gives the check sequence a descriptor of its own, where the card puts it behind the frame.
        uint size = _split ? 1u << 10 : (uint)random.Next(4) << 16;
        both.Write(bar + 0x100, 2 | (1 << 6) | Broadcast | size | StripCrc | (uint)(random.Next(2) << 4));
        both.Write(bar + 0x400, 2 | 8);
    }

    public void SendOne()
    {
        byte[] frame = Frame(out int transport, out int checksumAt);
        ulong at = ram + TransmitBuffers + (_tail * 0x1000);
        Span<byte> word = stackalloc byte[8];
        for (int i = 0; i < frame.Length; i += 8)
        {
            word.Clear();
            frame.AsSpan(i, Math.Min(8, frame.Length - i)).CopyTo(word);
            both.Write(at + (ulong)i, BinaryPrimitives.ReadUInt64LittleEndian(word), 8);
        }

        bool tag = random.Next(3) == 0;
        uint upper = (uint)random.Next(1 << 16) << 16;
        if (transport > 0 && random.Next(2) == 0)
        {
            Describe(14u | (24 << 8) | (33u << 16), (uint)transport | ((uint)checksumAt << 8), (1u << 29) | (1u << 24) | (1u << 25), 0);
            Describe(at, at >> 32, (uint)frame.Length | (1u << 20) | (1u << 29) | 0x0b00_0000 | (tag ? 1u << 30 : 0), upper | 0x300);
        }
        else
        {
            Describe(at, at >> 32, (uint)frame.Length | 0x0900_0000 | (tag ? 1u << 30 : 0), upper);
        }

        both.Write(bar + 0x3818, _tail);
        both.Read(bar + 0x2810);
    }

    public void Compare()
    {
        both.Read(bar + 0x2810);
        both.Read(bar + 0x3810);
        for (ulong i = 0; i < RingUnits * 16; i += 8)
        {
            both.Read(ram + ReceiveRing + i, 8);
            both.Read(ram + TransmitRing + i, 8);
        }

        for (ulong i = 0; i < 24; i++)
        {
            for (ulong at = 0; at < 0x4000; at += at % 0x2000 == 0x600 ? 0x1a00ul : 8)
            {
                both.Read(ram + ReceiveBuffers + (i * 0x4000) + at, 8);
            }
        }

        foreach (ulong counter in (ReadOnlySpan<ulong>)[0x405c, 0x4060, 0x4064, 0x4068, 0x406c, 0x4070, 0x4074, 0x4078, 0x407c, 0x4080, 0x40d0, 0x40d4, 0x40f0, 0x40f4, 0x40c0, 0x40c4, 0x40c8, 0x40cc])
        {
            both.Read(bar + counter);
        }
    }

    private void Ring(ulong register, ulong at)
    {
        both.Write(bar + register, (uint)(ram + at));
        both.Write(bar + register + 4, (ram + at) >> 32);
        both.Write(bar + register + 8, RingUnits * 16);
    }

    private void Describe(ulong low, ulong high, uint lower, uint upper)
    {
        ulong at = ram + TransmitRing + (_tail++ * 16);
        both.Write(at, (low & uint.MaxValue) | (high << 32), 8);
        both.Write(at + 8, lower | ((ulong)upper << 32), 8);
    }

    // To the card, to all, to a group; IPv4 with TCP, UDP or neither, or something else.
    private byte[] Frame(out int transport, out int checksumAt)
    {
        byte[] frame = new byte[random.Next(60, 1500)];
        random.NextBytes(frame);
        byte[] to = random.Next(4) switch { 0 => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1 => [1, 0, 0x5e, 1, 2, (byte)random.Next(4)], _ => [0x52, 0x54, 0, 0x12, 0x34, 0x56] };
        to.CopyTo(frame, 0);
        (transport, checksumAt) = (0, 0);
        int kind = random.Next(4);
        frame[12] = 8;
        frame[13] = (byte)(kind == 3 ? 6 : 0);
        if (kind == 3)
        {
            return frame;
        }

        frame[14] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)(frame.Length - 14));
        frame[20] = 0x40;
        frame[21] = 0;
        frame[23] = (byte)(kind switch { 0 => 6, 1 => 17, _ => 200 });
        frame[24] = 0;
        frame[25] = 0;
        if (kind == 2)
        {
            return frame;
        }

        transport = 34;
        checksumAt = 34 + (kind == 0 ? 16 : 6);
        if (kind == 0)
        {
            frame[46] = 0x50;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(frame.Length - 34));
        }

        // What the driver puts into the field: the pseudo header.
        uint sum = frame[23] + (uint)(frame.Length - 34);
        for (int i = 26; i < 34; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(i));
        }

        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(checksumAt), (ushort)((sum & 0xffff) + (sum >> 16)));
        return frame;
    }
}
