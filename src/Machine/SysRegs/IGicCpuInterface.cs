using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs;

/// <summary>
/// The CPU interface of a GICv3 as a core's system registers reach it (IHI 0069, AArch64 System register descriptions).
/// </summary>
internal interface IGicCpuInterface
{
    /// <summary>The ICC registers.</summary>
    IGicView Physical { get; }

    /// <summary>The ICV registers, which a virtual machine has in their place.</summary>
    IGicView Virtual { get; }

    /// <summary>The ICH registers.</summary>
    IGicHypervisor Hypervisor { get; }

    /// <summary>ICC_CTLR_EL3.</summary>
    ulong ControlEl3 { get; set; }

    /// <summary>ICC_IGRPEN1_EL3.</summary>
    ulong Group1EnableEl3 { get; set; }

    /// <summary>ICC_SGI0R_EL1, ICC_SGI1R_EL1 and ICC_ASGI1R_EL1.</summary>
    void Send(SgiGroup group, ulong value);
}

/// <summary>Which group a software-generated interrupt is sent to.</summary>
internal enum SgiGroup
{
    Group0,

    /// <summary>Group 1 of the sender's Security state.</summary>
    Group1,

    /// <summary>Group 1 of the other Security state.</summary>
    OtherGroup1,
}

/// <summary>The registers that exist in a physical and in a virtual form. Groups are 0 and 1.</summary>
internal interface IGicView
{
    /// <summary>PMR.</summary>
    ulong PriorityMask { get; set; }

    /// <summary>CTLR.</summary>
    ulong Control { get; set; }

    /// <summary>RPR.</summary>
    ulong RunningPriority { get; }

    /// <summary>BPR0 and BPR1.</summary>
    ulong BinaryPoint(int group);

    void SetBinaryPoint(int group, ulong value);

    /// <summary>IGRPEN0 and IGRPEN1.</summary>
    ulong GroupEnable(int group);

    void SetGroupEnable(int group, ulong value);

    /// <summary>AP0R0 and AP1R0: with five bits of priority there are no others.</summary>
    ulong ActivePriorities(int group);

    void SetActivePriorities(int group, ulong value);

    /// <summary>HPPIR0 and HPPIR1.</summary>
    ulong HighestPending(int group);

    /// <summary>IAR0 and IAR1: what reading would give.</summary>
    ulong PeekAcknowledge(int group);

    /// <summary>IAR0 and IAR1: takes the interrupt.</summary>
    ulong Acknowledge(int group);

    /// <summary>EOIR0 and EOIR1.</summary>
    void EndOfInterrupt(int group, ulong value);

    /// <summary>DIR.</summary>
    void Deactivate(ulong value);
}

/// <summary>The ICH registers.</summary>
internal interface IGicHypervisor
{
    /// <summary>ICH_HCR_EL2.</summary>
    IchHcrEl2 Control { get; set; }

    /// <summary>ICH_VTR_EL2.</summary>
    ulong Type { get; }

    /// <summary>ICH_MISR_EL2.</summary>
    ulong Maintenance { get; }

    /// <summary>ICH_EISR_EL2.</summary>
    ulong EndedEntries { get; }

    /// <summary>ICH_ELRSR_EL2.</summary>
    ulong EmptyEntries { get; }

    /// <summary>ICH_VMCR_EL2.</summary>
    ulong MachineControl { get; set; }

    /// <summary>ICH_LRn_EL2.</summary>
    ulong ListRegister(int index);

    void SetListRegister(int index, ulong value);
}

/// <summary>The core whose access to its CPU interface is under way: what the same register shows depends on it.</summary>
internal interface IGicCaller
{
    ExceptionLevel Level { get; }

    /// <summary>Present Security state.</summary>
    bool Secure { get; }

    bool HasEl3 { get; }

    /// <summary>SCR_EL3; zero without EL3.</summary>
    ScrEl3 Scr { get; }

    /// <summary>HCR_EL2 as it takes effect.</summary>
    HcrEl2 Hcr { get; }
}
