using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Smmu.Commands;

/// <summary>Does the commands of the queue in order, as far as they can be done (IHI 0070, Command queue errors, CMD_SYNC).</summary>
internal sealed class CommandQueue
{
    /// <summary>Work on commands that one access starts, in commands and pages; the rest is done a little later, so that no access takes long.</summary>
    private const int MostAtOnce = 1024;

    /// <summary>Virtual nanoseconds.</summary>
    private const ulong Pause = 1000;

    private readonly SmmuV3 _smmu;
    private readonly GuestTables _memory;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _goOn;

    [NotState("within a command")]
    private bool _running;

    [NotState("within a batch of commands")]
    private int _work;

    public CommandQueue(SmmuV3 smmu, GuestTables memory, Scheduler scheduler)
    {
        _smmu = smmu;
        _memory = memory;
        _scheduler = scheduler;
        _goOn = scheduler.Create(smmu.Name + " commands", GoOn);
    }

    /// <summary>Does the commands that wait.</summary>
    public void Run()
    {
        if (_running)
        {
            return;
        }

        _running = true;
        _work = 0;
        Span<ulong> words = stackalloc ulong[Command.Words];
        QueueRing ring = _smmu.CommandRing;
        while (_smmu.Control.CommandQueueEnable && !_smmu.Errors.IsActive(GlobalError.CmdqErr)
            && !ring.IsEmpty(_smmu.Bank[Registers.CmdqProd], _smmu.Bank[Registers.CmdqCons]))
        {
            if (_work++ >= MostAtOnce)
            {
                _goOn.Arm(_scheduler.Clock.Now + Pause);
                break;
            }

            uint index = _smmu.Bank[Registers.CmdqCons] & Registers.IndexBits;
            bool fetched = _memory.TryReadAll(ring.AddressOf(index), words);
            CommandError error = fetched ? Do(index, new Command(words[0], words[1])) : CommandError.Abort;
            if (error == CommandError.Waits)
            {
                break;
            }

            if (error != CommandError.None)
            {
                _smmu.Bank[Registers.CmdqCons] = index.WithField(30, 24, (uint)error);
                _smmu.Signals.Raise(GlobalError.CmdqErr);
                break;
            }

            _smmu.Bank[Registers.CmdqCons] = ring.Next(index);
        }

        _running = false;
    }

    /// <summary>A command has been as much work as this many others.</summary>
    public void Worked(int commands) => _work += commands;

    public void Reset() => _goOn.Disarm();

    private void GoOn()
    {
        _goOn.Disarm();
        Run();
    }

    private CommandError Do(uint index, Command command)
    {
        int structures = _smmu.Structures.Count;
        int translations = _smmu.Translations.Count;
        CommandError error = CommandRow.Find(command.Opcode)?.Do(_smmu, command) ?? CommandError.Illegal;
        if (error != CommandError.Waits)
        {
            _smmu.Log.Add(new DoneCommand(index, command, error, structures - _smmu.Structures.Count, translations - _smmu.Translations.Count));
        }

        return error;
    }
}
