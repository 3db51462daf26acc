using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>An entry of the device table: where the translations of a device are, and for how many events.</summary>
internal readonly record struct DeviceEntry(ulong Raw)
{
    /// <summary>GITS_TYPER.ITT_entry_size: bytes for each event.</summary>
    public const int TranslationBytes = 12;

    private const ulong AddressBits = 0x000f_ffff_ffff_ff00;

    /// <param name="sizeField">MAPD.Size: bits of EventID less one.</param>
    /// <param name="address">MAPD.ITT_addr, a multiple of 256.</param>
    public DeviceEntry(ulong sizeField, ulong address)
        : this(ItsTable.Valid | (address & AddressBits) | (sizeField & 0x1f))
    {
    }

    public bool IsValid => (Raw & ItsTable.Valid) != 0;

    public ulong Events => 1UL << (int)(Raw.Field(4, 0) + 1);

    /// <summary>Where the translation of an event is.</summary>
    public ulong AddressOf(ulong eventId) => (Raw & AddressBits) + (eventId * TranslationBytes);
}

/// <summary>An entry of an interrupt translation table: an LPI and the collection that says where it goes.</summary>
internal readonly record struct TranslationEntry(ulong Raw)
{
    public TranslationEntry(ulong intId, ulong collection)
        : this(ItsTable.Valid | (collection << 32) | intId)
    {
    }

    public bool IsValid => (Raw & ItsTable.Valid) != 0;

    public int IntId => (int)Raw.Field(23, 0);

    public ulong Collection => Raw.Field(47, 32);
}

/// <summary>An entry of the collection table: the redistributor that the interrupts of a collection go to.</summary>
internal readonly record struct CollectionEntry(ulong Raw)
{
    public static CollectionEntry For(ulong processor) => new(ItsTable.Valid | processor);

    public bool IsValid => (Raw & ItsTable.Valid) != 0;

    public ulong Processor => Raw.Field(15, 0);
}
