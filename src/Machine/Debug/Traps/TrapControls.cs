using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Debug.Traps;

/// <summary>A bit that makes an instruction trap.</summary>
/// <param name="Register">The manual's name.</param>
/// <param name="Bit">0 to 63.</param>
/// <param name="IsSet">It traps because it is 1, or because it is 0.</param>
public sealed record TrapControl(string Register, int Bit, bool IsSet);

/// <summary>
/// Finds which bits make an exception be taken: for system registers by asking the register's own rule again with each control bit the other
/// way round, for the other classes from the document (DDI 0487, Configurable instruction enables and disables, and trap controls).
/// </summary>
internal static class TrapControls
{
    private static readonly string[] Controls =
    [
        "HCR_EL2", "CPTR_EL2", "MDCR_EL2", "CNTHCTL_EL2", "HSTR_EL2", "ICH_HCR_EL2", "ICC_SRE_EL2", "SCR_EL3", "CPTR_EL3", "MDCR_EL3", "ICC_SRE_EL3",
        "SCTLR_EL1", "CPACR_EL1", "CNTKCTL_EL1", "PMUSERENR_EL0", "MDSCR_EL1", "ACTLR_EL2", "ACTLR_EL3",
    ];

    // ESR_ELx.EC, the level that takes it, the control of an instruction of two kinds (ISS.TI), and whether it traps when set.
    private static readonly (ExceptionClass Class, int To, string Register, int Bit, int? Kind, bool IsSet)[] Rows =
    [
        (ExceptionClass.WaitTrapped, 2, "HCR_EL2", 13, 0, true),
        (ExceptionClass.WaitTrapped, 2, "HCR_EL2", 14, 1, true),
        (ExceptionClass.WaitTrapped, 1, "SCTLR_EL1", 16, 0, false),
        (ExceptionClass.WaitTrapped, 1, "SCTLR_EL1", 18, 1, false),
        (ExceptionClass.WaitTrapped, 3, "SCR_EL3", 12, 0, true),
        (ExceptionClass.WaitTrapped, 3, "SCR_EL3", 13, 1, true),
        (ExceptionClass.FpAccessTrapped, 2, "CPTR_EL2", 10, null, true),
        (ExceptionClass.FpAccessTrapped, 3, "CPTR_EL3", 10, null, true),
        (ExceptionClass.FpAccessTrapped, 1, "CPACR_EL1", 20, null, false),
        (ExceptionClass.SecureMonitorCall, 2, "HCR_EL2", 19, null, true),
    ];

    /// <summary>The bits that make this exception be taken as the registers stand; empty where none does.</summary>
    /// <param name="syndrome">ESR_ELx.</param>
    public static IReadOnlyList<TrapControl> Of(Core core, ulong syndrome, int from, int to)
    {
        ExceptionClass kind = (ExceptionClass)syndrome.Field(31, 26);
        return kind == ExceptionClass.SystemRegisterTrapped
            ? OfRegister(core, syndrome, (ExceptionLevel)from, (ExceptionLevel)to)
            : [
                .. Rows.Where(r => r.Class == kind && r.To == to && (r.Kind is null || r.Kind == (int)(syndrome & 1)) && Bit(core, r.Register, r.Bit) == r.IsSet)
                    .Select(static r => new TrapControl(r.Register, r.Bit, r.IsSet)),
            ];
    }

    private static bool? Bit(Core core, string register, int bit) =>
        SysRegTable.Find(register) is { Place: Sr place } ? core.Regs[place].Bit(bit) : null;

    private static List<TrapControl> OfRegister(Core core, ulong syndrome, ExceptionLevel from, ExceptionLevel to)
    {
        SysRegId id = new((int)syndrome.Field(21, 20), (int)syndrome.Field(16, 14), (int)syndrome.Field(13, 10), (int)syndrome.Field(4, 1), (int)syndrome.Field(19, 17));
        SysReg? row = SysRegTable.Find(id);
        if (row?.TrapWhen is null)
        {
            const int Tidcp = 20;
            return to == ExceptionLevel.El2 && id.Crn is 11 or 15 && Bit(core, "HCR_EL2", Tidcp) == true ? [new("HCR_EL2", Tidcp, true)] : [];
        }

        Supposed host = new(core);
        SysRegAccess access = new(host, from, IsWrite: !syndrome.Bit(0));
        if (!Traps(row, access, to))
        {
            return [];
        }

        List<TrapControl> found = [];
        foreach (SysReg control in Controls.Select(SysRegTable.Find).OfType<SysReg>())
        {
            if (control.Place is not Sr place)
            {
                continue;
            }

            ulong value = host.Registers[place];
            for (int bit = 0; bit < 64; bit++)
            {
                host.Registers[place] = value ^ (1UL << bit);
                if (!Traps(row, access, to))
                {
                    found.Add(new TrapControl(control.Name, bit, value.Bit(bit)));
                }
            }

            host.Registers[place] = value;
        }

        return found;
    }

    private static bool Traps(SysReg row, SysRegAccess access, ExceptionLevel to) => row.TrapWhen!(access) is { Happens: true } trap && trap.Target == to;

    /// <summary>The core with other values in its registers.</summary>
    [NotState("a copy, for one question")]
    private sealed class Supposed : ISystemRegisterHost
    {
        private readonly Core _core;
        private readonly SystemRegisterHost _real;

        public Supposed(Core core)
        {
            _core = core;
            _real = new SystemRegisterHost(core);
            core.Regs.CopyTo(Registers);
        }

        public SysRegFile Registers { get; } = new();

        public CoreIdentity Identity => _real.Identity;

        public IProcessState State => _real.State;

        public ITimerRegisters Timers => _real.Timers;

        public IPerformanceMonitors Performance => _real.Performance;

        public IGicCpuInterface? Gic => _real.Gic;

        public IMaintenance Maintenance => _real.Maintenance;

        public HcrEl2 Hcr => El2Enabled ? Registers.Read<HcrEl2>().Effective : default;

        public bool El2Enabled => _core.System.Derived.El2Enabled;

        public Trap FpTrap => _real.FpTrap;

        public bool Secure => _real.Secure;
    }
}
