using System;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>An element type: log2 of its bytes, and whether it is signed.</summary>
internal readonly record struct Lane(int Size, bool Signed)
{
    public const int B = 0;
    public const int H = 1;
    public const int S = 2;
    public const int D = 3;

    public int Bits => 8 << Size;

    public static Lane Of(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => new(B, false),
        TypeCode.SByte => new(B, true),
        TypeCode.UInt16 => new(H, false),
        TypeCode.Int16 => new(H, true),
        TypeCode.UInt32 => new(S, false),
        TypeCode.Int32 => new(S, true),
        TypeCode.UInt64 => new(D, false),
        _ => new(D, true),
    };
}
