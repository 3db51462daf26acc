using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// The registers of the card (Intel 82574 GbE Controller Family Datasheet, 317694, Driver Programming Interface). Values after reset are
/// those of QEMU 7.2's card, which a test compares. Registers of what is not built (wake-up, manageability, flash, time stamps, the packet
/// buffer's insides) keep what is written.
/// </summary>
internal static class RegisterTable
{
    public const uint Bytes = 0x2_0000;

    private const string Source = "Intel 317694, Driver Programming Interface";
    private const uint Low16 = 0xffff;
    private const uint RingBase = 0xffff_fff0;
    private const uint RingLength = 0x000f_ff80;
    private const uint Arbitration = 0x7800_07ff;
    private const uint FifoPointer = 0x1fff;

#pragma warning disable format
    public static readonly RegisterMap<Intel82574> Map = new(Bytes,
    [
        .. Statistics.Rows,

        // General.
        Row(Reg.Ctrl, "CTRL") with { Reset = 0x0014_0241, Write = static (c, _, v, _) => c.WriteControl(v), WordOnly = true },
        Row(Reg.Status, "STATUS") with { Read = static (c, _) => c.StatusWord, Write = static (c, _, v, _) => c.WriteStatus(v), WordOnly = true },
        Row(Reg.Eecd, "EECD") with { Reset = 0x300, Writable = 0xfff7_87ff }, // FLUPD is done at once
        Row(0x00014, "EERD") with { Read = static (c, _) => c.Nvm.Register, Write = static (c, _, v, _) => c.Nvm.StartRead(v), WordOnly = true },
        Row(Reg.CtrlExt, "CTRL_EXT") with { Writable = 0xffff_cfff },
        Row(0x0001c, "FLA"),
        Row(0x00020, "MDIC") with { Read = static (c, _) => c.Phy.Mdic, Write = static (c, _, v, _) => c.AccessPhy(v), WordOnly = true },
        Row(0x00028, "FCAL"),
        Row(0x0002c, "FCAH") with { Writable = Low16 },
        Row(0x00030, "FCT") with { Writable = Low16 },
        Row(Reg.Vet, "VET") with { Reset = 0x8100, Writable = Low16 },
        Row(0x00170, "FCTTV") with { Writable = Low16 },
        Row(0x05f40, "FCRTV") with { Writable = Low16 },
        Row(0x00e00, "LEDCTL") with { Reset = 0x0006_8302 },
        Row(0x00f00, "EXTCNF_CTRL") with { Reset = 0x8 },
        Row(0x00f08, "EXTCNF_SIZE"),
        Row(0x00f10, "POEMB") with { Reset = 0x30d },
        Row(0x01000, "PBA") with { Reset = 0x0014_0014 },
        Row(0x01008, "PBS") with { Reset = 0x28, Writable = 0x3f },
        Row(0x01010, "EEMNGCTL") with { Reset = 0x8000_0000 },
        Row(0x01014, "EEMNGDATA") with { Access = Access.ReadOnly },
        Row(0x01018, "FLMNGCTL") with { Access = Access.ReadOnly },
        Row(0x0101c, "FLMNGDATA") with { Access = Access.ReadOnly },
        Row(0x01020, "FLMNGCNT") with { Access = Access.ReadOnly },
        Row(0x01028, "FLASHT") with { Reset = 0x2, Writable = Low16 },
        Row(0x0102c, "EEWR") with { Read = static (c, _) => c.Nvm.Register, Write = static (c, _, v, _) => c.Nvm.StartWrite(v), WordOnly = true },
        Row(0x01030, "FLSWCTL") with { Reset = 0xc000_0000 },
        Row(0x01034, "FLSWDATA"),
        Row(0x01038, "FLSWCNT"),
        Row(0x0103c, "FLOP"),
        Row(0x01050, "FLOL") with { Reset = 0x1 },

        // Interrupts.
        Row(0x000c0, "ICR") with { Read = static (c, _) => c.Interrupts.Acknowledge(), ReadHasEffect = true, Peek = static (c, _) => c.Interrupts.Causes, Write = static (c, _, v, _) => c.Interrupts.Clear(v), WordOnly = true },
        Row(Reg.Itr, "ITR") with { Writable = Low16 },
        Row(0x000c8, "ICS") with { Read = static (c, _) => c.Interrupts.Causes, Write = static (c, _, v, _) => c.Interrupts.Raise((InterruptCause)v), WordOnly = true },
        Row(0x000d0, "IMS") with { Read = static (c, _) => c.Interrupts.Enabled, Write = static (c, _, v, _) => c.Interrupts.Enable(v), WordOnly = true },
        Row(0x000d8, "IMC") with { Access = Access.WriteOnly, Write = static (c, _, v, _) => c.Interrupts.Disable(v), WordOnly = true },
        Row(Reg.Eiac, "EIAC"),
        Row(Reg.Iam, "IAM"),
        Row(Reg.Ivar, "IVAR"),
        Row(Reg.Eitr, "EITR") with { Count = Intel82574.Vectors, Writable = Low16 },
        Row(Reg.Pbaclr, "PBACLR") with { Writable = 0x1f, Changed = static c => c.ClearPending() },

        // Receive.
        Row(Reg.Rctl, "RCTL") with { Changed = static c => c.RoomMade() },
        Row(Reg.Psrctl, "PSRCTL") with { Reset = 0x0004_0402 },
        Row(0x02160, "FCRTL") with { Writable = 0x8000_fff8 },
        Row(0x02168, "FCRTH") with { Writable = 0xfff8 },
        Row(0x02410, "RDFH") with { Writable = FifoPointer },
        Row(0x02418, "RDFT") with { Writable = FifoPointer },
        Row(0x02420, "RDFHS") with { Writable = FifoPointer },
        Row(0x02428, "RDFTS") with { Writable = FifoPointer },
        Row(0x02430, "RDFPC") with { Writable = FifoPointer },
        Row(Reg.ReceiveRing, "RDBAL0") with { Writable = RingBase },
        Row(0x02804, "RDBAH0"),
        Row(0x02808, "RDLEN0") with { Writable = RingLength },
        Row(0x02810, "RDH0") with { Writable = Low16 },
        Row(0x02818, "RDT0") with { Writable = Low16, Changed = static c => c.RoomMade() },
        Row(Reg.Rdtr, "RDTR") with { Writable = Low16 },
        Row(0x02828, "RXDCTL0") with { Reset = 0x1_0000 },
        Row(Reg.Radv, "RADV") with { Writable = Low16 },
        Row(0x02900, "RDBAL1") with { Writable = RingBase },
        Row(0x02904, "RDBAH1"),
        Row(0x02908, "RDLEN1") with { Writable = RingLength },
        Row(0x02910, "RDH1") with { Writable = Low16 },
        Row(0x02918, "RDT1") with { Writable = Low16, Changed = static c => c.RoomMade() },
        Row(0x02928, "RXDCTL1") with { Reset = 0x1_0000 },
        Row(Reg.Rsrpd, "RSRPD") with { Writable = 0xfff },
        Row(Reg.Raid, "RAID") with { Writable = Low16 },
        Row(Reg.Rxcsum, "RXCSUM") with { Reset = 0x300 },
        Row(Reg.Rfctl, "RFCTL"),
        Row(0x05010, "MAVTV") with { Count = 4 },
        Row(Reg.Mta, "MTA") with { Count = 128 },
        Row(Reg.Ra, "RA") with { Count = 32 },
        Row(Reg.Vfta, "VFTA") with { Count = 128 },
        Row(Reg.Mrqc, "MRQC"),
        Row(Reg.Reta, "RETA") with { Count = 32 },
        Row(Reg.Rssrk, "RSSRK") with { Count = 32 },

        // Transmit.
        Row(Reg.Tctl, "TCTL") with { Changed = static c => c.StartTransmit() },
        Row(0x00410, "TIPG") with { Reset = 0x0060_2008 },
        Row(0x00458, "AIT") with { Writable = Low16 },
        Row(0x03410, "TDFH") with { Reset = 0x600, Writable = FifoPointer },
        Row(0x03418, "TDFT") with { Reset = 0x600, Writable = FifoPointer },
        Row(0x03420, "TDFHS") with { Reset = 0x600, Writable = FifoPointer },
        Row(0x03428, "TDFTS") with { Reset = 0x600, Writable = FifoPointer },
        Row(0x03430, "TDFPC") with { Writable = FifoPointer },
        Row(Reg.TransmitRing, "TDBAL0") with { Writable = RingBase },
        Row(0x03804, "TDBAH0"),
        Row(0x03808, "TDLEN0") with { Writable = RingLength },
        Row(0x03810, "TDH0") with { Writable = Low16 },
        Row(0x03818, "TDT0") with { Writable = Low16, Changed = static c => c.StartTransmit() },
        Row(Reg.Tidv, "TIDV") with { Writable = Low16 },
        Row(0x03828, "TXDCTL0"),
        Row(Reg.Tadv, "TADV") with { Writable = Low16 },
        Row(Reg.Tarc, "TARC0") with { Reset = 0x403, Writable = Arbitration },
        Row(0x03900, "TDBAL1") with { Writable = RingBase },
        Row(0x03904, "TDBAH1"),
        Row(0x03908, "TDLEN1") with { Writable = RingLength },
        Row(0x03910, "TDH1") with { Writable = Low16 },
        Row(0x03918, "TDT1") with { Writable = Low16, Changed = static c => c.StartTransmit() },
        Row(0x03928, "TXDCTL1"),
        Row(0x03940, "TARC1") with { Reset = 0x403, Writable = Arbitration },

        // Wake-up and manageability.
        Row(0x05800, "WUC"),
        Row(0x05808, "WUFC"),
        Row(0x05810, "WUS"),
        Row(0x05820, "MANC") with { Reset = 0x1000_0000 },
        Row(0x05824, "MFVAL"),
        Row(0x05828, "MFUTP01"),
        Row(0x05830, "MFUTP23"),
        Row(0x05838, "IPAV"),
        Row(0x05840, "IP4AT") with { Count = 7 },
        Row(0x05860, "MANC2H"),
        Row(0x05880, "IP6AT") with { Count = 4 },
        Row(0x05890, "MDEF") with { Count = 8 },
        Row(0x05a00, "WUPM") with { Count = 32 },
        Row(0x05f00, "FFLT") with { Count = 11, Writable = 0x7ff },
        Row(0x09000, "FFMT") with { Count = 255, Writable = 0xf },
        Row(0x09400, "FTFT") with { Count = 255 },
        Row(0x09800, "FFVT") with { Count = 255 },

        // PCI Express.
        Row(0x05b00, "GCR") with { Reset = 0x0680_0200, Writable = 0xf97f_ffff },
        Row(0x05b08, "FUNCTAG"),
        Row(0x05b10, "GSCL") with { Count = 4 },
        Row(0x05b20, "GSCN") with { Count = 4 },
        Row(0x05b30, "FACTPS") with { Reset = 0x2000_0004 },
        Row(0x05b50, "SWSM") with { Reset = 0x1, Read = static (c, _) => c.TakeSemaphore(), ReadHasEffect = true, Peek = static (c, _) => c.Bank[0x05b50] },
        Row(0x05b64, "GCR2"),

        // Time stamps.
        Row(0x0b600, "SYSTIML"),
        Row(0x0b604, "SYSTIMH"),
        Row(Reg.Timinca, "TIMINCA"),
        Row(0x0b60c, "TIMADJL"),
        Row(0x0b610, "TIMADJH"),
        Row(0x0b614, "TSYNCTXCTL"),
        Row(0x0b618, "TXSTMPL"),
        Row(0x0b61c, "TXSTMPH"),
        Row(0x0b620, "TSYNCRXCTL"),
        Row(0x0b624, "RXSTMPL"),
        Row(0x0b628, "RXSTMPH"),
        Row(0x0b62c, "RXSATRL"),
        Row(0x0b630, "RXSATRH"),
        Row(0x0b634, "RXCFGL") with { Reset = 0x88f7 },
        Row(0x0b638, "RXUDP") with { Reset = 0x319 },
        Row(0x10000, "PBM") with { Count = 10240 },
    ]);
#pragma warning restore format

    private static Register<Intel82574> Row(uint offset, string name) => new(offset, name, Access.ReadWrite, Source);
}
