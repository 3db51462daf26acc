using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>The registers in memory space, of which some are at a second place too (Intel 317694, Register Summary, alias offsets).</summary>
internal sealed class RegisterRegion(Intel82574 card) : IBusDevice, IRegisterNames
{
    /// <summary>Second places: first offset, number of registers, and where they really are.</summary>
    private static readonly (uint Offset, uint Count, uint Target)[] Aliases =
    [
        (0x00004, 1, Reg.Ctrl),
        (0x00040, 32, Reg.Ra),
        (0x00108, 1, Reg.Rdtr),
        (0x00110, 3, Reg.ReceiveRing),
        (0x00120, 1, Reg.ReceiveRing + 0x10),
        (0x00128, 1, Reg.ReceiveRing + 0x18),
        (0x00160, 1, 0x02168),
        (0x00168, 1, 0x02160),
        (0x00420, 3, Reg.TransmitRing),
        (0x00430, 1, Reg.TransmitRing + 0x10),
        (0x00438, 1, Reg.TransmitRing + 0x18),
        (0x00440, 1, Reg.Tidv),
        (0x00600, 128, Reg.Vfta),
        (0x08000, 1, 0x02410),
        (0x08008, 1, 0x02418),
        (0x08010, 1, 0x03410),
        (0x08018, 1, 0x03418),
    ];

    public string Name => card.StateName;

    public string? RegisterAt(ulong offset) => card.Bank.RegisterAt(Real(offset));

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        if (size < sizeof(ulong))
        {
            return card.Bank.Read(Real(offset), size, out value);
        }

        BusResult result = card.Bank.Read(Real(offset), sizeof(uint), out ulong low);
        card.Bank.Read(Real(offset + sizeof(uint)), sizeof(uint), out ulong high);
        value = low | (high << 32);
        return result;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (size < sizeof(ulong))
        {
            return card.Bank.Write(Real(offset), size, value);
        }

        card.Bank.Write(Real(offset), sizeof(uint), (uint)value);
        return card.Bank.Write(Real(offset + sizeof(uint)), sizeof(uint), value >> 32);
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        if (size < sizeof(ulong))
        {
            return card.Bank.TryPeek(Real(offset), size, out value);
        }

        bool known = card.Bank.TryPeek(Real(offset), sizeof(uint), out ulong low);
        known &= card.Bank.TryPeek(Real(offset + sizeof(uint)), sizeof(uint), out ulong high);
        value = low | (high << 32);
        return known;
    }

    private static ulong Real(ulong offset)
    {
        const ulong LastAlias = 0x08018;
        if (offset > LastAlias + 3)
        {
            return offset;
        }

        foreach ((uint first, uint count, uint target) in Aliases)
        {
            if (offset - first < count * sizeof(uint))
            {
                return offset - first + target;
            }
        }

        return offset;
    }
}

/// <summary>The flash memory that is not there: ones, and nothing can be written.</summary>
internal sealed class FlashRegion(Intel82574 card) : IBusDevice
{
    public const ulong Bytes = 0x2_0000;

    public string Name => $"{card.StateName}.flash";

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = ulong.MaxValue >> (64 - (size * 8));
        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value) => BusResult.Ok;

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        Read(offset, size, out value);
        return true;
    }
}

/// <summary>The registers in I/O space: an address, and the register that it names (Intel 317694, I/O-Mapped Access).</summary>
internal sealed class IoRegion(Intel82574 card) : IBusDevice
{
    public const ulong Bytes = 32;

    private const ulong AddressAt = 0;
    private const ulong DataAt = 4;

    public string Name => $"{card.StateName}.io";

    /// <summary>IOADDR.</summary>
    public uint Address { get; set; }

    private bool NamesRegister => Address < RegisterTable.Bytes && Address % sizeof(uint) == 0;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = 0;
        if (size == sizeof(uint) && offset == DataAt && NamesRegister)
        {
            return card.Registers.Read(Address, size, out value);
        }

        value = size == sizeof(uint) && offset == AddressAt ? Address : 0;
        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (size == sizeof(uint) && offset == AddressAt)
        {
            Address = (uint)value;
        }
        else if (size == sizeof(uint) && offset == DataAt && NamesRegister)
        {
            return card.Registers.Write(Address, size, value);
        }

        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        value = offset == AddressAt && size == sizeof(uint) ? Address : 0;
        return offset != DataAt || !NamesRegister || card.Registers.TryPeek(Address, size, out value);
    }
}
