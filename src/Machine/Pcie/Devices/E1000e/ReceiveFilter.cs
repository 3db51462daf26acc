using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// Which frames are for the guest (Intel 317694, Packet Address Filtering): exact addresses, a table of hashes, promiscuous modes, and VLANs.
/// </summary>
internal static class ReceiveFilter
{
    public const int AddressBytes = 6;
    public const int TypeAt = 12;
    public const int TagAt = 14;

    private const int ExactAddresses = 16;
    private const int AddressValid = 31;

    public static bool IsMulticast(ReadOnlySpan<byte> frame) => (frame[0] & 1) != 0;

    public static bool IsBroadcast(ReadOnlySpan<byte> frame) => !frame[..AddressBytes].ContainsAnyExcept((byte)0xff);

    /// <summary>The frame has a tag of the type that VET names.</summary>
    public static bool HasTag(ReadOnlySpan<byte> frame, RegisterBank<Intel82574> bank) =>
        frame.Length >= TagAt + sizeof(ushort) && BinaryPrimitives.ReadUInt16BigEndian(frame[TypeAt..]) == bank[Reg.Vet];

    public static bool Accepts(ReadOnlySpan<byte> frame, RegisterBank<Intel82574> bank)
    {
        ReceiveControl control = new(bank[Reg.Rctl]);
        if (control.VlanFilter && HasTag(frame, bank))
        {
            uint vlan = BinaryPrimitives.ReadUInt16BigEndian(frame[TagAt..]) & 0xfffu;
            if (!bank[Reg.Vfta + (vlan / 32 * sizeof(uint))].Bit((int)(vlan % 32)))
            {
                return false;
            }
        }

        bool group = IsBroadcast(frame) ? control.AcceptBroadcast : IsMulticast(frame) ? control.MulticastPromiscuous : control.UnicastPromiscuous;
        return group || IsListed(frame, bank) || IsHashed(frame, bank, control.MulticastOffset);
    }

    private static bool IsListed(ReadOnlySpan<byte> frame, RegisterBank<Intel82574> bank)
    {
        uint low = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        uint high = BinaryPrimitives.ReadUInt16LittleEndian(frame[sizeof(uint)..]);
        for (uint at = Reg.Ra; at < Reg.Ra + (ExactAddresses * 8); at += 8)
        {
            uint entry = bank[at + 4];
            if (entry.Bit(AddressValid) && bank[at] == low && entry.Field(15, 0) == high)
            {
                return true;
            }
        }

        return false;
    }

    // Twelve bits of the last two bytes of the address; RCTL.MO says which.
    private static bool IsHashed(ReadOnlySpan<byte> frame, RegisterBank<Intel82574> bank, int offset)
    {
        int shift = offset switch { 0 => 4, 1 => 3, 2 => 2, _ => 0 };
        uint hash = ((uint)BinaryPrimitives.ReadUInt16LittleEndian(frame[sizeof(uint)..]) >> shift) & 0xfff;
        return bank[Reg.Mta + (hash / 32 * sizeof(uint))].Bit((int)(hash % 32));
    }
}
