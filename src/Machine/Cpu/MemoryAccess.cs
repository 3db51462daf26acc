using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// Loads and stores that the engine's fast TLB could not serve: translates, checks, reaches devices, and teaches the
/// fast TLB what was ordinary memory after all.
/// </summary>
[NotState("one access, within an instruction")]
internal sealed unsafe class MemoryAccess(Core core, BlockCache blocks)
{
    /// <summary>
    /// The pointer that stands for a store which must be delivered by <see cref="StoreDeferred"/>: to a device, or
    /// across a page border. No host address is this small.
    /// </summary>
    public const ulong Deferred = 1;

    private const ulong PageSize = Ram.PageSize;
    private const ulong PageMask = ~(PageSize - 1);

    private readonly CpuState* _state = core.State;

    /// <summary>Where a deferred store goes: two parts when it crosses pages.</summary>
    private Target _first;
    private Target _second;
    private int _firstBytes;

    /// <summary>What a device has answered before the load, or null.</summary>
    private BusResult? _answer;

    /// <summary>Size of the elements that a big-endian store reverses; 1 for little-endian ones.</summary>
    private int _elementBytes = 1;

    /// <summary>Pages of devices that have been reached.</summary>
    public DeviceTlb Devices { get; } = new();

    /// <summary>A device has been asked already for what the next load wants: its value is in <see cref="CpuState.Scratch"/>.</summary>
    public void Answered(BusResult result) => _answer = result;

    /// <summary>The fault that made the last pointer bad.</summary>
    public PendingFault Fault { get; private set; }

    /// <summary>Gives a host pointer from which <paramref name="bytes"/> can be loaded, or null with <see cref="Fault"/> set.</summary>
    public byte* PrepareRead(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind)
    {
        core.SynchronizeClock(in i);

        // One aligned register of a device that has been reached before: what is below comes to the same.
        BusResult result;
        if (TakeAnswer(out result) || (bytes == alignment && bytes <= sizeof(ulong) && TryReadDevice(address, bytes, LevelOf(kind), out result)))
        {
            return result == BusResult.Ok || Fail(new Fault(FaultKind.ExternalAbort, 0, false, false), address, AccessType.Read, i.Word)
                ? (byte*)_state->Scratch
                : null;
        }

        if (!Find(address, bytes, alignment, AccessType.Read, kind, i.Word, out Target target))
        {
            return null;
        }

        int here = (int)Math.Min((ulong)bytes, PageSize - (address & ~PageMask));
        if (here == bytes && target.Host is not null && !_state->BigEndian)
        {
            return target.Host;
        }

        byte* scratch = (byte*)_state->Scratch;
        if (!ReadInto(scratch, here, alignment, target, address, i.Word))
        {
            return null;
        }

        if (here < bytes)
        {
            ulong next = address + (ulong)here;
            if (!Find(next, bytes - here, 1, AccessType.Read, kind, i.Word, out target)
                || !ReadInto(scratch + here, bytes - here, 1, target, next, i.Word))
            {
                return null;
            }
        }

        if (_state->BigEndian)
        {
            ReverseElements(new Span<byte>(scratch, bytes), ElementBytes(bytes, alignment, kind, i.Word));
        }

        return scratch;
    }

    /// <summary>Reads one aligned register of a device that has been reached before into <see cref="CpuState.Scratch"/>.</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="bytes">1, 2, 4 or 8.</param>
    /// <param name="level">The Exception level whose permissions count.</param>
    /// <param name="result">What the device answered.</param>
    /// <returns>False if the address leads to no such device.</returns>
    public bool TryReadDevice(ulong address, int bytes, ExceptionLevel level, out BusResult result)
    {
        if ((address & (ulong)(bytes - 1)) == 0 && !_state->BigEndian
            && Devices.Find(address, AccessType.Read, level, out ulong offset, out bool nonSecure) is { } device)
        {
            result = core.Bus.ReadDevice(device, offset, bytes, nonSecure, out *_state->Scratch);
            return true;
        }

        result = default;
        return false;
    }

    /// <summary>
    /// Finds memory for the load of an aligned element, as <see cref="PrepareRead"/> does. Where it fails nothing has happened that asking
    /// again would not do.
    /// </summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="bytes">1, 2, 4 or 8.</param>
    /// <param name="word">The load.</param>
    /// <param name="host">Where the element is.</param>
    public bool TryFindMemory(ulong address, int bytes, uint word, out byte* host)
    {
        host = null;
        if (_state->BigEndian || core.Bus.Watch is not null || (address & (ulong)(bytes - 1)) != 0)
        {
            return false;
        }

        bool found = Find(address, bytes, bytes, AccessType.Read, MemoryKind.Ordinary, word, out Target target);
        host = target.Host;
        return found && host is not null;
    }

