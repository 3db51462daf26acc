using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// Receive-side scaling (Intel 317694, Receive Side Scaling): the hash of Toeplitz over addresses and ports, and the queue that a table of
/// 128 bytes gives for it.
/// </summary>
/// <param name="Type">RSS type: 0 for no hash, 1 TCP and IPv4, 2 IPv4, 3 TCP and IPv6, 5 IPv6.</param>
/// <param name="Queue">0 or 1.</param>
internal readonly record struct ReceiveHash(uint Type, uint Value, int Queue)
{
    private const int MostBytes = 36;
    private const int KeyBytes = 40;
    private const uint TableMask = 127;

    /// <summary>Hash and queue of a frame; queue 0 where there is no hash.</summary>
    public static ReceiveHash Of(in FrameLayout frame, RegisterBank<Intel82574> bank)
    {
        QueuesControl control = new(bank[Reg.Mrqc]);
        bool enabled = control.Enable && new ChecksumControl(bank[Reg.Rxcsum]).ReportsHash && new FilterControl(bank[Reg.Rfctl]).Extended;
        uint type = enabled ? TypeOf(frame, control) : 0;
        if (type == 0)
        {
            return default;
        }

        Span<byte> input = stackalloc byte[MostBytes];
        ReadOnlySpan<byte> addresses = frame.Addresses;
        addresses.CopyTo(input);
        int length = addresses.Length;
        if (type is 1 or 3)
        {
            frame.Ports.CopyTo(input[length..]);
            length += frame.Ports.Length;
        }

        uint hash = Toeplitz(input[..length], bank);
        uint entry = hash & TableMask;
        uint queue = bank[Reg.Reta + (entry & ~3u)].Field((int)(entry % 4 * 8) + 7, (int)(entry % 4 * 8) + 7);
        return new ReceiveHash(type, hash, (int)queue);
    }

    private static uint TypeOf(in FrameLayout frame, QueuesControl control) => frame switch
    {
        { IsIpv4: true, IsTcp: true } when control.TcpIpv4 => 1,
        { IsIpv4: true } when control.Ipv4 => 2,
        { IsIpv6: true, IsTcp: true } when control.TcpIpv6 => 3,
        { IsIpv6: true } when control.Ipv6 => 5,
        _ => 0,
    };

    private static uint Toeplitz(ReadOnlySpan<byte> input, RegisterBank<Intel82574> bank)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        for (int i = 0; i < KeyBytes; i += sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(key[i..], bank[Reg.Rssrk + (uint)i]);
        }

        // The 32 bits of the key that begin at the input's bit go into the hash where that bit is set.
        uint hash = 0;
        uint window = BinaryPrimitives.ReadUInt32BigEndian(key);
        for (int bit = 0; bit < input.Length * 8; bit++)
        {
            hash ^= ((uint)input[bit / 8]).Bit(7 - (bit % 8)) ? window : 0;
            int next = bit + 32;
            window = (window << 1) | (((uint)key[next / 8]).Bit(7 - (next % 8)) ? 1u : 0);
        }

        return hash;
    }
}
