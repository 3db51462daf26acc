using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;

namespace GdbHost.Machine.Debug.Watches;

/// <summary>
/// Watches of physical memory: whoever touches a byte of it stops the machine, behind the access, and is named. With none set no access is
/// looked at; with some, those of their pages are. It is the debugger's: no snapshot holds it.
/// </summary>
public sealed class MachineWatches : IPhysicalWatch
{
    public const int Most = 16;

    public const int LongestRange = 4096;

    private const int MostShown = 16;
    private const int NumberBytes = 8;

    private readonly Boards.Machine _machine;
    private readonly MachineThread _thread;

    // Replaced whole, on the machine's thread.
    private WatchedRange[] _ranges = [];
    private readonly Dictionary<int, string> _lastWrites = [];
    private int _lastNumber;
    private Hit? _hit;
    private object? _served;

    internal MachineWatches(Boards.Machine machine, MachineThread thread)
    {
        _machine = machine;
        _thread = thread;
    }

    public IReadOnlyList<WatchedRange> All => _ranges;

    /// <summary>Watches a range; null when there are <see cref="Most"/> already.</summary>
    /// <param name="length">1 to <see cref="LongestRange"/>.</param>
    public WatchedRange? Add(ulong start, int length, WatchedAccesses accesses)
    {
        WatchedRange? range = null;
        _thread.Invoke(() =>
        {
            if (_ranges.Length < Most)
            {
                range = new WatchedRange(++_lastNumber, start, length, accesses);
                Set([.. _ranges, range]);
            }
        });
        return range;
    }

    /// <summary>Takes one away, or all; false if there is none such.</summary>
    public bool Remove(int? number)
    {
        bool found = false;
        _thread.Invoke(() =>
        {
            WatchedRange[] left = [.. _ranges.Where(r => number is not null && r.Number != number)];
            found = left.Length < _ranges.Length;
            foreach (WatchedRange gone in _ranges.Except(left))
            {
                _lastWrites.Remove(gone.Number);
            }

            Set(left);
        });
        return found;
    }

    /// <summary>What the newest stop at a write said, by a watch that has a byte; null where none has stopped at one.</summary>
    public string? LastWrite(ulong physical)
    {
        string? words = null;
        _thread.Invoke(() => words = _ranges.Where(r => r.Overlaps(physical, 1)).Select(r => _lastWrites.GetValueOrDefault(r.Number)).LastOrDefault(static w => w is not null));
        return words;
    }

    bool IPhysicalWatch.WatchesPage(ulong physical)
    {
        ulong page = physical & ~(Ram.PageSize - 1);
        foreach (WatchedRange range in _ranges)
        {
            if (range.Overlaps(page, Ram.PageSize))
            {
                return true;
            }
        }

        return false;
    }

    void IPhysicalWatch.Accessing(in PhysicalAccess access)
    {
        WatchedAccesses kind = access.Initiator switch
        {
            Initiator.Walk => WatchedAccesses.Walks,
            Initiator.Device => access.IsWrite ? WatchedAccesses.DmaWrites : WatchedAccesses.DmaReads,
            _ => access.IsWrite ? WatchedAccesses.Stores : WatchedAccesses.Loads,
        };
        foreach (WatchedRange range in _ranges)
        {
            if ((range.Accesses & kind) != 0 && range.Overlaps(access.Address, (ulong)access.Bytes))
            {
                Note(range, in access);
                return;
            }
        }
    }

    void IPhysicalWatch.Serving(object device) => _served = device;

    private void Set(WatchedRange[] ranges)
    {
        _ranges = ranges;
        _hit = null;
        _machine.Bus.Watch = ranges.Length == 0 ? null : this;
        _machine.Cluster.Debug.ForgetPages();
    }

    /// <summary>The first access of an instruction is told; those that come with it are counted.</summary>
    private void Note(WatchedRange range, in PhysicalAccess access)
    {
        Cluster cluster = _machine.Cluster;
        if (_hit is not null && cluster.Debug.Stop == DebugStopKind.Event)
        {
            _hit.Others++;
            return;
        }

        ulong first = Math.Max(access.Address, range.Start);
        ulong last = Math.Min(access.Address + (ulong)(access.Bytes - 1), range.Last);
        int shown = (int)Math.Min(last - first + 1, MostShown);
        Hit hit = new(range, Describe(in access), first, Peek(first, shown), access.IsWrite);
        _hit = hit;
        cluster.Debug.StopFor(cluster.Current ?? cluster.Cores[0], () => Words(hit));
    }

    private string Describe(in PhysicalAccess access)
    {
        string what = access.IsWrite ? "write" : "read";
        return access.Initiator switch
        {
            Initiator.Walk => $"{(access.By as Core is Core core ? NameOf(core) : $"{access.By}, for requester {_served},")} walk stage {access.Stage} level {access.Level}",
            Initiator.Device => $"{access.By} {what} of {access.Bytes} bytes",
            _ => $"{NameOf((Core)access.By)} {what} of {access.Bytes} bytes, pc 0x{PcOf((Core)access.By):x}",
        };
    }

    private string Words(Hit hit)
    {
        byte[] now = Peek(hit.First, hit.Old.Length);
        string value = hit.Old.AsSpan().SequenceEqual(now) ? $"value {Value(now)}" : $"old {Value(hit.Old)}, new {Value(now)}";
        string others = hit.Others == 0 ? "" : $"; and {hit.Others} more accesses with it";
        string words = $"watch {hit.Range.Number}: PA 0x{hit.First:x}: {hit.By}: {value}{others}";
        if (hit.IsWrite)
        {
            _lastWrites[hit.Range.Number] = words;
        }

        return words;
    }

    private static string Value(byte[] bytes) => bytes.Length > NumberBytes
        ? Convert.ToHexStringLower(bytes)
        : "0x" + Convert.ToHexStringLower([.. bytes.Reverse()]).TrimStart('0').PadLeft(1, '0');

    private byte[] Peek(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        _machine.Bus.TryPeek(new PhysicalAddress(address), bytes);
        return bytes;
    }

    private static string NameOf(Core core) => $"cpu{core.Configuration.Index}";

    private static unsafe ulong PcOf(Core core) =>
        core.State->Current is null ? core.ProgramCounter : core.State->BlockPc + ((ulong)core.State->Current->Index << 2);

    private sealed class Hit(WatchedRange range, string by, ulong first, byte[] old, bool isWrite)
    {
        public bool IsWrite => isWrite;

        public WatchedRange Range => range;

        public string By => by;

        public ulong First => first;

        public byte[] Old => old;

        public int Others { get; set; }
    }
}
