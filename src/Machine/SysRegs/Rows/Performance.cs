using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>
/// Performance Monitors registers (DDI 0487, Performance Monitors registers). The cycle counter counts virtual
/// nanoseconds, one for each retired instruction; of the events, software increment counts.
/// </summary>
internal static class Performance
{
    public const int Counters = 6;

    /// <summary>The counters and, in bit 31, the cycle counter.</summary>
    private const ulong CounterBits = 0x8000_003f;

    private const ulong CycleCounter = 1UL << 31;

    // PMCR_EL0.
    private const ulong Enable = 1;
    private const ulong ResetEvents = 2;
    private const ulong ResetCycles = 4;
    private const ulong Divide = 8;
    private const ulong LongCycles = 64;
    private const ulong ControlBits = 0x79;

    /// <summary>P, U, NSK, NSU, NSH, M and evtCount.</summary>
    private const ulong TypeBits = 0xfe00_03ff;

    private const ulong FilterBits = 0xfe00_0000;
    private const ulong EventBits = 0x3ff;

    /// <summary>PMSELR_EL0.SEL for the cycle counter.</summary>
    private const ulong SelectsCycles = 31;

    // PMUSERENR_EL0.
    private const int UserEnable = 0;
    private const int UserSoftwareIncrement = 1;
    private const int UserCycleRead = 2;
    private const int UserEventRead = 3;

    public static readonly SysReg[] Rows = [.. Named, .. Events()];

    private static SysReg[] Named =>
    [
        Register("PMCR_EL0", 12, 0) with
        {
            TrapWhen = static a => Monitors(a, UserEnable, UserEnable, isControl: true),
            OnRead = static h => h.Identity.PmcrEl0 | h.Registers[Sr.PmcrEl0],
            OnWrite = WriteControl,
        },
        Mask("PMCNTENSET_EL0", 12, 1, Sr.PmcntenEl0, set: true),
        Mask("PMCNTENCLR_EL0", 12, 2, Sr.PmcntenEl0, set: false),
        Mask("PMOVSCLR_EL0", 12, 3, Sr.PmovsEl0, set: false),
        new("PMSWINC_EL0", new(3, 3, 9, 12, 4), null, ExceptionLevel.El0)
        {
            TrapWhen = static a => Monitors(a, UserSoftwareIncrement, UserSoftwareIncrement),
            OnWrite = Increment,
        },
        Register("PMSELR_EL0", 12, 5) with
        {
            Place = Sr.PmselrEl0,
            Writable = 31,
            TrapWhen = static a => Monitors(a, UserEventRead, UserEventRead),
        },
        new("PMCEID0_EL0", new(3, 3, 9, 12, 6), ExceptionLevel.El0, null)
        {
            TrapWhen = static a => Monitors(a, UserEnable, UserEnable),
            OnRead = static h => h.Identity.Pmceid0El0,
        },
        new("PMCEID1_EL0", new(3, 3, 9, 12, 7), ExceptionLevel.El0, null) { TrapWhen = static a => Monitors(a, UserEnable, UserEnable) },
        Register("PMCCNTR_EL0", 13, 0) with
        {
            TrapWhen = static a => Monitors(a, UserCycleRead, UserEnable),
            OnRead = Cycles,
            OnWrite = static (h, v) => SetCycles(h, v),
        },
        Register("PMXEVTYPER_EL0", 13, 1) with
        {
            OnRead = static h => Selected(h) == SelectsCycles ? h.Registers[Sr.PmccfiltrEl0] : ReadSelected(h, Sr.Pmevtyper0El0),
            OnWrite = WriteSelectedType,
        },
        Register("PMXEVCNTR_EL0", 13, 2) with
        {
            TrapWhen = static a => Monitors(a, UserEventRead, UserEnable),
            OnRead = static h => ReadSelected(h, Sr.Pmevcntr0El0),
            OnWrite = static (h, v) => WriteSelected(h, Sr.Pmevcntr0El0, v & El1.LowWord),
        },
        new("PMUSERENR_EL0", new(3, 3, 9, 14, 0), ExceptionLevel.El0, ExceptionLevel.El1)
        {
            Place = Sr.PmuserenrEl0,
            Writable = 15,
            TrapWhen = static a => FromHigher(a, isControl: false),
        },
        Mask("PMOVSSET_EL0", 14, 3, Sr.PmovsEl0, set: true),
        Mask("PMINTENSET_EL1", 14, 1, Sr.PmintenEl1, set: true) with
        {
            Id = new(3, 0, 9, 14, 1),
            Read = ExceptionLevel.El1,
            Write = ExceptionLevel.El1,
        },
        Mask("PMINTENCLR_EL1", 14, 2, Sr.PmintenEl1, set: false) with
        {
            Id = new(3, 0, 9, 14, 2),
            Read = ExceptionLevel.El1,
            Write = ExceptionLevel.El1,
        },
        Register("PMCCFILTR_EL0", 15, 7) with { Id = new(3, 3, 14, 15, 7), Place = Sr.PmccfiltrEl0, Writable = FilterBits },
    ];

    private static IEnumerable<SysReg> Events()
    {
        for (int n = 0; n < Counters; n++)
        {
            yield return Register($"PMEVCNTR{n}_EL0", 0, 0) with
            {
                Id = new(3, 3, 14, 8, n),
                Place = Sr.Pmevcntr0El0 + n,
                Writable = El1.LowWord,
                TrapWhen = static a => Monitors(a, UserEventRead, UserEnable),
            };
            yield return Register($"PMEVTYPER{n}_EL0", 0, 0) with
            {
                Id = new(3, 3, 14, 12, n),
                Place = Sr.Pmevtyper0El0 + n,
                Writable = TypeBits,
            };
        }
    }

