using System.Globalization;
using System.Text;
using System.Threading;

namespace GdbHost.GdbStub.Session;

/// <summary>
/// Text for gdb's console that gathers while the guest runs. Bounded: a peer that reads slower than the guest prints loses lines,
/// and is told how many; the guest never waits.
/// </summary>
internal sealed class PrintedText
{
    private const int Most = 64 << 10;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private int _lost;

    /// <summary>Adds a text; true if there was none yet, so that somebody must be told.</summary>
    public bool Add(string text)
    {
        lock (_lock)
        {
            bool first = _text.Length == 0 && _lost == 0;
            if (_text.Length + text.Length > Most)
            {
                _lost++;
            }
            else
            {
                _text.Append(text);
            }

            return first;
        }
    }

    /// <summary>Everything so far, which is then gone from here.</summary>
    public string Take()
    {
        lock (_lock)
        {
            if (_lost > 0)
            {
                _text.Append(CultureInfo.InvariantCulture, $"(gdbhost: {_lost} more texts were printed, faster than they were read)\n");
            }

            string text = _text.ToString();
            _text.Clear();
            _lost = 0;
            return text;
        }
    }
}
