using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>
/// An entry of a translation completion (PCI Express Base Specification, Translation Completion Data Entry): [63:12] translated
/// address, with the size in it where S is set, [11] S, [5] Global, [4] Priv, [3] Exe, [2] U, [1] W, [0] R.
/// </summary>
internal readonly record struct CompletionEntry(ulong Raw)
{
    private const int PageShift = 12;

    /// <param name="address">Translated address.</param>
    /// <param name="shift">log2 of the naturally aligned range that it is for, 12 or more.</param>
    public static CompletionEntry Of(ulong address, int shift, bool read, bool write, bool execute, bool privileged)
    {
        // With S, the lowest clear bit from bit 12 up says how large the range is.
        ulong place = (address >> shift << shift) | (shift > PageShift ? (((1UL << (shift - 1)) - 1) & ~0xfffUL) | (1UL << 11) : 0);
        return new(place | (read ? 1UL : 0) | (write ? 2UL : 0) | (execute ? 8UL : 0) | (privileged ? 16UL : 0));
    }

    public bool Read => Raw.Bit(0);

    public bool Write => Raw.Bit(1);

    public bool Execute => Raw.Bit(3);

    public bool Privileged => Raw.Bit(4);

    /// <summary>log2 of the range.</summary>
    public int Shift => Raw.Bit(11) ? System.Numerics.BitOperations.TrailingZeroCount(~(Raw | 0xfff)) + 1 : PageShift;

    /// <summary>First translated address of the range.</summary>
    public ulong Address => Raw >> Shift << Shift;
}

/// <summary>An Invalidate Request message to the address translation cache of a function.</summary>
/// <param name="Function">Whom it is for.</param>
/// <param name="Tag">By which a late answer names it.</param>
/// <param name="Address">A multiple of the range.</param>
/// <param name="Shift">log2 of the range, 12 to 64.</param>
/// <param name="Global">With a prefix: entries of every PASID.</param>
internal readonly record struct CacheInvalidation(RequesterId Function, uint Tag, PasidPrefix Prefix, ulong Address, int Shift, bool Global)
{
    /// <summary>Some of a range of addresses is meant.</summary>
    public bool Meets(ulong address, int shift) => Shift >= 64 || address >> System.Math.Max(shift, Shift) == Address >> System.Math.Max(shift, Shift);
}

/// <summary>What comes of an Invalidate Request.</summary>
internal enum InvalidationAnswer : byte
{
    /// <summary>The entries are gone.</summary>
    Done,

    /// <summary>The function will say so later.</summary>
    Later,

    /// <summary>The function has no such cache: Unsupported Request.</summary>
    Unsupported,

    /// <summary>Nobody answers.</summary>
    None,
}

/// <summary>A Page Request message (PCI Express Base Specification, Page Request Message).</summary>
/// <param name="Address">A multiple of 4096.</param>
/// <param name="Group">Page Request Group Index, 9 bits.</param>
internal readonly record struct PageRequest(RequesterId Requester, PasidPrefix Prefix, ulong Address, int Group, bool Read, bool Write, bool Last)
{
    /// <summary>A marker that says that a PASID is no longer used; it has no answer.</summary>
    public bool IsStopMarker => Prefix.IsPresent && Last && !Write && !Read;
}

/// <summary>ResponseCode of a PRG Response message.</summary>
internal enum PageResponseCode : byte
{
    Success = 0b0000,
    InvalidRequest = 0b0001,
    Failure = 0b1111,
}

/// <summary>A PRG Response message.</summary>
/// <param name="Function">Whom it is for.</param>
internal readonly record struct PageResponse(RequesterId Function, PasidPrefix Prefix, int Group, PageResponseCode Code);

/// <summary>A hint that addresses will be used, as a device inside the SoC may give it (IHI 0070, E_PAGE_REQUEST).</summary>
/// <param name="Address">A multiple of 4096.</param>
/// <param name="Span">Pages, 8 bits.</param>
internal readonly record struct PageHint(RequesterId Requester, PasidPrefix Prefix, ulong Address, int Span, bool Write);
