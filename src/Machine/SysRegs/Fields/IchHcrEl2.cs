using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>ICH_HCR_EL2, Interrupt Controller Hyp Control Register (IHI 0069), GICv3 fields.</summary>
internal readonly record struct IchHcrEl2(ulong Raw)
{
    public const ulong Writable = 0xf800_7cff;

    private const ulong CountOfOne = 1UL << 27;

    public bool En => Raw.Bit(0);

    public bool Uie => Raw.Bit(1);

    public bool Lrenpie => Raw.Bit(2);

    public bool Npie => Raw.Bit(3);

    public bool VGrp0Eie => Raw.Bit(4);

    public bool VGrp0Die => Raw.Bit(5);

    public bool VGrp1Eie => Raw.Bit(6);

    public bool VGrp1Die => Raw.Bit(7);

    /// <summary>Traps the registers that are of no one group.</summary>
    public bool Tc => Raw.Bit(10);

    public bool Tall0 => Raw.Bit(11);

    public bool Tall1 => Raw.Bit(12);

    /// <summary>Traps ICC_DIR_EL1.</summary>
    public bool Tdir => Raw.Bit(14);

    public ulong EoiCount => Raw.Field(31, 27);

    /// <summary>With one more end of an interrupt that no list register holds; five bits, which wrap.</summary>
    public IchHcrEl2 WithEnd => new((Raw + CountOfOne) & Writable);
}
