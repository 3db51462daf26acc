using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace GdbHost.GdbStub.Tracing;

/// <summary>One trace state variable of gdb's.</summary>
internal sealed class TraceVariable(string name, ulong initial)
{
    private ulong _value = initial;

    public string Name { get; } = name;

    public ulong Initial { get; } = initial;

    public ulong Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }
}

/// <summary>
/// Trace state variables (GDB manual, Trace State Variables): first, from number 1 on, those that the machine keeps, then those that gdb
/// defines. Expressions of breakpoints and tracepoints read them on the machine's thread.
/// </summary>
internal sealed class TraceVariables(ITraceSource source)
{
    private const int Most = 1024;
    private const int LongestName = 256;

    // Replaced whole.
    private volatile Dictionary<int, TraceVariable> _defined = [];
    private bool _counts;

    /// <summary>By number: its initial value, whether it is the machine's, and its name.</summary>
    public IEnumerable<(int Number, ulong Initial, bool IsMachines, string Name)> All =>
    [
        .. source.Counters.Select(static (c, place) => (place + 1, 0UL, true, c.Name)),
        .. _defined.OrderBy(static d => d.Key).Select(static d => (d.Key, d.Value.Initial, false, d.Value.Name)),
    ];

    /// <summary>A debugger wants to know: from now on the machine counts.</summary>
    public void Offer()
    {
        if (!_counts)
        {
            _counts = true;
            source.Count();
        }
    }

    /// <summary>Defines a variable or gives it its initial value again; false where the number is the machine's, or there are too many.</summary>
    public bool TryDefine(int number, ulong value, string name)
    {
        if (number <= source.Counters.Count)
        {
            // gdb sends our own back to us.
            return number > 0 && source.Counters[number - 1].Name == name;
        }

        if (name.Length > LongestName || (_defined.Count == Most && !_defined.ContainsKey(number)))
        {
            return false;
        }

        _defined = new Dictionary<int, TraceVariable>(_defined) { [number] = new TraceVariable(name, value) };
        return true;
    }

    public void Clear() => _defined = [];

    /// <summary>For any thread but the machine's.</summary>
    public bool TryRead(int number, out ulong value)
    {
        bool isMachines = IsMachines(number);
        value = isMachines ? source.ReadCounter(number - 1) : 0;
        return isMachines || TryReadDefined(number, out value);
    }

    /// <summary>For the machine's thread.</summary>
    public bool TryReadNow(int number, out ulong value)
    {
        bool isMachines = IsMachines(number);
        value = isMachines ? source.ReadCounterNow(number - 1) : 0;
        return isMachines || TryReadDefined(number, out value);
    }

    public bool TryWrite(int number, ulong value)
    {
        bool there = _defined.TryGetValue(number, out TraceVariable? variable);
        if (there)
        {
            variable!.Value = value;
        }

        return there;
    }

    private bool IsMachines(int number) => number >= 1 && number <= source.Counters.Count;

    private bool TryReadDefined(int number, out ulong value)
    {
        bool there = _defined.TryGetValue(number, out TraceVariable? variable);
        value = variable?.Value ?? 0;
        return there;
    }
}
