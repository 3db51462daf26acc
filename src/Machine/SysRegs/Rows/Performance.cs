using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>
/// Performance Monitors registers (DDI 0487, Performance Monitors registers). What counts, and when, is the business of
/// <see cref="IPerformanceMonitors"/>.
/// </summary>
internal static class Performance
{
    public const int Counters = 6;

    /// <summary>The counters and, in bit 31, the cycle counter.</summary>
    private const ulong CounterBits = 0x8000_003f;

    private const ulong CycleCounterBit = 1UL << IPerformanceMonitors.CycleCounter;

    /// <summary>PMCR_EL0.N.</summary>
    private const int NumberHigh = 15;

    private const int NumberLow = 11;

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
            Place = Sr.PmcrEl0,
            OnRead = static h => (h.Identity.PmcrEl0 | h.Registers[Sr.PmcrEl0]).WithField(NumberHigh, NumberLow, Accessible(h)),
            OnWrite = WriteControl,
        },
        Mask("PMCNTENSET_EL0", 12, 1, Sr.PmcntenEl0, set: true),
        Mask("PMCNTENCLR_EL0", 12, 2, Sr.PmcntenEl0, set: false),
        Mask("PMOVSCLR_EL0", 12, 3, Sr.PmovsEl0, set: false) with { OnRead = ReadOverflows },
        new("PMSWINC_EL0", new(3, 3, 9, 12, 4), null, ExceptionLevel.El0)
        {
            TrapWhen = static a => Monitors(a, UserSoftwareIncrement, UserSoftwareIncrement),
            OnWrite = static (h, v) => Change(h, () => h.Performance.Count(PerformanceEvent.SoftwareIncrement, v & Usable(h))),
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
            OnRead = static h => CommonEvents(0),
        },
        new("PMCEID1_EL0", new(3, 3, 9, 12, 7), ExceptionLevel.El0, null)
        {
            TrapWhen = static a => Monitors(a, UserEnable, UserEnable),
            OnRead = static h => CommonEvents(32),
        },
        Register("PMCCNTR_EL0", 13, 0) with
        {
            Place = Sr.PmccntrEl0,
            TrapWhen = static a => Monitors(a, UserCycleRead, UserEnable),
            OnRead = static h => h.Performance.Read(IPerformanceMonitors.CycleCounter),
            OnWrite = static (h, v) => Change(h, () => h.Registers[Sr.PmccntrEl0] = v),
        },
        Register("PMXEVTYPER_EL0", 13, 1) with
        {
            OnRead = static h => IsUsable(h, Selected(h)) ? h.Registers[TypePlace(Selected(h))] : 0,
            OnWrite = static (h, v) => WriteType(h, Selected(h), v),
        },
        Register("PMXEVCNTR_EL0", 13, 2) with
        {
            TrapWhen = static a => Monitors(a, UserEventRead, UserEnable),
            OnRead = static h => ReadEvents(h, Selected(h)),
            OnWrite = static (h, v) => WriteEvents(h, Selected(h), v),
        },
        new("PMUSERENR_EL0", new(3, 3, 9, 14, 0), ExceptionLevel.El0, ExceptionLevel.El1)
        {
            Place = Sr.PmuserenrEl0,
            Writable = 15,
            TrapWhen = static a => FromHigher(a, isControl: false),
        },
        Mask("PMOVSSET_EL0", 14, 3, Sr.PmovsEl0, set: true) with { OnRead = ReadOverflows },
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
        Register("PMCCFILTR_EL0", 15, 7) with
        {
            Id = new(3, 3, 14, 15, 7),
            Place = Sr.PmccfiltrEl0,
            OnWrite = static (h, v) => WriteType(h, IPerformanceMonitors.CycleCounter, v),
        },
    ];

    /// <summary>The bits of the event counters below a number.</summary>
    public static ulong EventCountersBelow(ulong number) => (1UL << (int)Math.Min(number, Counters)) - 1;

    private static IEnumerable<SysReg> Events()
    {
        for (int each = 0; each < Counters; each++)
        {
            int n = each;
            yield return Register($"PMEVCNTR{n}_EL0", 0, 0) with
            {
                Id = new(3, 3, 14, 8, n),
                Place = Sr.Pmevcntr0El0 + n,
                TrapWhen = static a => Monitors(a, UserEventRead, UserEnable),
                OnRead = h => ReadEvents(h, n),
                OnWrite = (h, v) => WriteEvents(h, n, v),
            };
            yield return Register($"PMEVTYPER{n}_EL0", 0, 0) with
            {
                Id = new(3, 3, 14, 12, n),
                Place = Sr.Pmevtyper0El0 + n,
                OnRead = h => IsUsable(h, n) ? h.Registers[TypePlace(n)] : 0,
                OnWrite = (h, v) => WriteType(h, n, v),
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
            OnRead = h => h.Registers[place] & Usable(h),
            OnWrite = (h, v) => Change(h, () =>
            {
                ulong bits = v & Usable(h);
                h.Registers[place] = set ? h.Registers[place] | bits : h.Registers[place] & ~bits;
            }),
        };

    /// <summary>Brings the counters up to date, changes something, and goes on under the new conditions.</summary>
    private static void Change(ISystemRegisterHost h, Action change)
    {
        h.Performance.Settle();
        change();
        h.Performance.Changed();
    }

    /// <summary>Event counters that the present level has: MDCR_EL2.HPMN keeps the rest for EL2 (and EL3).</summary>
    private static ulong Accessible(ISystemRegisterHost h) =>
        h.State.Level < ExceptionLevel.El2 && h.El2Enabled ? Math.Min(h.Registers.Read<MdcrEl2>().Hpmn, Counters) : Counters;

    /// <summary>Bits of the counters that the present level has.</summary>
    private static ulong Usable(ISystemRegisterHost h) => CycleCounterBit | EventCountersBelow(Accessible(h));

    /// <summary>
    /// A counter that the present level has. Accesses to others are CONSTRAINED UNPREDICTABLE: here they read as zero and
    /// writes are ignored.
    /// </summary>
    private static bool IsUsable(ISystemRegisterHost h, int counter) => (Usable(h) & CounterBits).Bit(counter);

    private static int Selected(ISystemRegisterHost h) => (int)h.Registers[Sr.PmselrEl0];

    private static Sr TypePlace(int counter) =>
        counter == IPerformanceMonitors.CycleCounter ? Sr.PmccfiltrEl0 : Sr.Pmevtyper0El0 + counter;

    private static void WriteType(ISystemRegisterHost h, int counter, ulong value)
    {
        if (IsUsable(h, counter))
        {
            ulong bits = counter == IPerformanceMonitors.CycleCounter ? EventType.FilterBits : EventType.Writable;
            ulong existing = EventType.Existing(h.Identity.HasEl2, h.Identity.HasEl3);
            Change(h, () => h.Registers[TypePlace(counter)] = value & bits & existing);
        }
    }

    private static ulong ReadEvents(ISystemRegisterHost h, int counter) =>
        counter < Counters && IsUsable(h, counter) ? h.Performance.Read(counter) : 0;

    private static void WriteEvents(ISystemRegisterHost h, int counter, ulong value)
    {
        if (counter < Counters && IsUsable(h, counter))
        {
            Change(h, () => h.Registers[Sr.Pmevcntr0El0 + counter] = value & El1.LowWord);
        }
    }

    private static ulong ReadOverflows(ISystemRegisterHost h) => h.Performance.Overflows & Usable(h);

    private static void WriteControl(ISystemRegisterHost h, ulong value) => Change(h, () =>
    {
        h.Registers[Sr.PmcrEl0] = value & PmcrEl0.Writable;
        if (value.Bit(PmcrEl0.ClearsCycles))
        {
            h.Registers[Sr.PmccntrEl0] = 0;
        }

        for (int n = 0; value.Bit(PmcrEl0.ClearsEvents) && n < (int)Accessible(h); n++)
        {
            h.Registers[Sr.Pmevcntr0El0 + n] = 0;
        }
    });

    /// <summary>PMCEID0_EL0 and PMCEID1_EL0: a bit for each of 32 common events that is counted.</summary>
    private static ulong CommonEvents(int first)
    {
        ulong bits = 0;
        foreach (PerformanceEvent each in Enum.GetValues<PerformanceEvent>())
        {
            bits |= (int)each >= first && (int)each < first + 32 ? 1UL << ((int)each - first) : 0;
        }

        return bits;
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
