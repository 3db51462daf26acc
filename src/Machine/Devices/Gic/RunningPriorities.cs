using System;
using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The group priorities that are active at a CPU interface, one bit for each that can preempt (IHI 0048, GICC_APRn;
/// IHI 0069, ICC_AP0Rn_EL1 and ICC_AP1Rn_EL1). The lowest bit is the most urgent.
/// </summary>
/// <param name="minimumBinaryPoint">0 with all eight bits of priority, 2 with five.</param>
/// <param name="groups">Sets of registers that are kept apart.</param>
internal sealed class RunningPriorities(int minimumBinaryPoint, int groups)
{
    /// <summary>Less urgent than every priority: nothing is active.</summary>
    public const int Idle = 256;

    private readonly int _words = 4 >> minimumBinaryPoint;
    private readonly uint[] _bits = new uint[groups * (4 >> minimumBinaryPoint)];

    /// <summary>The most urgent active group priority, or <see cref="Idle"/>.</summary>
    public int Running => MostUrgent(out _);

    /// <summary>One register: a set's word, or zero where there is none.</summary>
    public uint Read(int group, int word) => word < _words && group < groups ? _bits[(group * _words) + word] : 0;

    public void Write(int group, int word, uint value)
    {
        if (word < _words && group < groups)
        {
            _bits[(group * _words) + word] = value;
        }
    }

    /// <summary>The set with the most urgent active priority, the lowest among equals; -1 if nothing is active.</summary>
    public int MostUrgentGroup() => MostUrgent(out int group) == Idle ? -1 : group;

    public void Raise(int group, int groupPriority)
    {
        int level = groupPriority >> (minimumBinaryPoint + 1);
        _bits[(group * _words) + (level / 32)] |= 1u << (level % 32);
    }

    /// <summary>Clears the most urgent priority of one set.</summary>
    public void Drop(int group)
    {
        foreach (ref uint active in _bits.AsSpan(group * _words, _words))
        {
            if (active != 0)
            {
                active &= active - 1;
                return;
            }
        }
    }

    public void Reset() => Array.Clear(_bits);

    public void Save(StateWriter to) => to.Write(_bits.AsSpan());

    public void Restore(StateReader from) => from.ReadWords(_bits.AsSpan());

    private int MostUrgent(out int group)
    {
        int running = Idle;
        group = 0;
        for (int at = _bits.Length - 1; at >= 0; at--)
        {
            int priority = _bits[at] == 0
                ? Idle
                : ((at % _words * 32) + BitOperations.TrailingZeroCount(_bits[at])) << (minimumBinaryPoint + 1);
            if (priority <= running)
            {
                running = priority;
                group = at / _words;
            }
        }

        return running;
    }
}
