namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>The fields of one stored register, with its place and the bits that keep what is written.</summary>
internal interface IRegisterLayout<T>
    where T : struct, IRegisterLayout<T>
{
    static abstract Sr Place { get; }

    /// <summary>Bits that software can change on Cortex-A53; all others are RES0 or fixed.</summary>
    static abstract ulong Writable { get; }

    static abstract T From(ulong raw);
}
