using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// The fast TLBs of one core, one for each Exception level: direct-mapped by page number, in host memory that is
/// committed where it is used, in large pages: entries are met all over. Which entries are in use is known beside them, so emptying costs what was used.
/// </summary>
[NotState("kept translations")]
internal sealed unsafe class FastTlbs
{
    /// <summary>There is one for each Exception level.</summary>
    public const int Levels = 4;

    private const int Entries = CpuState.FastTlbEntries;
    private const int IndexMask = Entries - 1;
    private const int StoredToBits = 14;
    private const int Several = -1;
    private const ulong Bytes = (ulong)Levels * Entries * 16;
    private const ulong PageMask = ~(Ram.PageSize - 1);
    private const ulong TaglessBits = 0x00ff_ffff_ffff_ffff;

    private readonly FastTlbEntry* _entries;
    private readonly CpuState* _state;
    private readonly BitSet _used = new(Levels * Entries);

    // By the low bits of a host page's number: one more than the place of the entry that stores go there by, 0 if there is none, Several.
    private readonly int[] _storedBy = new int[1 << StoredToBits];

    public FastTlbs(CpuState* state)
    {
        _entries = state->FastTlbs;
        _state = state;
    }

    /// <summary>
    /// Room for all entries, empty. A tag of zero is empty already where no access can ask for page 0: everywhere but in
    /// page 0's own place, and in that of the last page, from which an access may reach over into page 0.
    /// </summary>
    public static FastTlbEntry* Allocate()
    {
        FastTlbEntry* entries = (FastTlbEntry*)HostMemory.MapLarge(Bytes, "translations");
        for (int level = 0; level < Levels; level++)
        {
            entries[level * Entries] = FastTlbEntry.Empty;
            entries[(level * Entries) + IndexMask] = FastTlbEntry.Empty;
        }

        return entries;
    }

    public static void Free(FastTlbEntry* entries) => HostMemory.Unmap(entries, Bytes);

    /// <summary>Enters a page into the TLB of an Exception level. What was allowed already for the page stays.</summary>
    /// <param name="level">The level whose accesses were found to be allowed.</param>
    /// <param name="address">A virtual address in the page.</param>
    /// <param name="host">Where that is in host memory.</param>
    /// <param name="loads">Loads may go there. Where only stores may, nothing is entered.</param>
    /// <param name="stores">Stores may go there.</param>
    public void Remember(ExceptionLevel level, ulong address, byte* host, bool loads, bool stores)
    {
        ulong page = address & PageMask;
        int place = ((int)level * Entries) + ((int)(address >> Ram.PageShift) & IndexMask);
        FastTlbEntry* entry = _entries + place;
        ulong addend = (ulong)host - address;
        bool isThere = entry->Addend == addend && entry->Page == page;
        if (!loads && !isThere)
        {
            return;
        }

        if (!isThere && _used.Contains(place))
        {
            _state->Translated.ForgetHints();
        }

        _used.Add(place);
        bool mayStore = stores || (isThere && entry->MayStore);
        *entry = new FastTlbEntry { Tag = mayStore ? page : page | FastTlbEntry.LoadsOnly, Addend = addend };
        if (stores)
        {
            ref int storedBy = ref _storedBy[StoredToNumber((ulong)host)];
            storedBy = storedBy == 0 || storedBy == place + 1 ? place + 1 : Several;
        }
    }

    public void Flush()
    {
        for (int place = _used.Next(0); place >= 0; place = _used.Next(place + 1))
        {
            FastTlbEntry* entry = _entries + place;
            if (entry->MayStore)
            {
                _storedBy[StoredToNumber(entry->Tag + entry->Addend)] = 0;
            }

            *entry = FastTlbEntry.Empty;
        }

        _used.Clear();
        _state->Translated.ForgetHints();
    }

    /// <summary>Forgets what is kept of a range, of all levels.</summary>
    public void Forget(ulong page, int shift)
    {
        if (shift == Ram.PageShift)
        {
            for (int place = (int)(page >> Ram.PageShift) & IndexMask; place < Levels * Entries; place += Entries)
            {
                ForgetWithin(place, page, shift);
            }

            return;
        }

        for (int place = _used.Next(0); place >= 0; place = _used.Next(place + 1))
        {
            ForgetWithin(place, page, shift);
        }
    }

    /// <summary>Makes stores to a page of host memory slow.</summary>
    public void ForgetStores(nint hostPage)
    {
        int storedBy = _storedBy[StoredToNumber((ulong)hostPage)];
        if (storedBy > 0)
        {
            ForgetStores(storedBy - 1, (ulong)hostPage);
        }
        else if (storedBy == Several)
        {
            for (int place = _used.Next(0); place >= 0; place = _used.Next(place + 1))
            {
                ForgetStores(place, (ulong)hostPage);
            }
        }
    }

    /// <summary>Whether an address lies in a range, tag byte or not.</summary>
    public static bool IsWithin(ulong address, ulong page, int shift) => ((address ^ page) & TaglessBits) >> shift == 0;

    private static int StoredToNumber(ulong host) => (int)(host >> Ram.PageShift) & ((1 << StoredToBits) - 1);

    private void ForgetStores(int place, ulong hostPage)
    {
        FastTlbEntry* entry = _entries + place;
        if (entry->MayStore && entry->Tag + entry->Addend == hostPage)
        {
            entry->Tag |= FastTlbEntry.LoadsOnly;
            _state->Translated.ForgetHints();
        }
    }

    private void ForgetWithin(int place, ulong page, int shift)
    {
        FastTlbEntry* entry = _entries + place;
        if (_used.Contains(place) && IsWithin(entry->Page, page, shift))
        {
            *entry = FastTlbEntry.Empty;
            _used.Remove(place);
            _state->Translated.ForgetHints();
        }
    }
}
