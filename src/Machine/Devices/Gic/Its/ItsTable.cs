using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>
/// A table of 8-byte entries that the ITS keeps in guest memory, of one level or two (IHI 0069, GITS_BASERn). The form of
/// the entries is IMPLEMENTATION DEFINED: bit 63 says that one is valid.
/// </summary>
/// <param name="type">GITS_BASERn.Type: 1 for devices, 4 for collections.</param>
/// <param name="memory">Where it is.</param>
internal sealed class ItsTable(uint type, GuestTables memory)
{
    public const ulong Valid = 1UL << 63;

    /// <summary>IDs of devices and of collections have 16 bits.</summary>
    public const int IdBits = 16;

    private const ulong Indirect = 1UL << 62;
    private const uint EntrySize = 8;

    /// <summary>Type and Entry_Size are read-only.</summary>
    private const ulong Fixed = 0x071f_0000_0000_0000;

    /// <summary>Page_Size after reset: 64 KiB.</summary>
    private const ulong PagesOf64K = 2 << 8;

    private const ulong PageAddress = 0x000f_ffff_ffff_f000;

    private ulong _base;

    /// <summary>GITS_BASERn.</summary>
    public ulong Base
    {
        get => (_base & ~Fixed) | ((ulong)type << 56) | ((ulong)(EntrySize - 1) << 48);
        set => _base = value & ~Fixed;
    }

    public bool IsValid => (_base & Valid) != 0;

    private ulong PageSize => _base.Field(9, 8) switch { 0 => 1UL << 12, 1 => 1UL << 14, _ => 1UL << 16 };

    private ulong Bytes => (_base.Field(7, 0) + 1) * PageSize;

    /// <summary>With pages of 64 KiB bits [15:12] are the highest of the address.</summary>
    private ulong Start => PageSize == 1UL << 16
        ? (_base & 0xffff_ffff_0000) | (_base.Field(15, 12) << 48)
        : _base & 0xffff_ffff_f000;

    private ulong Entries => (_base & Indirect) != 0 ? Bytes / EntrySize * (PageSize / EntrySize) : Bytes / EntrySize;

    /// <summary>The table has room for an ID.</summary>
    public bool Holds(ulong id) => IsValid && id < Math.Min(Entries, 1 << IdBits);

    /// <summary>Reads an entry; zero where the second level is not there. False if the table is no memory.</summary>
    public bool TryRead(ulong id, out ulong entry)
    {
        entry = 0;
        return TryFind(id, out ulong at) && (at == 0 || memory.TryRead(at, out entry));
    }

    /// <summary>Writes an entry; nothing happens where the second level is not there. False if the table is no memory.</summary>
    public bool TryWrite(ulong id, ulong entry) => TryFind(id, out ulong at) && (at == 0 || memory.TryWrite(at, entry));

    /// <summary>Where it is and how large.</summary>
    public override string ToString() => IsValid
        ? $"at 0x{Start:x}, {((_base & Indirect) != 0 ? "two levels" : "flat")}, {PageSize >> 10} KiB pages, room for {Math.Min(Entries, 1UL << IdBits)}"
        : "none";

    public void Reset() => _base = PagesOf64K;

    public void Save(StateWriter to) => to.Write(_base);

    public void Restore(StateReader from) => Base = from.ReadUInt64();

    private bool TryFind(ulong id, out ulong address)
    {
        if ((_base & Indirect) == 0)
        {
            address = Start + (id * EntrySize);
            return true;
        }

        ulong perPage = PageSize / EntrySize;
        address = 0;
        if (!memory.TryRead(Start + (id / perPage * EntrySize), out ulong first))
        {
            return false;
        }

        if ((first & Valid) != 0)
        {
            address = (first & PageAddress & ~(PageSize - 1)) + (id % perPage * EntrySize);
        }

        return true;
    }
}
