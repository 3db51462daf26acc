using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug.Tracing;

/// <summary>
/// Counts what happens to the cores and tells of it. While nobody wants either, no core and no SMMU knows of it. It is the debugger's: no
/// snapshot holds it.
/// </summary>
internal sealed unsafe class MachineEvents(Boards.Machine machine, ExceptionListeners listeners) : IExceptionListener
{
    // DEN0022, Power State Coordination Interface: function IDs of SMC32 and SMC64 calling convention.
    private const uint FirstPsci = 0x8400_0000;
    private const uint PsciFunctions = 0x20;
    private const uint Wide = 0x4000_0000;

    private readonly ulong[] _counts = new ulong[Enum.GetValues<MachineCounter>().Length];
    private bool _counting;
    private Action<MachineEvent>? _observer;

    /// <summary>Told of each event, on the machine's thread; null for nobody. The core is as the event left it.</summary>
    public Action<MachineEvent>? Observer
    {
        get => _observer;
        set
        {
            _observer = value;
            Connect();
        }
    }

    /// <summary>Counts from now on.</summary>
    public void Count()
    {
        _counting = true;
        Connect();
    }

    /// <summary>What a counter has come to, for the core that asks.</summary>
    public ulong Read(MachineCounter counter)
    {
        switch (counter)
        {
            case MachineCounter.Instructions:
                ulong sum = 0;
                foreach (Core core in machine.Cores)
                {
                    sum += core.Attempted;
                }

                return sum;
            case MachineCounter.VirtualNanoseconds:
                return machine.Clock.Now;
            default:
                return _counts[(int)counter];
        }
    }

    public void Entered(Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type)
    {
        bool synchronous = type == ExceptionType.Synchronous;
        ulong syndrome = type is ExceptionType.Synchronous or ExceptionType.SError ? core.Regs.At(Sr.EsrEl1, to) : 0;
        ulong? ipa = synchronous && to == ExceptionLevel.El2 ? Stage2Abort.AddressOf(core) : null;
        bool isCall = synchronous && (ExceptionClass)syndrome.Field(31, 26) is ExceptionClass.HypervisorCall or ExceptionClass.SecureMonitorCall;
        uint function = (uint)core.State->X[0];
        bool isPsci = isCall && IsPsci(function);
        if (synchronous && from < to)
        {
            CountException(to, (ExceptionClass)syndrome.Field(31, 26), ipa is not null);
        }

        _counts[(int)MachineCounter.El2Interrupts] += to == ExceptionLevel.El2 && type is ExceptionType.Irq or ExceptionType.Fiq ? 1u : 0;
        _counts[(int)MachineCounter.PsciCalls] += isPsci ? 1u : 0;
        if (_observer is null)
        {
            return;
        }

        MachineEvent entry = At(MachineEventKind.El2Entry, core) with
        {
            From = (int)from, To = (int)to, Syndrome = syndrome, Address = core.Regs.At(Sr.ElrEl1, to), Vector = (int)type,
        };
        if (to == ExceptionLevel.El2)
        {
            _observer(entry);
        }

        if (ipa is ulong detail)
        {
            _observer(entry with { Kind = MachineEventKind.Stage2Abort, Detail = detail });
        }

        if (isPsci)
        {
            _observer(entry with { Kind = MachineEventKind.PsciCall, Detail = function });
        }
    }

    public void Returned(Core core, ExceptionLevel from)
    {
        if (from == ExceptionLevel.El2)
        {
            _observer?.Invoke(At(MachineEventKind.El2Return, core) with { From = (int)from, To = (int)core.State->El, Address = core.State->Pc });
        }
    }

    public void FirmwareCalled(Core core, bool isSmc, ulong function, ulong first, ulong result)
    {
        if (IsPsci((uint)function))
        {
            _counts[(int)MachineCounter.PsciCalls]++;
            _observer?.Invoke(At(MachineEventKind.PsciCall, core) with { From = (int)core.State->El, Address = core.State->Pc, Detail = (uint)function });
        }
    }

    public void InterruptTaken(Core core, InterruptKind kind) =>
        _counts[(int)MachineCounter.Interrupts] += kind is InterruptKind.SError or InterruptKind.VirtualSError ? 0 : 1u;

    public void Waits(Core core)
    {
        if (core.Waiting == WaitKind.Interrupt)
        {
            _counts[(int)MachineCounter.Waits]++;
            _observer?.Invoke(At(MachineEventKind.Wfi, core) with { From = (int)core.State->El, Address = core.State->Pc });
        }
    }

    private static bool IsPsci(uint function) => (function & ~Wide) - FirstPsci < PsciFunctions;

    private void CountException(ExceptionLevel to, ExceptionClass exception, bool stage2)
    {
        if (to == ExceptionLevel.El3)
        {
            _counts[(int)MachineCounter.El3Traps]++;
            return;
        }

        _counts[(int)MachineCounter.El2Traps]++;
        MachineCounter? own = exception switch
        {
            ExceptionClass.HypervisorCall => MachineCounter.El2Hvc,
            ExceptionClass.SecureMonitorCall => MachineCounter.El2Smc,
            ExceptionClass.SystemRegisterTrapped => MachineCounter.El2SystemRegisters,
            ExceptionClass.WaitTrapped => MachineCounter.El2Waits,
            ExceptionClass.FpAccessTrapped => MachineCounter.El2FloatingPoint,
            _ => stage2 ? MachineCounter.Stage2Aborts : null,
        };
        if (own is MachineCounter one)
        {
            _counts[(int)one]++;
        }
    }

    // A device's event comes in the middle of a core's access, or between two.
    private void SmmuEvent(EventRecord record)
    {
        _counts[(int)MachineCounter.SmmuEvents]++;
        _observer?.Invoke(At(MachineEventKind.SmmuEvent, machine.Cluster.Current ?? machine.Cores[0]) with
        {
            Syndrome = (ulong)record.Kind, Address = record.Input, Detail = record.Stream,
        });
    }

    private static MachineEvent At(MachineEventKind kind, Core core) =>
        new(kind, core.Configuration.Index, core.Scheduler.Clock.Now, Vmid: (int)core.Regs[Sr.VttbrEl2].Field(55, 48));

    private void Connect()
    {
        bool wanted = _counting || _observer is not null;
        listeners.Set(this, wanted);
        if (machine.Smmu is { } smmu)
        {
            smmu.Recorder.Observer -= SmmuEvent;
            smmu.Recorder.Observer += wanted ? SmmuEvent : null;
        }
    }
}
