using System;
using System.Buffers.Binary;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Net;

/// <summary>
/// Commands of the control queue (Virtual I/O Device Specification 1.2, Network Device, Control Virtqueue). Filters are promises of best
/// effort: the user network sends to the guest's own address and to all, so there is nothing to filter.
/// </summary>
internal static class NetControl
{
    private const byte ReceiveClass = 0;
    private const byte MacClass = 1;
    private const byte VlanClass = 2;
    private const byte AnnounceClass = 3;
    private const byte OffloadsClass = 5;

    private const byte LastReceiveCommand = 5;
    private const byte MacTableSet = 0;
    private const byte MacAddressSet = 1;
    private const byte LastVlanCommand = 1;

    /// <summary>Does what a command asks for; false where it is not known or wrong.</summary>
    /// <param name="mac">The card's address.</param>
    /// <param name="offloads">Those for frames to the guest that the driver has accepted.</param>
    /// <param name="switchedOff">Those of them that it does not want now.</param>
    public static bool TryObey(DescriptorChain chain, byte[] mac, ulong offloads, ref ulong switchedOff)
    {
        Span<byte> header = stackalloc byte[2];
        if (!chain.TryRead(header))
        {
            return false;
        }

        switch (header[0], header[1])
        {
            case (ReceiveClass, <= LastReceiveCommand):
                return chain.ReadableLeft == 1;
            case (MacClass, MacAddressSet):
                return chain.ReadableLeft == (ulong)mac.Length && chain.TryRead(mac);
            case (MacClass, MacTableSet):
                return true;
            case (VlanClass, <= LastVlanCommand):
                return chain.ReadableLeft == sizeof(ushort);
            case (AnnounceClass, 0):
                return true;
            case (OffloadsClass, 0):
                return TryChoose(chain, offloads, ref switchedOff);
            default:
                return false;
        }
    }

    private static bool TryChoose(DescriptorChain chain, ulong offloads, ref ulong switchedOff)
    {
        Span<byte> chosen = stackalloc byte[sizeof(ulong)];
        if (!chain.TryRead(chosen))
        {
            return false;
        }

        ulong wanted = BinaryPrimitives.ReadUInt64LittleEndian(chosen);
        switchedOff = (wanted & ~offloads) == 0 ? offloads & ~wanted : switchedOff;
        return (wanted & ~offloads) == 0;
    }
}
