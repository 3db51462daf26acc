using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// How far the cores are with their turns: in a round each core runs once over the same span of virtual time. It is
/// state, so that a run that is cut, stopped or saved anywhere goes on as the run that was not.
/// </summary>
internal sealed class Rounds
{
    /// <summary>A round is under way.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Virtual nanoseconds at which every turn of the round begins.</summary>
    public ulong Start { get; private set; }

    /// <summary>Virtual nanoseconds at which every turn of the round ends.</summary>
    public ulong End { get; private set; }

    /// <summary>The core whose turn it is.</summary>
    public int Turn { get; private set; }

    public void Open(ulong start, ulong end, int turn)
    {
        IsOpen = true;
        Start = start;
        End = end;
        Turn = turn;
    }

    public void Next() => Turn++;

    public void Close()
    {
        IsOpen = false;
        Start = 0;
        End = 0;
        Turn = 0;
    }

    /// <summary>The moment that no core has passed yet.</summary>
    /// <param name="now">Where the core whose turn it is has come to.</param>
    public ulong Latest(ulong now) => IsOpen && Turn > 0 && End > now ? End : now;

    public void Save(StateWriter to)
    {
        to.Write(IsOpen);
        to.Write(Start);
        to.Write(End);
        to.Write(Turn);
    }

    public void Restore(StateReader from, int cores)
    {
        IsOpen = from.ReadBool();
        Start = from.ReadUInt64();
        End = from.ReadUInt64();
        Turn = from.ReadBelow(cores, "the turn of core");
    }
}
