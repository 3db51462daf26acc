using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Smmu;

/// <summary>
/// The register map of page 0 (IHI 0070, Memory map and registers). A register that is guarded keeps its value while what
/// it configures is on.
/// </summary>
internal static class Registers
{
    public const uint Size = 0x1_0000;

    public const uint Cr0 = 0x20;
    public const uint Cr1 = 0x28;
    public const uint Cr2 = 0x2c;
    public const uint Gbpa = 0x44;
    public const uint IrqCtrl = 0x50;
    public const uint Gerror = 0x60;
    public const uint Gerrorn = 0x64;
    public const uint GerrorIrqCfg = 0x68;
    public const uint StrtabBase = 0x80;
    public const uint StrtabBaseCfg = 0x88;
    public const uint CmdqBase = 0x90;
    public const uint CmdqProd = 0x98;
    public const uint CmdqCons = 0x9c;
    public const uint EventqBase = 0xa0;
    public const uint EventqProd = 0xa8;
    public const uint EventqCons = 0xac;
    public const uint EventqIrqCfg = 0xb0;
    public const uint PriqBase = 0xc0;
    public const uint PriqProd = 0xc8;
    public const uint PriqCons = 0xcc;
    public const uint PriqIrqCfg = 0xd0;

    /// <summary>SMMU_CMDQ_PROD.WR and the like: an index of up to 19 bits and the wrap bit.</summary>
    public const uint IndexBits = (2u << Features.QueueBits) - 1;

    public const uint OverflowBit = 1u << 31;

    /// <summary>SMMU_PRIQ_IRQ_CFG2.LO.</summary>
    public const uint LastOnly = 1u << 31;

    private const uint HighAddress = 0x000f_ffff;
    private const uint MsiAddressLow = 0xffff_fffc;
    private const uint ReadAllocateHint = 1u << 30;
    private const string Source = "IHI 0070, Memory map and registers";

    public static readonly RegisterMap<SmmuV3> Map = new(
        Size,
        [
            Constant(0x00, "SMMU_IDR0", Features.Idr0),
            Constant(0x04, "SMMU_IDR1", Features.Idr1),
            Constant(0x08, "SMMU_IDR2", 0),
            Constant(0x0c, "SMMU_IDR3", Features.Idr3),
            Constant(0x10, "SMMU_IDR4", 0),
            Constant(0x14, "SMMU_IDR5", Features.Idr5),
            Constant(0x18, "SMMU_IIDR", 0),
            Constant(0x1c, "SMMU_AIDR", Features.Aidr),
            new(Cr0, "SMMU_CR0", Access.ReadWrite, Source) { Write = static (d, _, value, mask) => d.WriteControl(value, mask) },
            new(0x24, "SMMU_CR0ACK", Access.ReadOnly, Source) { Read = static (d, _) => d.Control.Raw },
            Guarded(Cr1, "SMMU_CR1", 0xfff, static d => d.Control.IsAnythingOn),
            Guarded(Cr2, "SMMU_CR2", 0x7, static d => d.Control.SmmuEnable),
            Constant(0x40, "SMMU_STATUSR", 0),
            new(Gbpa, "SMMU_GBPA", Access.ReadWrite, Source) { Write = static (d, _, value, mask) => d.UpdateBypass(value, mask) },
            new(IrqCtrl, "SMMU_IRQ_CTRL", Access.ReadWrite, Source) { Writable = 0x7 },
            new(0x54, "SMMU_IRQ_CTRLACK", Access.ReadOnly, Source) { Read = static (d, _) => d.Bank[IrqCtrl] },
            new(Gerror, "SMMU_GERROR", Access.ReadOnly, Source) { Read = static (d, _) => d.Errors.Raised },
            new(Gerrorn, "SMMU_GERRORN", Access.ReadWrite, Source)
            {
                Read = static (d, _) => d.Errors.Acknowledged,
                Write = static (d, _, value, mask) => d.Acknowledge((d.Errors.Acknowledged & ~mask) | value),
            },
            .. Message(GerrorIrqCfg, "GERROR", IrqLines.GlobalErrorEnable),
            Guarded(StrtabBase, "SMMU_STRTAB_BASE", 0xffff_ffc0, static d => d.Control.SmmuEnable),
            Guarded(StrtabBase + 4, "SMMU_STRTAB_BASE[63:32]", HighAddress | ReadAllocateHint, static d => d.Control.SmmuEnable),
            Guarded(StrtabBaseCfg, "SMMU_STRTAB_BASE_CFG", 0x3_07ff, static d => d.Control.SmmuEnable),
            .. Queue(CmdqBase, "CMDQ", static d => d.Control.CommandQueueEnable),
            new(CmdqProd, "SMMU_CMDQ_PROD", Access.ReadWrite, Source) { Writable = IndexBits, Changed = static d => d.Queue.Run() },
            Guarded(CmdqCons, "SMMU_CMDQ_CONS", IndexBits, static d => d.Control.CommandQueueEnable),
            .. Queue(EventqBase, "EVENTQ", static d => d.Control.EventQueueEnable),
            Guarded(EventqProd, "SMMU_EVENTQ_PROD", IndexBits | OverflowBit, static d => d.Control.EventQueueEnable),
            new(EventqCons, "SMMU_EVENTQ_CONS", Access.ReadWrite, Source) { Writable = IndexBits | OverflowBit, Changed = static d => d.Stalls.RetryUnrecorded() },
            .. Message(EventqIrqCfg, "EVENTQ", IrqLines.EventQueueEnable),
            .. Queue(PriqBase, "PRIQ", static d => d.Control.PageQueueEnable, reset: 0),
            Guarded(PriqProd, "SMMU_PRIQ_PROD", IndexBits | OverflowBit, static d => d.Control.PageQueueEnable),
            new(PriqCons, "SMMU_PRIQ_CONS", Access.ReadWrite, Source) { Writable = IndexBits | OverflowBit },
            .. Message(PriqIrqCfg, "PRIQ", IrqLines.PageRequestsEnable, LastOnly),
            Constant(0xfd0, "SMMU_PIDR4", 0x04),
            Constant(0xfe0, "SMMU_PIDR0", 0x84),
            Constant(0xfe4, "SMMU_PIDR1", 0xb4),
            Constant(0xfe8, "SMMU_PIDR2", 0xf0),
            Constant(0xfec, "SMMU_PIDR3", 0x10),
            Constant(0xff0, "SMMU_CIDR0", 0x0d),
            Constant(0xff4, "SMMU_CIDR1", 0xf0),
            Constant(0xff8, "SMMU_CIDR2", 0x05),
            Constant(0xffc, "SMMU_CIDR3", 0xb1),
        ]);

