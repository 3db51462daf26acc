using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>
/// HMC, SSC and PMC or PAC of a breakpoint or watchpoint: the Exception levels and Security states in which it can
/// match (DDI 0487, Execution conditions for which a breakpoint generates Breakpoint exceptions; the same table serves
/// watchpoints).
/// </summary>
/// <param name="Hmc">Higher mode control.</param>
/// <param name="Ssc">Security state control, two bits.</param>
/// <param name="Pxc">PMC or PAC, two bits: EL1 is bit 0, EL0 is bit 1.</param>
internal readonly record struct StateSelection(bool Hmc, ulong Ssc, ulong Pxc)
{
    private const ulong NonSecureOnly = 0b01;
    private const ulong SecureOnly = 0b10;
    private const ulong El2Only = 0b11;

    /// <summary>
    /// A combination without a meaning on this core. CONSTRAINED UNPREDICTABLE: here it disables the comparator.
    /// </summary>
    public bool IsReserved(bool hasEl2, bool hasEl3)
    {
        if (!Hmc)
        {
            // PxC 0 is the User, System and Supervisor modes of AArch32.
            return Ssc == El2Only || Pxc == 0 || (Ssc != 0 && !hasEl3);
        }

        bool allocated = Ssc switch
        {
            El2Only => Pxc == 0,
            SecureOnly => Pxc != 0b10,
            _ => Pxc is 0b01 or 0b11,
        };
        bool implemented = Ssc switch
        {
            El2Only => hasEl2,
            0 => hasEl2 || hasEl3,
            _ => hasEl3,
        };
        return !allocated || !implemented;
    }

    /// <summary>Matches at a level and in a Security state (DDI 0487, AArch64.StateMatch).</summary>
    public bool Includes(ExceptionLevel level, bool secure)
    {
        bool byLevel = level switch
        {
            ExceptionLevel.El0 => Pxc.Bit(1),
            ExceptionLevel.El1 => Pxc.Bit(0),
            ExceptionLevel.El2 => Hmc,
            _ => Hmc && !Ssc.Bit(0),
        };
        bool byState = Ssc switch
        {
            NonSecureOnly => !secure,
            SecureOnly => secure,
            _ => true,
        };
        return byLevel && byState;
    }
}
