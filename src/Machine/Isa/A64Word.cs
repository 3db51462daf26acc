using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa;

/// <summary>
/// One A64 instruction word. Each property is a field as the encoding diagrams of DDI 0487 print it; a test compares
/// these places with the patterns of all rows.
/// </summary>
internal readonly record struct A64Word(uint Raw)
{
    /// <summary>Bit 31: 64-bit form.</summary>
    public bool Sf => Raw.Bit(31);

    public bool Q => Raw.Bit(30);

    public bool U => Raw.Bit(29);

    public byte Rd => (byte)Raw.Field(4, 0);

    public byte Rt => (byte)Raw.Field(4, 0);

    public byte Rn => (byte)Raw.Field(9, 5);

    public byte Rm => (byte)Raw.Field(20, 16);

    public byte Rs => (byte)Raw.Field(20, 16);

    public byte Ra => (byte)Raw.Field(14, 10);

    public byte Rt2 => (byte)Raw.Field(14, 10);

    public uint Imm12 => Raw.Field(21, 10);

    public uint Imm16 => Raw.Field(20, 5);

    /// <summary>Branch offset in bytes: imm26, scaled and sign-extended.</summary>
    public ulong Imm26Offset => ((ulong)Raw.Field(25, 0) << 2).SignExtend(28);

    /// <summary>Branch or literal offset in bytes: imm19, scaled and sign-extended.</summary>
    public ulong Imm19Offset => ((ulong)Raw.Field(23, 5) << 2).SignExtend(21);

    /// <summary>Test-and-branch offset in bytes: imm14, scaled and sign-extended.</summary>
    public ulong Imm14Offset => ((ulong)Raw.Field(18, 5) << 2).SignExtend(16);

    /// <summary>Load/store offset in bytes: imm9, sign-extended.</summary>
    public ulong Imm9 => ((ulong)Raw.Field(20, 12)).SignExtend(9);

    /// <summary>Pair offset: imm7, sign-extended, not scaled.</summary>
    public ulong Imm7 => ((ulong)Raw.Field(21, 15)).SignExtend(7);

    public uint Immr => Raw.Field(21, 16);

    public uint Imms => Raw.Field(15, 10);

    public uint Imm6 => Raw.Field(15, 10);

    public byte Cond => (byte)Raw.Field(15, 12);

    public byte Option => (byte)Raw.Field(15, 13);

    /// <summary>Load/store size field, bits 31:30: log2 of the bytes.</summary>
    public int Size => (int)Raw.Field(31, 30);

    /// <summary>Advanced SIMD size field, bits 23:22.</summary>
    public int VectorSize => (int)Raw.Field(23, 22);

    /// <summary>Format of a scalar floating-point instruction: 00 single, 01 double, 11 half.</summary>
    public int Ftype => (int)Raw.Field(23, 22);

    /// <summary>Format of an Advanced SIMD floating-point instruction: double rather than single.</summary>
    public bool Sz => Raw.Bit(22);

    /// <summary>Floating-point constant of FMOV (scalar, immediate).</summary>
    public uint Imm8 => Raw.Field(20, 13);

    /// <summary>Fixed-point conversions: 64 minus the number of fraction bits.</summary>
    public int Scale => (int)Raw.Field(15, 10);

    /// <summary>Flags that a conditional compare sets when its condition fails.</summary>
    public uint Nzcv => Raw.Field(3, 0);

    /// <summary>By-element forms: L, M and H extend the element index and Rm.</summary>
    public bool L => Raw.Bit(21);

    public bool M => Raw.Bit(20);

    public bool H => Raw.Bit(11);

    /// <summary>Top three bits of the constant of a modified immediate.</summary>
    public uint Abc => Raw.Field(18, 16);

    /// <summary>Low five bits of the constant of a modified immediate.</summary>
    public uint Defgh => Raw.Field(9, 5);

    public uint Immh => Raw.Field(22, 19);

    public uint Immb => Raw.Field(18, 16);

    /// <summary>Rd as destination where 31 is XZR.</summary>
    public byte RdOrZr => Slots.Destination(Rd);

    /// <summary>Rd where 31 is SP.</summary>
    public byte RdOrSp => Rd;

    /// <summary>Rt as source where 31 is XZR.</summary>
    public byte RtOrZr => Slots.Source(Rd);

    /// <summary>Rt2 as source where 31 is XZR.</summary>
    public byte Rt2OrZr => Slots.Source(Rt2);

    /// <summary>Rt2 as destination where 31 is XZR.</summary>
    public byte Rt2Destination => Slots.Destination(Rt2);

    /// <summary>Rn as source where 31 is XZR.</summary>
    public byte RnOrZr => Slots.Source(Rn);

    /// <summary>Rn where 31 is SP.</summary>
    public byte RnOrSp => Rn;

    /// <summary>Rm as source where 31 is XZR.</summary>
    public byte RmOrZr => Slots.Source(Rm);

    /// <summary>Ra as source where 31 is XZR.</summary>
    public byte RaOrZr => Slots.Source(Ra);
}

/// <summary>
/// Places of the general registers in an engine: X0 to X30 at their number, then SP, a place that always reads as
/// zero and a place that swallows writes, so that register 31 costs nothing when an instruction runs.
/// </summary>
internal static class Slots
{
    public const byte Sp = 31;
    public const byte Zero = 32;
    public const byte Sink = 33;
    public const int Count = 34;

    public static byte Source(byte register) => register == 31 ? Zero : register;

    /// <summary>A destination read back as an operand.</summary>
    public static byte AsSource(byte destination) => destination == Sink ? Zero : destination;

    public static byte Destination(byte register) => register == 31 ? Sink : register;
}