    private static Register<SmmuV3> Constant(uint offset, string name, uint value) =>
        new(offset, name, Access.ReadOnly, Source) { Read = (_, _) => value };

    private static Register<SmmuV3> Guarded(uint offset, string name, uint writable, System.Func<SmmuV3, bool> isGuarded, uint reset = 0) =>
        new(offset, name, Access.ReadWrite, Source)
        {
            Reset = reset,
            Write = (d, _, value, mask) =>
            {
                mask &= writable;
                d.Bank[offset] = isGuarded(d) ? d.Bank[offset] : (d.Bank[offset] & ~mask) | (value & mask);
            },
        };

    // LOG2SIZE reads as the largest size after reset, as on QEMU, which has no PRI queue.
    private static Register<SmmuV3>[] Queue(uint offset, string name, System.Func<SmmuV3, bool> isOn, uint reset = Features.QueueBits) =>
    [
        Guarded(offset, $"SMMU_{name}_BASE", uint.MaxValue, isOn, reset),
        Guarded(offset + 4, $"SMMU_{name}_BASE[63:32]", HighAddress | ReadAllocateHint, isOn),
    ];

    private static Register<SmmuV3>[] Message(uint offset, string name, int enable, uint more = 0) =>
    [
        Guarded(offset, $"SMMU_{name}_IRQ_CFG0", MsiAddressLow, d => d.Bank[IrqCtrl].Bit(enable)),
        Guarded(offset + 4, $"SMMU_{name}_IRQ_CFG0[63:32]", HighAddress, d => d.Bank[IrqCtrl].Bit(enable)),
        Guarded(offset + 8, $"SMMU_{name}_IRQ_CFG1", uint.MaxValue, d => d.Bank[IrqCtrl].Bit(enable)),
        Guarded(offset + 12, $"SMMU_{name}_IRQ_CFG2", 0x3f | more, d => d.Bank[IrqCtrl].Bit(enable)),
    ];
}

/// <summary>SMMU_CR0 (IHI 0070).</summary>
internal readonly record struct Control(uint Raw)
{
    /// <summary>SMMUEN, PRIQEN, EVENTQEN, CMDQEN, ATSCHK; VMW is of a feature that is not there.</summary>
    public const uint Implemented = 0b1_1111;

    public bool SmmuEnable => Raw.Bit(0);

    /// <summary>PRIQEN as written: what guards the registers of the queue.</summary>
    public bool PageQueueEnable => Raw.Bit(1);

    /// <summary>The effective value of PRIQEN.</summary>
    public bool TakesPageRequests => PageQueueEnable && SmmuEnable;

    public bool EventQueueEnable => Raw.Bit(2);

    public bool CommandQueueEnable => Raw.Bit(3);

    /// <summary>ATSCHK: translated requests are checked against STE.EATS.</summary>
    public bool ChecksTranslated => Raw.Bit(4);

    public bool IsAnythingOn => (Raw & 0b1111) != 0;
}
