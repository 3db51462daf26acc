using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>MDSCR_EL1, Monitor Debug System Control Register (DDI 0487).</summary>
internal readonly record struct MdscrEl1(ulong Raw) : IRegisterLayout<MdscrEl1>
{
    public static Sr Place => Sr.MdscrEl1;

    /// <summary>
    /// SS, TDCC, KDE, MDE always; ERR, HDE, TXU, INTdis, RXO, TXfull and RXfull are the debug channel's and only
    /// writable while the OS lock is set.
    /// </summary>
    public static ulong Writable => SelfHosted;

    public const ulong SelfHosted = 0xb001;

    public const ulong WhileLocked = 0x6cc0_4040;

    public bool Ss => Raw.Bit(0);

    public bool Tdcc => Raw.Bit(12);

    public bool Kde => Raw.Bit(13);

    public bool Mde => Raw.Bit(15);

    public static MdscrEl1 From(ulong raw) => new(raw);
}
