using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// The statistics registers (Intel 317694, Statistic Registers): a read gives the count and clears it, and a count that is full stays. Those
/// that count what cannot happen here are always zero.
/// </summary>
internal sealed class Statistics
{
    private const int CheckSequenceBytes = 4;
    private const uint MissedPackets = 0x4010;
    private const uint ReceivedSizes = 0x405c;
    private const uint GoodReceived = 0x4074;
    private const uint BroadcastReceived = 0x4078;
    private const uint MulticastReceived = 0x407c;
    private const uint GoodTransmitted = 0x4080;
    private const uint GoodOctetsReceived = 0x4088;
    private const uint GoodOctetsTransmitted = 0x4090;
    private const uint NoBuffers = 0x40a0;
    private const uint Undersized = 0x40a4;
    private const uint Oversized = 0x40ac;
    private const uint OctetsReceived = 0x40c0;
    private const uint OctetsTransmitted = 0x40c8;
    private const uint PacketsReceived = 0x40d0;
    private const uint PacketsTransmitted = 0x40d4;
    private const uint TransmittedSizes = 0x40d8;
    private const uint MulticastTransmitted = 0x40f0;
    private const uint BroadcastTransmitted = 0x40f4;
    private const uint Segmented = 0x40f8;
    private const uint InterruptsAsserted = 0x4100;
    private const uint End = 0x4104;

#pragma warning disable format
    private static readonly (uint Offset, string Name)[] Names =
    [
        (0x4000, "CRCERRS"), (0x4004, "ALGNERRC"), (0x400c, "RXERRC"), (MissedPackets, "MPC"), (0x4014, "SCC"), (0x4018, "ECOL"),
        (0x401c, "MCC"), (0x4020, "LATECOL"), (0x4028, "COLC"), (0x4030, "DC"), (0x4034, "TNCRS"), (0x403c, "CEXTERR"),
        (0x4040, "RLEC"), (0x4048, "XONRXC"), (0x404c, "XONTXC"), (0x4050, "XOFFRXC"), (0x4054, "XOFFTXC"), (0x4058, "FCRUC"),
        (ReceivedSizes, "PRC64"), (0x4060, "PRC127"), (0x4064, "PRC255"), (0x4068, "PRC511"), (0x406c, "PRC1023"), (0x4070, "PRC1522"),
        (GoodReceived, "GPRC"), (BroadcastReceived, "BPRC"), (MulticastReceived, "MPRC"), (GoodTransmitted, "GPTC"),
        (GoodOctetsReceived, "GORCL"), (0x408c, "GORCH"), (GoodOctetsTransmitted, "GOTCL"), (0x4094, "GOTCH"),
        (NoBuffers, "RNBC"), (Undersized, "RUC"), (0x40a8, "RFC"), (Oversized, "ROC"), (0x40b0, "RJC"),
        (0x40b4, "MGTPRC"), (0x40b8, "MGTPDC"), (0x40bc, "MGTPTC"),
        (OctetsReceived, "TORL"), (0x40c4, "TORH"), (OctetsTransmitted, "TOTL"), (0x40cc, "TOTH"),
        (PacketsReceived, "TPR"), (PacketsTransmitted, "TPT"),
        (TransmittedSizes, "PTC64"), (0x40dc, "PTC127"), (0x40e0, "PTC255"), (0x40e4, "PTC511"), (0x40e8, "PTC1023"), (0x40ec, "PTC1522"),
        (MulticastTransmitted, "MPTC"), (BroadcastTransmitted, "BPTC"), (Segmented, "TSCTC"), (0x40fc, "TSCTFC"), (InterruptsAsserted, "IAC"),
    ];
#pragma warning restore format

    private readonly uint[] _counts = new uint[(End - Reg.Statistics) / sizeof(uint)];

    /// <summary>The registers, as rows of the card's map.</summary>
    public static IEnumerable<Register<Intel82574>> Rows => Names.Select(static n =>
        new Register<Intel82574>(n.Offset, n.Name, Access.ReadOnly, "Intel 317694, Statistic Registers")
        {
            Read = (card, _) => card.Statistics.Take(n.Offset),
            ReadHasEffect = true,
            Peek = (card, _) => card.Statistics._counts[Index(n.Offset)],
        });

    /// <summary>A frame has gone to the guest.</summary>
    /// <param name="stored">Bytes with what of the check sequence was stored.</param>
    public void Received(ReadOnlySpan<byte> frame, int stored)
    {
        CountSize(ReceivedSizes, stored);
        Count(PacketsReceived);
        Count(GoodReceived);
        Grow(OctetsReceived, frame.Length + CheckSequenceBytes);
        Grow(GoodOctetsReceived, frame.Length + CheckSequenceBytes);
        CountGroup(frame, MulticastReceived, BroadcastReceived);
    }

    /// <summary>A frame has gone out.</summary>
    public void Transmitted(ReadOnlySpan<byte> frame)
    {
        CountSize(TransmittedSizes, frame.Length);
        Count(PacketsTransmitted);
        Count(GoodTransmitted);
        Grow(OctetsTransmitted, frame.Length);
        Grow(GoodOctetsTransmitted, frame.Length);
        CountGroup(frame, MulticastTransmitted, BroadcastTransmitted);
    }

    public void CountSegmented() => Count(Segmented);

    public void CountInterrupt() => Count(InterruptsAsserted);

    public void CountUndersized() => Count(Undersized);

    public void CountOversized() => Count(Oversized);

    /// <summary>A frame found no room and was lost.</summary>
    public void CountMissed() => Count(MissedPackets);

    /// <summary>A frame found no room and waits.</summary>
    public void CountNoBuffers() => Count(NoBuffers);

    public void Reset() => Array.Clear(_counts);

    public void Save(StateWriter to) => to.Write(_counts.AsSpan());

    public void Restore(StateReader from) => from.ReadWords(_counts.AsSpan());

    private static int Index(uint offset) => (int)((offset - Reg.Statistics) / sizeof(uint));

    private uint Take(uint offset)
    {
        uint count = _counts[Index(offset)];
        _counts[Index(offset)] = 0;
        return count;
    }

    private void Count(uint offset)
    {
        ref uint count = ref _counts[Index(offset)];
        count += count == uint.MaxValue ? 0u : 1u;
    }

    private void Grow(uint low, int octets)
    {
        Span<uint> pair = _counts.AsSpan(Index(low), 2);
        ulong before = pair[0] | ((ulong)pair[1] << 32);
        ulong after = before + Math.Min((ulong)octets, ulong.MaxValue - before);
        (pair[0], pair[1]) = ((uint)after, (uint)(after >> 32));
    }

    private void CountSize(uint first, int bytes)
    {
        int group = bytes switch { < 64 => -1, 64 => 0, <= 127 => 1, <= 255 => 2, <= 511 => 3, <= 1023 => 4, _ => 5 };
        if (group >= 0)
        {
            Count(first + (uint)(group * sizeof(uint)));
        }
    }

    private void CountGroup(ReadOnlySpan<byte> frame, uint multicast, uint broadcast)
    {
        if (ReceiveFilter.IsBroadcast(frame))
        {
            Count(broadcast);
        }
        else if (ReceiveFilter.IsMulticast(frame))
        {
            Count(multicast);
        }
    }
}
