using System;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>The conditions of a stop at exceptions: which guest, which addresses, which level.</summary>
internal sealed class StopLimits
{
    public const string Usage = "[vmid N] [ipa RANGE] [va RANGE] [pc RANGE] [to el1|el2|el3]";

    private Func<MachineTrap, bool> _passes = static _ => true;

    /// <summary>The level that an exception must be taken to; null for no wish.</summary>
    public int? Level { get; private set; }

    public bool Pass(MachineTrap trap) => _passes(trap);

    /// <summary>Reads words and values in pairs; false for what is none.</summary>
    public bool TryRead(ReadOnlySpan<string> words)
    {
        for (int at = 0; at < words.Length; at += 2)
        {
            if (at + 1 == words.Length || !TryRead(words[at], words[at + 1]))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRead(string word, string value)
    {
        if (word == "to")
        {
            Level = value.ToLowerInvariant() switch { "el1" => 1, "el2" => 2, "el3" => 3, _ => null };
            return Level is int level && And(t => t.To == level);
        }

        return MonitorArguments.TryRange(value, out ulong first, out ulong last) && word switch
        {
            "vmid" => first == last && And(t => t.Vmid == (int)first),
            "ipa" => And(t => t.Ipa >= first && t.Ipa <= last),
            "va" => And(t => t.FaultAddress >= first && t.FaultAddress <= last),
            "pc" => And(t => t.Pc >= first && t.Pc <= last),
            _ => false,
        };
    }

    private bool And(Func<MachineTrap, bool> condition)
    {
        Func<MachineTrap, bool> before = _passes;
        _passes = t => before(t) && condition(t);
        return true;
    }
}
