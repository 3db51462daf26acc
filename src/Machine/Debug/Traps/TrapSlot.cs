using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Debug.Traps;

/// <summary>A place of the log, used again and again: one exception and the return from it.</summary>
internal sealed unsafe class TrapSlot
{
    private const int Registers = 31;

    private readonly ulong[] _before = new ulong[Registers];
    private readonly ulong[] _after = new ulong[Registers];
    private ulong _at;
    private int _cpu;
    private ExceptionLevel _from;
    private ExceptionLevel _to;
    private ExceptionType _type;
    private int? _vmid;
    private ulong _pc;
    private uint _state;
    private ulong _syndrome;
    private ulong? _faultAddress;
    private ulong? _ipa;
    private bool _returned;
    private ulong _returnedAt;
    private ulong _returnPc;
    private int _returnCpu;
    private uint _changed;
    private TrapRemarks _remarks;
    private bool _stage2Changed;

    /// <summary>Of the exception that it holds; 0 for none.</summary>
    public long Number { get; private set; }

    private int Class => (int)_syndrome.Field(31, 26);

    /// <summary>ELR is behind the instruction already: SVC, HVC, and SMC where it is not trapped.</summary>
    private bool IsBehindCall => (ExceptionClass)Class switch
    {
        ExceptionClass.SupervisorCall or ExceptionClass.HypervisorCall => true,
        ExceptionClass.SecureMonitorCall => _to == ExceptionLevel.El3,
        _ => false,
    };

    // A walk of stage 1 (S1PTW) reads its descriptor, whatever the instruction does.
    private AccessType Access => _syndrome.Bit(7) ? AccessType.Read
        : (ExceptionClass)Class == ExceptionClass.InstructionAbortLower ? AccessType.Fetch
        : _syndrome.Bit(6) ? AccessType.Write
        : AccessType.Read;

    public void Enter(long number, Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type)
    {
        Number = number;
        _at = core.Scheduler.Clock.Now;
        _cpu = core.Configuration.Index;
        _from = from;
        _to = to;
        _type = type;
        HcrEl2 hcr = core.System.Derived.Hcr;
        _vmid = hcr.Vm && from < ExceptionLevel.El2 ? (int)core.Regs[Sr.VttbrEl2].Field(55, 48) : null;
        _pc = core.Regs.At(Sr.ElrEl1, to);
        _state = (uint)core.Regs.At(Sr.SpsrEl1, to);
        bool hasSyndrome = type is ExceptionType.Synchronous or ExceptionType.SError;
        _syndrome = hasSyndrome ? core.Regs.At(Sr.EsrEl1, to) : 0;
        _faultAddress = type == ExceptionType.Synchronous && SetsFaultAddress(Class) ? core.Regs.At(Sr.FarEl1, to) : null;
        _ipa = type == ExceptionType.Synchronous && to == ExceptionLevel.El2 ? Stage2Abort.AddressOf(core) : null;
        new ReadOnlySpan<ulong>(core.State->X, Registers).CopyTo(_before);
        _returned = false;
        _stage2Changed = false;
    }

    public void Return(Core core)
    {
        CpuState* state = core.State;
        _returned = true;
        _returnedAt = core.Scheduler.Clock.Now;
        _returnPc = state->Pc;
        _returnCpu = core.Configuration.Index;
        new ReadOnlySpan<ulong>(state->X, Registers).CopyTo(_after);
        _changed = 0;
        _remarks = TrapRemarks.None;
        for (int n = 0; n < Registers; n++)
        {
            if (_after[n] != _before[n])
            {
                _changed |= 1u << n;
                _remarks |= _syndrome != 0 && _after[n] == _syndrome ? TrapRemarks.SyndromeInRegister : 0;
            }
        }

        if (_type == ExceptionType.Synchronous && _returnPc == _pc && !IsBehindCall)
        {
            _stage2Changed = _ipa is ulong ipa && AnswersOtherwise(core.TranslationView.LookStage2(ipa, Access, trace: null).Fault);
            _remarks |= _changed == 0 && state->Spsr == _state && !_stage2Changed ? TrapRemarks.NothingChanged : 0;
            _remarks |= IsEmulatedRead() ? TrapRemarks.NotAdvanced : 0;
        }
    }

    public MachineTrap Copy() => new(
        Number,
        _at,
        _cpu,
        (int)_from,
        (int)_to,
        (MachineTrapKind)_type,
        _vmid,
        _pc,
        _syndrome,
        _faultAddress,
        _ipa,
        [.. _before],
        _returned ? new MachineTrapReturn(_returnedAt, _returnPc, _returnCpu, _changed, [.. _after], _remarks, _stage2Changed) : null);

    // EL2 may also go level by level: then the next fault is another one.
    private bool AnswersOtherwise(Fault now) => !now.Happened || now.ToStatusCode() != (int)_syndrome.Field(5, 0);

    private static bool SetsFaultAddress(int ec) => (ExceptionClass)ec is ExceptionClass.DataAbort or ExceptionClass.DataAbortLower
        or ExceptionClass.InstructionAbort or ExceptionClass.InstructionAbortLower or ExceptionClass.PcAlignment
        or ExceptionClass.Watchpoint or ExceptionClass.WatchpointLower;

    /// <summary>The register that a load or an MRS would have set has changed.</summary>
    private bool IsEmulatedRead()
    {
        int target = (ExceptionClass)Class switch
        {
            ExceptionClass.DataAbortLower when _syndrome.Bit(24) && !_syndrome.Bit(6) => (int)_syndrome.Field(20, 16),
            ExceptionClass.SystemRegisterTrapped when _syndrome.Bit(0) => (int)_syndrome.Field(9, 5),
            _ => Registers,
        };
        return target < Registers && _changed.Bit(target);
    }
}