    /// <summary>
    /// Gives a host pointer to which <paramref name="bytes"/> can be stored, <see cref="Deferred"/>, or null with
    /// <see cref="Fault"/> set.
    /// </summary>
    public byte* PrepareWrite(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind)
    {
        core.SynchronizeClock(in i);
        if (!Find(address, bytes, alignment, AccessType.Write, kind, i.Word, out _first))
        {
            return null;
        }

        _elementBytes = _state->BigEndian ? ElementBytes(bytes, alignment, kind, i.Word) : 1;
        _firstBytes = (int)Math.Min((ulong)bytes, PageSize - (address & ~PageMask));
        if (_firstBytes == bytes)
        {
            return _first.Host is not null && !_state->BigEndian ? _first.Host : (byte*)Deferred;
        }

        return Find(address + (ulong)_firstBytes, bytes - _firstBytes, 1, AccessType.Write, kind, i.Word, out _second)
            ? (byte*)Deferred
            : null;
    }

    /// <summary>Delivers one element of a store whose pointer was <see cref="Deferred"/>.</summary>
    public void StoreDeferred(int offset, int bytes, ulong value)
    {
        ReverseElements(new Span<byte>(&value, bytes), Math.Min(_elementBytes, bytes));

        // A 16-byte element comes as two halves, which change places.
        Scatter(_elementBytes > bytes ? offset ^ bytes : offset, bytes, value);
    }

    /// <summary>Lets loads be fast in a page that a cache instruction has named and that may be loaded from.</summary>
    public void Learn(ulong address, in Translation t)
    {
        BusRegion? region = core.Bus.Find(new PhysicalAddress(t.Physical), t.NonSecure);
        if (region?.Ram is not null && region.IsMemoryFor(isWrite: false) && !_state->BigEndian)
        {
            Remember(address, region.Ram.Host + (t.Physical - region.Start), t, AccessType.Read, region, _state->El);
        }
    }

    private bool TakeAnswer(out BusResult result)
    {
        bool answered = _answer.HasValue;
        result = _answer.GetValueOrDefault();
        _answer = null;
        return answered;
    }

    private void Scatter(int offset, int bytes, ulong value)
    {
        if (offset + bytes <= _firstBytes)
        {
            Deliver(_first, offset, bytes, value);
        }
        else if (offset >= _firstBytes)
        {
            Deliver(_second, offset - _firstBytes, bytes, value);
        }
        else
        {
            for (int k = 0; k < bytes; k++)
            {
                Scatter(offset + k, 1, (byte)(value >> (8 * k)));
            }
        }
    }

    /// <summary>The unit whose bytes big-endian data reverses: what is aligned as one, or half of an exclusive pair.</summary>
    private static int ElementBytes(int bytes, int alignment, MemoryKind kind, uint word)
    {
        const int PairBit = 21;
        return kind == MemoryKind.Ordered && word.Bit(PairBit) ? bytes / 2 : Math.Min(alignment, bytes);
    }

    private static void ReverseElements(Span<byte> data, int elementBytes)
    {
        for (int at = 0; elementBytes > 1 && at < data.Length; at += elementBytes)
        {
            data.Slice(at, elementBytes).Reverse();
        }
    }

    private void Deliver(in Target target, int offset, int bytes, ulong value)
    {
        if (target.Host is not null)
        {
            new ReadOnlySpan<byte>(&value, bytes).CopyTo(new Span<byte>(target.Host + offset, bytes));
            return;
        }

        // IMPLEMENTATION DEFINED: the A53 reports an error answer to a store asynchronously (SError); devices of this
        // machine that refuse a store say so in their trace, and the core goes on.
        _ = core.Bus.WriteDevice(target.Device!, target.Offset + (ulong)offset, bytes, target.NonSecure, value);
    }

    /// <summary>The Exception level whose permissions count.</summary>
    private ExceptionLevel LevelOf(MemoryKind kind) =>
        kind == MemoryKind.Unprivileged && _state->El == ExceptionLevel.El1 ? ExceptionLevel.El0 : _state->El;

