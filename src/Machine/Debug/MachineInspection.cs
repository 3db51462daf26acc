using System;
using System.Collections.Generic;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug;

/// <summary>
/// What a hypervisor's author asks about a machine, beside registers and memory. May be called from any thread; looking leaves
/// no trace in the machine.
/// </summary>
public sealed class MachineInspection
{
    /// <summary>The most exceptions that the log can keep.</summary>
    public const int MostTraps = TrapLog.MostCapacity;

    /// <summary>Exceptions that the log keeps unless told otherwise.</summary>
    public const int DefaultTraps = TrapLog.DefaultCapacity;

    private readonly MachineThread _thread;
    private readonly TrapLog _traps;

    internal MachineInspection(Boards.Machine machine, MachineThread thread)
    {
        _thread = thread;
        _traps = new TrapLog(machine);
    }

    /// <summary>The newest exceptions to EL2 and EL3, counts of all, and calls of the machine's own firmware.</summary>
    /// <param name="most">Exceptions that are wanted.</param>
    public TrapLogContent ReadTraps(int most) => Ask(() => _traps.Read(most));

    /// <summary>The newest exception of a core that the log knows, or at which the machine has stopped; null for none.</summary>
    public MachineTrap? LatestTrap(int cpu) => Ask(() => _traps.Latest(cpu));

    /// <summary>Switches the log on, empty, or off, keeping what it has.</summary>
    /// <param name="capacity">Exceptions to keep, 1 to <see cref="MostTraps"/>; null for off.</param>
    public void RecordTraps(int? capacity) => _thread.Invoke(() =>
    {
        if (capacity is int most)
        {
            _traps.TurnOn(most);
        }
        else
        {
            _traps.TurnOff();
        }
    });

    /// <summary>
    /// Makes the machine stop with <see cref="MachineStopKind.Event"/> at exceptions, at returns from them and at calls of firmware. The
    /// questions are asked on the machine's thread; the answers are the words of a stop, or null to go on.
    /// </summary>
    public void StopAtTraps(Func<MachineTrap, string?>? traps, Func<FirmwareCall, string?>? calls) => _thread.Invoke(() =>
    {
        _traps.Stops = traps;
        _traps.StopsAtCall = calls;
    });

    /// <summary>The manual's name of a system register by its encoding, or the generic name where the machine has none there.</summary>
    public static string SystemRegisterName(uint op0, uint op1, uint crn, uint crm, uint op2)
    {
        SysRegId id = new((int)op0, (int)op1, (int)crn, (int)crm, (int)op2);
        return SysRegTable.Find(id)?.Name ?? id.ToString();
    }

    /// <summary>The names that somebody may have meant who wrote one that does not exist, nearest first, as "a, b, c".</summary>
    public static string NearestNames(string wrong, IEnumerable<string> names) => Common.NearestNames.Of(wrong, names);

    private T Ask<T>(Func<T> question)
    {
        T? answer = default;
        _thread.Invoke(() => answer = question());
        return answer!;
    }
}
