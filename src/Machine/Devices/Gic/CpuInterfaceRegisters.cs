using System;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The registers of a CPU interface: GICC for the core itself, and with the same offsets GICV for its virtual machine
/// (IHI 0048, CPU interface register descriptions and Virtual CPU interface registers).
/// </summary>
internal sealed class CpuInterfaceRegisters(Func<ICpuInterface> current)
{
    public static readonly RegisterMap<CpuInterfaceRegisters> Map = new(
        0x2000,
        new(0x000, "GICC_CTLR", Access.ReadWrite, "IHI 0048, GICC_CTLR")
        {
            Read = (r, _) => r.Current.Control,
            Write = (r, _, v, _) => r.Current.Control = v,
        },
        new(0x004, "GICC_PMR", Access.ReadWrite, "IHI 0048, GICC_PMR")
        {
            Read = (r, _) => r.Current.PriorityMask,
            Write = (r, _, v, _) => r.Current.PriorityMask = v,
        },
        new(0x008, "GICC_BPR", Access.ReadWrite, "IHI 0048, GICC_BPR")
        {
            Read = (r, _) => r.Current.BinaryPoint,
            Write = (r, _, v, _) => r.Current.BinaryPoint = v,
        },
        new(0x00c, "GICC_IAR", Access.ReadOnly, "IHI 0048, GICC_IAR")
        {
            Read = (r, _) => r.Current.Acknowledge(),
            ReadHasEffect = true,
            Peek = (r, _) => r.Current.HighestPending(),
        },
        new(0x010, "GICC_EOIR", Access.WriteOnly, "IHI 0048, GICC_EOIR") { Write = (r, _, v, _) => r.Current.EndOfInterrupt(v) },
        new(0x014, "GICC_RPR", Access.ReadOnly, "IHI 0048, GICC_RPR") { Read = (r, _) => r.Current.RunningPriority },
        new(0x018, "GICC_HPPIR", Access.ReadOnly, "IHI 0048, GICC_HPPIR") { Read = (r, _) => r.Current.HighestPending() },
        new(0x01c, "GICC_ABPR", Access.ReadWrite, "IHI 0048, GICC_ABPR")
        {
            Read = (r, _) => r.Current.AliasedBinaryPoint,
            Write = (r, _, v, _) => r.Current.AliasedBinaryPoint = v,
        },
        new(0x020, "GICC_AIAR", Access.ReadOnly, "IHI 0048, GICC_AIAR")
        {
            Read = (r, _) => r.Current.AcknowledgeGroup1(),
            ReadHasEffect = true,
            Peek = (r, _) => r.Current.HighestPendingGroup1(),
        },
        new(0x024, "GICC_AEOIR", Access.WriteOnly, "IHI 0048, GICC_AEOIR") { Write = (r, _, v, _) => r.Current.EndOfInterruptGroup1(v) },
        new(0x028, "GICC_AHPPIR", Access.ReadOnly, "IHI 0048, GICC_AHPPIR") { Read = (r, _) => r.Current.HighestPendingGroup1() },
        new(0x0d0, "GICC_APR", Access.ReadWrite, "IHI 0048, GICC_APRn")
        {
            Count = 4,
            Read = (r, n) => r.Current.ActivePriorities(n, group1: false),
            Write = (r, n, v, _) => r.Current.SetActivePriorities(n, group1: false, v),
        },
        new(0x0e0, "GICC_NSAPR", Access.ReadWrite, "IHI 0048, GICC_NSAPRn")
        {
            Count = 4,
            Read = (r, n) => r.Current.ActivePriorities(n, group1: true),
            Write = (r, n, v, _) => r.Current.SetActivePriorities(n, group1: true, v),
        },
        new(0x0fc, "GICC_IIDR", Access.ReadOnly, "IHI 0048, GICC_IIDR; Arm Limited, architecture 2, as QEMU 7.2") { Reset = 0x0002_043b },
        new(0x1000, "GICC_DIR", Access.WriteOnly, "IHI 0048, GICC_DIR") { Write = (r, _, v, _) => r.Current.Deactivate(v) });

    private ICpuInterface Current => current();
}
