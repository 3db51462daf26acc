using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// A ring of descriptors as its five registers describe it (Intel 317694, Receive and Transmit Descriptor Base Address, Length, Head and
/// Tail). Head and tail count 16 bytes, also where a descriptor has 32.
/// </summary>
/// <param name="first">Offset of the register with the low half of the ring's address.</param>
internal readonly struct DescriptorRing(RegisterBank<Intel82574> bank, uint first)
{
    public const int UnitBytes = 16;

    private const uint BaseHigh = 0x04;
    private const uint Length = 0x08;
    private const uint HeadAt = 0x10;
    private const uint TailAt = 0x18;

    /// <summary>16-byte units of the ring; 0 where it is not set up.</summary>
    public uint Units => bank[first + Length] / UnitBytes;

    public uint Head
    {
        get => bank[first + HeadAt];
        private set => bank[first + HeadAt] = value;
    }

    private uint Tail => bank[first + TailAt];

    /// <summary>Units that are the card's: none where head or tail are not in the ring.</summary>
    public uint Available
    {
        get
        {
            uint units = Units;
            return Head >= units || Tail >= units ? 0 : Head <= Tail ? Tail - Head : units - Head + Tail;
        }
    }

    /// <summary>Bus address of the descriptor at the head.</summary>
    public ulong HeadAddress => (bank[first] | ((ulong)bank[first + BaseHigh] << 32)) + ((ulong)Head * UnitBytes);

    public void Advance(int units)
    {
        uint next = Head + (uint)units;
        Head = next >= Units ? 0 : next;
    }
}
