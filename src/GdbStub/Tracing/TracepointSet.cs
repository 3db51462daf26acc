using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Tracing;

/// <summary>The tracepoints that gdb has defined. Bounded, in number and in what is kept of texts.</summary>
internal sealed class TracepointSet
{
    private const int Most = 4096;
    private const int MostText = 4 << 20;

    private readonly List<Tracepoint> _all = [];
    private int _text;

    public IReadOnlyList<Tracepoint> All => _all;

    public Tracepoint? Find(int number, ulong address) => _all.FirstOrDefault(t => t.Number == number && t.Address == address);

    /// <summary>Adds one, in the place of an earlier one of the same number and address.</summary>
    public BreakpointOutcome Add(Tracepoint tracepoint)
    {
        if (Find(tracepoint.Number, tracepoint.Address) is Tracepoint old)
        {
            _all.Remove(old);
        }

        if (_all.Count == Most || !TryKeep(tracepoint.ConditionText.Length))
        {
            return BreakpointOutcome.NoRoom;
        }

        _all.Add(tracepoint);
        return BreakpointOutcome.Done;
    }

    /// <summary>Keeps a text with a tracepoint; false when too many are kept.</summary>
    public bool TryKeep(List<string> where, string text)
    {
        bool room = TryKeep(text.Length);
        if (room)
        {
            where.Add(text);
        }

        return room;
    }

    public void Clear()
    {
        _all.Clear();
        _text = 0;
    }

    private bool TryKeep(int length)
    {
        bool room = length <= MostText - _text;
        _text += room ? length : 0;
        return room;
    }
}
