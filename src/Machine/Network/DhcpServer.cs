using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Network;

/// <summary>
/// Gives addresses to guests (RFC 2131, RFC 2132), numbered as QEMU's user network does: 10.0.2.15 to the first one that asks.
/// </summary>
internal sealed class DhcpServer
{
    public const ushort ServerPort = 67;
    public const ushort ClientPort = 68;

    private const int MostLeases = 16;
    private const int HardwareAt = 28;
    private const int OptionsAt = 240;
    private const int ReplyBytes = 300;
    private const uint Magic = 0x6382_5363;
    private const uint LeaseSeconds = 86400;
    private const uint SubnetMask = 0xffff_ff00;

    private const byte MessageType = 53;
    private const byte RequestedAddress = 50;
    private const byte EndOption = 255;

    private const byte Discover = 1;
    private const byte Offer = 2;
    private const byte Request = 3;
    private const byte Acknowledge = 5;
    private const byte Refuse = 6;

    /// <summary>Hardware addresses in the order of their leases.</summary>
    private readonly List<ulong> _leases = [];

    /// <summary>Answers a message; null where there is nothing to say.</summary>
    /// <param name="message">What the client sent.</param>
    /// <param name="refuses">The answer takes the client's address away.</param>
    public byte[]? Answer(ReadOnlySpan<byte> message, out bool refuses)
    {
        refuses = false;
        if (message.Length < OptionsAt || message[0] != 1 || BinaryPrimitives.ReadUInt32BigEndian(message[(OptionsAt - 4)..]) != Magic)
        {
            return null;
        }

        ReadOnlySpan<byte> type = Option(message, MessageType);
        byte answer = type switch { [Discover] => Offer, [Request] => Acknowledge, _ => 0 };
        if (answer == 0 || !TryLease(message.Slice(HardwareAt, Packet.MacBytes), out uint address))
        {
            return null;
        }

        ReadOnlySpan<byte> asked = Option(message, RequestedAddress);
        uint wanted = asked.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(asked) : BinaryPrimitives.ReadUInt32BigEndian(message[12..]);
        refuses = answer == Acknowledge && wanted != address && wanted != 0;
        return Reply(message, refuses ? Refuse : answer, refuses ? 0 : address);
    }

    public void Reset() => _leases.Clear();

    public void Save(StateWriter to) => to.Write(_leases.ToArray().AsSpan());

    public void Restore(StateReader from)
    {
        _leases.Clear();
        for (int count = from.ReadBelow(MostLeases + 1, "a number of leases"); count > 0; count--)
        {
            _leases.Add(from.ReadUInt64());
        }
    }

    private static byte[] Reply(ReadOnlySpan<byte> message, byte type, uint address)
    {
        byte[] reply = new byte[ReplyBytes];
        reply[0] = 2;
        message[1..4].CopyTo(reply.AsSpan(1));
        message[4..8].CopyTo(reply.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(16), address);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(20), UserNetwork.Router);
        message.Slice(HardwareAt, 16).CopyTo(reply.AsSpan(HardwareAt));
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(OptionsAt - 4), Magic);
        Span<byte> options = reply.AsSpan(OptionsAt);
        options[0] = MessageType;
        options[1] = 1;
        options[2] = type;
        options = Put(options[3..], 54, UserNetwork.Router);
        if (type != Refuse)
        {
            options = Put(options, 1, SubnetMask);
            options = Put(options, 3, UserNetwork.Router);
            options = Put(options, 6, UserNetwork.NameServer);
            options = Put(options, 51, LeaseSeconds);
        }

        options[0] = EndOption;
        return reply;
    }

    private static Span<byte> Put(Span<byte> at, byte option, uint value)
    {
        at[0] = option;
        at[1] = sizeof(uint);
        BinaryPrimitives.WriteUInt32BigEndian(at[2..], value);
        return at[(2 + sizeof(uint))..];
    }

    private static ReadOnlySpan<byte> Option(ReadOnlySpan<byte> message, byte wanted)
    {
        ReadOnlySpan<byte> left = message[OptionsAt..];
        while (left.Length > 1 && left[0] != EndOption)
        {
            if (left[0] == 0)
            {
                left = left[1..];
                continue;
            }

            int end = 2 + left[1];
            if (end > left.Length)
            {
                break;
            }

            if (left[0] == wanted)
            {
                return left[2..end];
            }

            left = left[end..];
        }

        return [];
    }

    private bool TryLease(ReadOnlySpan<byte> hardware, out uint address)
    {
        ulong client = 0;
        foreach (byte part in hardware)
        {
            client = (client << 8) | part;
        }

        int index = _leases.IndexOf(client);
        if (index < 0 && _leases.Count < MostLeases)
        {
            index = _leases.Count;
            _leases.Add(client);
        }

        address = UserNetwork.FirstGuest + (uint)index;
        return index >= 0;
    }
}
