using System;
using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// What the distributor knows of every interrupt, 32 to a word. The first word, SGIs and PPIs, exists once per core;
/// a place in the arrays is that of (core, word).
/// </summary>
internal sealed class InterruptStates(int cores, int lines)
{
    public int Cores => cores;

    /// <summary>Words that one core sees.</summary>
    public int WordsPerCore => lines / 32;

    public uint[] Enabled { get; } = new uint[cores + (lines / 32) - 1];

    /// <summary>Pending by an edge or by a write; a level-sensitive line that is high adds to it.</summary>
    public uint[] Latched { get; } = new uint[cores + (lines / 32) - 1];

    public uint[] Active { get; } = new uint[cores + (lines / 32) - 1];

    /// <summary>Set: group 1.</summary>
    public uint[] Group { get; } = new uint[cores + (lines / 32) - 1];

    /// <summary>The wires as the devices drive them.</summary>
    public uint[] Line { get; } = new uint[cores + (lines / 32) - 1];

    /// <summary>Set: edge-triggered. SGIs always are.</summary>
    public uint[] Edge { get; } = new uint[cores + (lines / 32) - 1];

    /// <summary>One byte for each bit of the arrays above.</summary>
    public byte[] Priority { get; } = new byte[(cores + (lines / 32) - 1) * 32];

    public int Place(int core, int word) => word == 0 ? core : cores + word - 1;

    public int PriorityIndex(int core, int id) => (Place(core, id / 32) * 32) + (id % 32);

    public uint Pending(int place) => Latched[place] | (Line[place] & ~Edge[place]);

    public bool IsSet(uint[] states, int core, int id) => states[Place(core, id / 32)].Bit(id % 32);

    public void Set(uint[] states, int core, int id, bool value)
    {
        ref uint word = ref states[Place(core, id / 32)];
        word = value ? word | (1u << (id % 32)) : word & ~(1u << (id % 32));
    }

    public void SetLine(int core, int id, bool high)
    {
        int place = Place(core, id / 32);
        uint bit = 1u << (id % 32);
        bool was = (Line[place] & bit) != 0;
        Set(Line, core, id, high);
        if (high && !was)
        {
            Latched[place] |= bit & Edge[place];
        }
    }

    /// <summary>The most urgent interrupt for a core among those that are forwarded; the lowest ID among equals.</summary>
    public PendingInterrupt Highest(int core, IInterruptRouting routing)
    {
        PendingInterrupt best = PendingInterrupt.None;
        for (int word = 0; word < WordsPerCore; word++)
        {
            int place = Place(core, word);
            uint candidates = Pending(place) & Enabled[place] & ~Active[place];
            if (candidates == 0)
            {
                continue;
            }

            for (candidates &= routing.Forwarded(place); candidates != 0; candidates &= candidates - 1)
            {
                int bit = BitOperations.TrailingZeroCount(candidates);
                int id = (word * 32) + bit;
                int priority = Priority[(place * 32) + bit];
                if (priority < best.Priority && (word == 0 || routing.IsFor(core, id)))
                {
                    best = new PendingInterrupt(id, priority, routing.GroupOf(place, bit));
                }
            }
        }

        return best;
    }

    /// <summary>Clears everything but the wires, which belong to the devices. SGIs are edge-triggered.</summary>
    public void Reset()
    {
        foreach (uint[] states in (ReadOnlySpan<uint[]>)[Enabled, Latched, Active, Group, Edge])
        {
            Array.Clear(states);
        }

        Array.Clear(Priority);
        Edge.AsSpan(0, cores).Fill(0xffff);
    }

    public void Save(StateWriter to)
    {
        foreach (uint[] states in (ReadOnlySpan<uint[]>)[Enabled, Latched, Active, Group, Line, Edge])
        {
            to.Write(states.AsSpan());
        }

        to.Write(Priority.AsSpan());
    }

    public void Restore(StateReader from)
    {
        foreach (uint[] states in (ReadOnlySpan<uint[]>)[Enabled, Latched, Active, Group, Line, Edge])
        {
            from.ReadWords(states.AsSpan());
        }

        from.ReadBytes(Priority);
    }
}
