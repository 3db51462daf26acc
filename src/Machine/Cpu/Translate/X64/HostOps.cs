namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>Moves of vectors, by what they move.</summary>
internal static class HostOps
{
    /// <summary>VMOVUPS, 16 bytes from memory or register.</summary>
    public static readonly VexOp LoadWhole = new(Prefix.None, Map.M0F, 0x10);

    public static readonly VexOp StoreWhole = new(Prefix.None, Map.M0F, 0x11);

    /// <summary>VMOVAPS between registers.</summary>
    public static readonly VexOp Move = new(Prefix.None, Map.M0F, 0x28);

    /// <summary>VMOVSD from memory: the upper half becomes zero.</summary>
    public static readonly VexOp LoadDouble = new(Prefix.F2, Map.M0F, 0x10);

    public static readonly VexOp StoreDouble = new(Prefix.F2, Map.M0F, 0x11);

    /// <summary>VMOVSS from memory: all but the low word becomes zero.</summary>
    public static readonly VexOp LoadSingle = new(Prefix.F3, Map.M0F, 0x10);

    public static readonly VexOp StoreSingle = new(Prefix.F3, Map.M0F, 0x11);

    /// <summary>VMOVQ between vector registers: the upper half becomes zero.</summary>
    public static readonly VexOp MoveLow = new(Prefix.F3, Map.M0F, 0x7e);

    /// <summary>VMOVQ from a general register.</summary>
    public static readonly VexOp FromGeneral = new(Prefix.P66, Map.M0F, 0x6e, true);

    /// <summary>VMOVQ to a general register; VEX.reg is the vector.</summary>
    public static readonly VexOp ToGeneral = new(Prefix.P66, Map.M0F, 0x7e, true);

    /// <summary>VMOVD to a general register; VEX.reg is the vector.</summary>
    public static readonly VexOp ToGeneral32 = new(Prefix.P66, Map.M0F, 0x7e);

    /// <summary>VPUNPCKLQDQ.</summary>
    public static readonly VexOp DuplicateLow = new(Prefix.P66, Map.M0F, 0x6c);

    /// <summary>VPINSRQ.</summary>
    public static readonly VexOp InsertLong = new(Prefix.P66, Map.M0F3A, 0x22, true);

    /// <summary>VPXOR.</summary>
    public static readonly VexOp Xor = new(Prefix.P66, Map.M0F, 0xef);
}