    private static SysReg Register(string name, int crm, int op2) =>
        new(name, new(3, 3, 9, crm, op2), ExceptionLevel.El0, ExceptionLevel.El0)
        {
            TrapWhen = static a => Monitors(a, UserEnable, UserEnable),
        };

    /// <summary>A pair of registers of which one sets and one clears bits of the same value.</summary>
    private static SysReg Mask(string name, int crm, int op2, Sr place, bool set) =>
        Register(name, crm, op2) with
        {
            Place = place,
            OnWrite = (h, v) =>
            {
                ulong cycles = Cycles(h);
                h.Registers[place] = set ? h.Registers[place] | (v & CounterBits) : h.Registers[place] & ~v;
                SetCycles(h, cycles);
            },
        };

    private static ulong Selected(ISystemRegisterHost h) => h.Registers[Sr.PmselrEl0];

    private static ulong ReadSelected(ISystemRegisterHost h, Sr first) =>
        Selected(h) < Counters ? h.Registers[first + (int)Selected(h)] : 0;

    private static void WriteSelected(ISystemRegisterHost h, Sr first, ulong value)
    {
        if (Selected(h) < Counters)
        {
            h.Registers[first + (int)Selected(h)] = value;
        }
    }

    private static void WriteSelectedType(ISystemRegisterHost h, ulong value)
    {
        if (Selected(h) == SelectsCycles)
        {
            h.Registers[Sr.PmccfiltrEl0] = value & FilterBits;
        }
        else
        {
            WriteSelected(h, Sr.Pmevtyper0El0, value & TypeBits);
        }
    }

    private static void WriteControl(ISystemRegisterHost h, ulong value)
    {
        ulong cycles = (value & ResetCycles) != 0 ? 0 : Cycles(h);
        h.Registers[Sr.PmcrEl0] = value & ControlBits;
        SetCycles(h, cycles);
        for (int n = 0; (value & ResetEvents) != 0 && n < Counters; n++)
        {
            h.Registers[Sr.Pmevcntr0El0 + n] = 0;
        }
    }

    private static bool CountsCycles(ISystemRegisterHost h) =>
        (h.Registers[Sr.PmcrEl0] & Enable) != 0 && (h.Registers[Sr.PmcntenEl0] & CycleCounter) != 0;

    /// <summary>What the cycle counter is fed with: PMCR_EL0.D divides by 64 unless LC is set.</summary>
    private static ulong CycleSource(ISystemRegisterHost h) =>
        (h.Registers[Sr.PmcrEl0] & (Divide | LongCycles)) == Divide ? h.State.Cycles / 64 : h.State.Cycles;

    /// <summary>The stored value is the count while stopped, and the count minus its source while it runs.</summary>
    private static ulong Cycles(ISystemRegisterHost h) =>
        CountsCycles(h) ? h.Registers[Sr.PmccntrEl0] + CycleSource(h) : h.Registers[Sr.PmccntrEl0];

    private static void SetCycles(ISystemRegisterHost h, ulong value) =>
        h.Registers[Sr.PmccntrEl0] = CountsCycles(h) ? value - CycleSource(h) : value;

    /// <summary>Event 0, software increment, on the counters named by the operand.</summary>
    private static void Increment(ISystemRegisterHost h, ulong counters)
    {
        ulong enabled = (h.Registers[Sr.PmcrEl0] & Enable) != 0 ? counters & h.Registers[Sr.PmcntenEl0] : 0;
        for (int n = 0; n < Counters; n++)
        {
            if (enabled.Bit(n) && (h.Registers[Sr.Pmevtyper0El0 + n] & EventBits) == 0)
            {
                ulong next = (h.Registers[Sr.Pmevcntr0El0 + n] + 1) & El1.LowWord;
                h.Registers[Sr.Pmevcntr0El0 + n] = next;
                h.Registers[Sr.PmovsEl0] |= next == 0 ? 1UL << n : 0;
            }
        }
    }

    /// <summary>PMUSERENR_EL0 at EL0: EN, or the more special bit for this register; then the controls of EL2 and EL3.</summary>
    private static Trap Monitors(SysRegAccess a, int readBit, int writeBit, bool isControl = false)
    {
        ulong user = a.Registers[Sr.PmuserenrEl0];
        bool allowed = !a.AtEl0 || user.Bit(UserEnable) || user.Bit(a.IsWrite ? writeBit : readBit);
        return allowed ? FromHigher(a, isControl) : Trap.To(ExceptionLevel.El1);
    }

    private static Trap FromHigher(SysRegAccess a, bool isControl)
    {
        MdcrEl2 el2 = a.Registers.Read<MdcrEl2>();
        if (a.BelowEl2 && a.Host.El2Enabled && (el2.Tpm || (isControl && el2.Tpmcr)))
        {
            return Trap.To(ExceptionLevel.El2);
        }

        bool el3 = a.Host.Identity.HasEl3 && a.Level < ExceptionLevel.El3 && a.Registers.Read<MdcrEl3>().Tpm;
        return el3 ? Trap.To(ExceptionLevel.El3) : Trap.None;
    }
}
