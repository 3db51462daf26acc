using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>SCR_EL3, Secure Configuration Register (DDI 0487), Armv8.0 fields.</summary>
internal readonly record struct ScrEl3(ulong Raw) : IRegisterLayout<ScrEl3>
{
    /// <summary>RW: the next lower level is AArch64. No other state is built, so the bit is RAO/WI.</summary>
    public const ulong RegisterWidth = 1UL << 10;

    /// <summary>Bits 5:4 are RES1.</summary>
    public const ulong Res1 = 0b11UL << 4;

    /// <summary>NS.</summary>
    public const ulong NonSecure = 1;

    /// <summary>HCE.</summary>
    public const ulong HypervisorCalls = 1UL << 8;

    public static Sr Place => Sr.ScrEl3;

    public static ulong Writable => 0x3b8f;

    public bool Ns => Raw.Bit(0);

    public bool Irq => Raw.Bit(1);

    public bool Fiq => Raw.Bit(2);

    public bool Ea => Raw.Bit(3);

    public bool Smd => Raw.Bit(7);

    public bool Hce => Raw.Bit(8);

    public bool Sif => Raw.Bit(9);

    public bool St => Raw.Bit(11);

    public bool Twi => Raw.Bit(12);

    public bool Twe => Raw.Bit(13);

    public static ScrEl3 From(ulong raw) => new(raw);
}
