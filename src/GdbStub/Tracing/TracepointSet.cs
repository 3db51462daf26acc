using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Tracing;

/// <summary>
/// The tracepoints that gdb has defined. Bounded, in number and in what is kept of texts. One session defines; others may look meanwhile.
/// </summary>
internal sealed class TracepointSet
{
    private const int Most = 4096;
    private const int MostText = 4 << 20;

    private readonly Lock _lock = new();
    private readonly List<Tracepoint> _all = [];
    private int _text;

    /// <summary>A copy.</summary>
    public IReadOnlyList<Tracepoint> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _all];
            }
        }
    }

    public Tracepoint? Find(int number, ulong address) => All.FirstOrDefault(t => t.Number == number && t.Address == address);

    /// <summary>Adds one, in the place of an earlier one of the same number and address.</summary>
    public BreakpointOutcome Add(Tracepoint tracepoint)
    {
        lock (_lock)
        {
            _all.RemoveAll(t => t.Number == tracepoint.Number && t.Address == tracepoint.Address);
            if (_all.Count == Most || !TryTake(tracepoint.ConditionText.Length))
            {
                return BreakpointOutcome.NoRoom;
            }

            _all.Add(tracepoint);
            return BreakpointOutcome.Done;
        }
    }

    /// <summary>Keeps a text with a tracepoint; false when too many are kept.</summary>
    public bool TryKeep(List<string> where, string text)
    {
        lock (_lock)
        {
            bool room = TryTake(text.Length);
            if (room)
            {
                where.Add(text);
            }

            return room;
        }
    }

    /// <summary>Everything as texts, made while nothing changes.</summary>
    public IReadOnlyList<string> Describe(Func<Tracepoint, IEnumerable<string>> pieces)
    {
        lock (_lock)
        {
            return [.. _all.SelectMany(pieces)];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _all.Clear();
            _text = 0;
        }
    }

    private bool TryTake(int length)
    {
        bool room = length <= MostText - _text;
        _text += room ? length : 0;
        return room;
    }
}
