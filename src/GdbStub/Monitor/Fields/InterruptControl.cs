using System.Linq;

namespace GdbHost.GdbStub.Monitor.Fields;

/// <summary>
/// Registers of a GICv3's virtual CPU interface (IHI 0069, ICH_HCR_EL2, ICH_LRn_EL2, ICH_VMCR_EL2, ICH_VTR_EL2, ICH_MISR_EL2) and of the
/// timers (DDI 0487, CNTV_CTL_EL0 and its like).
/// </summary>
internal static class InterruptControl
{
    // As many as Cortex-A53 has.
    private const int ListRegisters = 4;

    private static readonly Field[] ListRegister =
    [
        new("State", 63, 62, "the virtual interrupt is", "inactive", "pending", "active", "pending and active"),
        new("HW", 61, 61, "deactivates the physical interrupt too"),
        new("Group", 60, 60, "group", "0", "1"),
        new("Priority", 55, 48, "priority"),
        new("pINTID", 44, 32, "number of the physical interrupt; without HW, bit 9 of it asks for a maintenance interrupt at its end"),
        new("vINTID", 31, 0, "number of the virtual interrupt"),
    ];

    private static readonly Field[] TimerControl =
    [
        new("ISTATUS", 2, 2, "the timer's condition is met"),
        new("IMASK", 1, 1, "its interrupt is masked"),
        new("ENABLE", 0, 0, "the timer is enabled"),
    ];

    private static readonly string[] Timers = ["CNTP_CTL_EL0", "CNTV_CTL_EL0", "CNTHP_CTL_EL2", "CNTPS_CTL_EL1"];

    public static readonly FieldTable[] Tables =
    [
        new("ICH_HCR_EL2",
        [
            new("EOIcount", 31, 27, "ends of interrupts that no list register holds"),
            new("TDIR", 14, 14, "ICC_DIR_EL1 of EL1 traps to EL2"),
            new("TSEI", 13, 13, "local SErrors of EL1 trap to EL2"),
            new("TALL1", 12, 12, "Group 1 registers of EL1 trap to EL2"),
            new("TALL0", 11, 11, "Group 0 registers of EL1 trap to EL2"),
            new("TC", 10, 10, "registers that are common to both groups trap to EL2"),
            new("VGrp1DIE", 7, 7, "maintenance interrupt while virtual Group 1 is disabled"),
            new("VGrp1EIE", 6, 6, "maintenance interrupt while virtual Group 1 is enabled"),
            new("VGrp0DIE", 5, 5, "maintenance interrupt while virtual Group 0 is disabled"),
            new("VGrp0EIE", 4, 4, "maintenance interrupt while virtual Group 0 is enabled"),
            new("NPIE", 3, 3, "maintenance interrupt while no list register is pending"),
            new("LRENPIE", 2, 2, "maintenance interrupt while EOIcount is not zero"),
            new("UIE", 1, 1, "maintenance interrupt while at most one list register is valid"),
            new("En", 0, 0, "virtual CPU interface enabled"),
        ]),
        new("ICH_VMCR_EL2",
        [
            new("VPMR", 31, 24, "virtual priority mask"),
            new("VBPR0", 23, 21, "virtual binary point of Group 0"),
            new("VBPR1", 20, 18, "virtual binary point of Group 1"),
            new("VEOIM", 9, 9, "end of interrupt", "drops priority and deactivates", "only drops priority"),
            new("VCBPR", 4, 4, "Group 1 uses the binary point of Group 0"),
            new("VFIQEn", 3, 3, "virtual Group 0 is signaled as FIQ"),
            new("VENG1", 1, 1, "virtual Group 1 enabled"),
            new("VENG0", 0, 0, "virtual Group 0 enabled"),
        ]),
        new("ICH_VTR_EL2",
        [
            new("PRIbits", 31, 29, "virtual priority bits, less one"),
            new("PREbits", 28, 26, "virtual preemption bits, less one"),
            new("IDbits", 25, 23, "width of a virtual interrupt's number", "16 bits", "24 bits"),
            new("SEIS", 22, 22, "virtual SErrors can be made locally"),
            new("A3V", 21, 21, "affinity 3 may be nonzero"),
            new("ListRegs", 4, 0, "list registers, less one"),
        ]),
        new("ICH_MISR_EL2",
        [
            new("VGrp1D", 7, 7, "virtual Group 1 is disabled"),
            new("VGrp1E", 6, 6, "virtual Group 1 is enabled"),
            new("VGrp0D", 5, 5, "virtual Group 0 is disabled"),
            new("VGrp0E", 4, 4, "virtual Group 0 is enabled"),
            new("NP", 3, 3, "no list register is pending"),
            new("LRENP", 2, 2, "EOIcount is not zero"),
            new("U", 1, 1, "at most one list register is valid"),
            new("EOI", 0, 0, "a list register's interrupt has ended"),
        ]),
        .. Enumerable.Range(0, ListRegisters).Select(n => new FieldTable($"ICH_LR{n}_EL2", ListRegister)),
        .. Timers.Select(name => new FieldTable(name, TimerControl)),
    ];
}
