using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Pcie.Devices.Nvme.Rings;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>The controller's properties (NVM Express Base Specification 1.4, section 3.1); values are QEMU 7.2's.</summary>
internal static class NvmeRegisters
{
    public const uint Cap = 0x00;
    public const uint MaskSet = 0x0c;
    public const uint MaskClear = 0x10;
    public const uint Cc = 0x14;
    public const uint Csts = 0x1c;
    public const uint Aqa = 0x24;
    public const uint Asq = 0x28;
    public const uint Acq = 0x30;

    /// <summary>MQES, CQR, TO.</summary>
    private const uint CapLow = 0x0f01_0000 | (NvmeQueues.MostEntries - 1);

    /// <summary>CSS: NVM, several command sets, administration alone; MPSMAX 64 KiB.</summary>
    private const uint CapHigh = 0x0040_1820;

    private const string Source = "NVM Express Base Specification 1.4, Controller Registers";

    public static readonly RegisterMap<NvmeController> Map = new(
        NvmeSettings.PageBytes,
        new(Cap, "CAP", Access.ReadOnly, Source) { Reset = CapLow },
        new(Cap + 4, "CAP_HIGH", Access.ReadOnly, Source) { Reset = CapHigh },
        new(0x08, "VS", Access.ReadOnly, Source) { Reset = 0x1_0400 },
        new(MaskSet, "INTMS", Access.ReadWrite, Source) { Write = static (n, _, value, _) => n.MaskInterrupts(value, 0) },
        new(MaskClear, "INTMC", Access.ReadWrite, Source) { Write = static (n, _, value, _) => n.MaskInterrupts(0, value), Read = static (n, _) => n.InterruptMask },
        new(Cc, "CC", Access.ReadWrite, Source) { Write = static (n, _, value, mask) => n.Configure(value, mask) },
        new(Csts, "CSTS", Access.ReadOnly, Source),
        new(0x20, "NSSR", Access.ReadWrite, Source) { Writable = 0 },
        new(Aqa, "AQA", Access.ReadWrite, Source) { Writable = 0x0fff_0fff },
        new(Asq, "ASQ", Access.ReadWrite, Source) { Writable = 0xffff_f000 },
        new(Asq + 4, "ASQ_HIGH", Access.ReadWrite, Source),
        new(Acq, "ACQ", Access.ReadWrite, Source) { Writable = 0xffff_f000 },
        new(Acq + 4, "ACQ_HIGH", Access.ReadWrite, Source),
        new(0x38, "CMBLOC", Access.ReadOnly, Source) { Count = 2 },
        new(0x40, "BPINFO", Access.ReadOnly, Source));
}

/// <summary>CC, Controller Configuration.</summary>
internal readonly record struct ControllerConfiguration(uint Value)
{
    private const int SmallestPageShift = 12;

    public bool Enabled => Value.Bit(0);

    /// <summary>CSS, I/O Command Set Selected.</summary>
    public uint CommandSet => Value.Field(6, 4);

    /// <summary>MPS, above 4096 bytes.</summary>
    public int PageShift => (int)Value.Field(10, 7);

    public int PageBytes => 1 << (SmallestPageShift + PageShift);

    /// <summary>SHN, Shutdown Notification.</summary>
    public bool ShutsDown => Value.Field(15, 14) != 0;

    /// <summary>IOSQES: bytes of an entry, as a power of two.</summary>
    public uint SubmissionEntry => Value.Field(19, 16);

    /// <summary>IOCQES.</summary>
    public uint CompletionEntry => Value.Field(23, 20);
}
