using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>HCR_EL2, Hypervisor Configuration Register (DDI 0487), Armv8.0 fields.</summary>
internal readonly record struct HcrEl2(ulong Raw) : IRegisterLayout<HcrEl2>
{
    /// <summary>RW: EL1 is AArch64. No other state is built, so the bit is RAO/WI.</summary>
    public const ulong RegisterWidth = 1UL << 31;

    public const ulong VirtualSError = 1UL << 8;

    private const ulong HypervisorCallDisable = 1UL << 29;
    private const ulong Routing = 0b111UL << 3;
    private const ulong Virtual = 0b111UL << 6;
    private const ulong DefaultCacheable = 1UL << 12;

    public static Sr Place => Sr.HcrEl2;

    public static ulong Writable => 0x3_7fff_ffff;

    public bool Vm => Raw.Bit(0);

    public bool Swio => Raw.Bit(1);

    public bool Ptw => Raw.Bit(2);

    public bool Fmo => Raw.Bit(3);

    public bool Imo => Raw.Bit(4);

    public bool Amo => Raw.Bit(5);

    public bool Vf => Raw.Bit(6);

    public bool Vi => Raw.Bit(7);

    public bool Vse => Raw.Bit(8);

    public bool Fb => Raw.Bit(9);

    public ulong Bsu => Raw.Field(11, 10);

    public bool Dc => Raw.Bit(12);

    public bool Twi => Raw.Bit(13);

    public bool Twe => Raw.Bit(14);

    public bool Tid0 => Raw.Bit(15);

    public bool Tid1 => Raw.Bit(16);

    public bool Tid2 => Raw.Bit(17);

    public bool Tid3 => Raw.Bit(18);

    public bool Tsc => Raw.Bit(19);

    public bool Tidcp => Raw.Bit(20);

    public bool Tacr => Raw.Bit(21);

    public bool Tsw => Raw.Bit(22);

    public bool Tpc => Raw.Bit(23);

    public bool Tpu => Raw.Bit(24);

    public bool Ttlb => Raw.Bit(25);

    public bool Tvm => Raw.Bit(26);

    public bool Tge => Raw.Bit(27);

    public bool Tdz => Raw.Bit(28);

    public bool Hcd => Raw.Bit(29);

    public bool Trvm => Raw.Bit(30);

    public bool Cd => Raw.Bit(32);

    public bool Id => Raw.Bit(33);

    /// <summary>
    /// What the bits mean together: TGE makes all physical interrupts go to EL2, and there is then no virtual
    /// interrupt and no default cacheability.
    /// </summary>
    public HcrEl2 Effective => Tge ? new((Raw | Routing) & ~(Virtual | DefaultCacheable)) : this;

    public static HcrEl2 From(ulong raw) => new(raw);

    /// <summary>What a write leaves: RW is RAO/WI, HCD is RES0 where EL3 is implemented.</summary>
    public static ulong Written(ulong value, bool hasEl3) =>
        (value & Writable & ~(hasEl3 ? HypervisorCallDisable : 0)) | RegisterWidth;
}