    private bool Find(ulong address, int bytes, int alignment, AccessType type, MemoryKind kind, uint word, out Target target)
    {
        target = default;
        ExceptionLevel level = LevelOf(kind);
        bool misaligned = (address & (ulong)(alignment - 1)) != 0;
        if (misaligned && (kind == MemoryKind.Ordered || _state->AlignmentCheck != 0))
        {
            return Fail(new Fault(FaultKind.Alignment, 0, false, false), address, type, word);
        }

        bool inOnePage = (address & ~PageMask) + (ulong)bytes <= PageSize;
        if (!misaligned && inOnePage && Devices.Find(address, type, level, out ulong within, out bool nonSecure) is { } known)
        {
            target = new Target { Device = known, Offset = within, NonSecure = nonSecure };
            return true;
        }

        Translation t = core.Translation.Translate(address, type, level);
        if (t.Fault.Happened)
        {
            return Fail(t.Fault, address, type, word);
        }

        if (misaligned && t.Attributes.IsDevice)
        {
            return Fail(new Fault(FaultKind.Alignment, 0, false, false), address, type, word);
        }

        if (core.Debugger.Watches(core, address, bytes, type))
        {
            return Fail(new Fault(FaultKind.Watchpoint, 0, false, false), address, type, word);
        }

        if (core.System.Debug.Watch(address, bytes, type, level))
        {
            return Fail(new Fault(FaultKind.GuestWatchpoint, 0, false, false), address, type, word);
        }

        if (core.Bus.Watch is IPhysicalWatch watch)
        {
            int here = (int)Math.Min((ulong)bytes, PageSize - (address & ~PageMask));
            watch.Accessing(new PhysicalAccess(Initiator.Core, core, t.Physical, here, type == AccessType.Write));
        }

        BusRegion? region = core.Bus.Find(new PhysicalAddress(t.Physical), t.NonSecure);
        bool isMemory = region is not null && region.IsMemoryFor(type == AccessType.Write);
        if (region is null || (!isMemory && region.Device is null))
        {
            return Fail(new Fault(FaultKind.ExternalAbort, 0, false, false), address, type, word);
        }

        ulong offset = t.Physical - region.Start;
        if (!isMemory)
        {
            target = new Target { Device = region, Offset = offset, NonSecure = t.NonSecure };
            if (region.Ram is null && region.IsWholePages && !IsWatched(address, t.Physical))
            {
                Devices.Remember(address, type, level, new DevicePlace(region, offset, t.NonSecure));
            }

            return true;
        }

        target = new Target { Host = region.Ram!.Host + offset };
        if (type == AccessType.Write)
        {
            MarkWritten(region.Ram, offset);
        }

        if (!_state->BigEndian && (kind != MemoryKind.Unprivileged || !_state->UnprivilegedDiffers))
        {
            Remember(address, target.Host, in t, type, region, level);
        }

        return true;
    }

    private void MarkWritten(Ram ram, ulong offset)
    {
        ulong page = offset >> Ram.PageShift;
        ram.Pages[page] |= (byte)PageFlags.Written;
        if ((ram.Pages[page] & (byte)PageFlags.HasCode) != 0)
        {
            blocks.Invalidate(ram, page);

            // The rest of the running block may be what is stored to.
            core.RequestAttention();
        }
    }

    /// <summary>
    /// Enters a page into the fast TLB, for loads, stores or both: what this access may do, and what the other kind would
    /// be allowed with no effect but on memory.
    /// </summary>
    private void Remember(ulong address, byte* host, in Translation t, AccessType type, BusRegion region, ExceptionLevel level)
    {
        bool isChecked = t.Attributes.IsDevice || _state->AlignmentCheck != 0;
        if (IsWatched(address, t.Physical) || (isChecked && !_state->StrictAlignment))
        {
            // Engines check alignment by the state, not by the page.
            return;
        }

        bool unprivileged = level == ExceptionLevel.El0;
        byte flags = region.Ram!.Pages[(t.Physical - region.Start) >> Ram.PageShift];
        bool loads = type == AccessType.Read
            || ((t.Permissions & PermissionRules.Needed(AccessType.Read, unprivileged)) != 0 && region.IsMemoryFor(isWrite: false));
        bool stores = (flags & (byte)(PageFlags.Written | PageFlags.HasCode)) == (byte)PageFlags.Written
            && (t.Permissions & PermissionRules.Needed(AccessType.Write, unprivileged)) != 0
            && region.IsMemoryFor(isWrite: true);
        core.Pages.Remember(level, address, host, loads, stores);
    }

    /// <summary>Something in the address's page is watched: each access must be asked for.</summary>
    private bool IsWatched(ulong address, ulong physical) =>
        core.Debugger.WatchesPage(core, address & PageMask) || core.System.Debug.WatchPage(address) || core.Bus.Watch?.WatchesPage(physical) == true;

    private bool ReadInto(byte* into, int bytes, int alignment, in Target target, ulong address, uint word)
    {
        if (target.Host is not null)
        {
            new ReadOnlySpan<byte>(target.Host, bytes).CopyTo(new Span<byte>(into, bytes));
            return true;
        }

        int element = Math.Min(Math.Min(alignment, 8), bytes);
        for (int done = 0; done < bytes; done += element)
        {
            BusResult result = core.Bus.ReadDevice(target.Device!, target.Offset + (ulong)done, element, target.NonSecure, out ulong value);
            if (result != BusResult.Ok)
            {
                return Fail(new Fault(FaultKind.ExternalAbort, 0, false, false), address, AccessType.Read, word);
            }

            new ReadOnlySpan<byte>(&value, element).CopyTo(new Span<byte>(into + done, element));
        }

        return true;
    }

    private bool Fail(in Fault fault, ulong address, AccessType type, uint word)
    {
        Fault = new PendingFault(fault, address, type, word);
        return false;
    }

    /// <summary>Where an access goes: host memory, or a device and the offset in it.</summary>
    private struct Target
    {
        public byte* Host;
        public BusRegion? Device;
        public ulong Offset;
        public bool NonSecure;
    }
}

/// <summary>A fault as the engine leaves it for exception entry: with address, direction and the instruction's word for the syndrome.</summary>
internal readonly record struct PendingFault(Fault Fault, ulong Address, AccessType Type, uint Word);
