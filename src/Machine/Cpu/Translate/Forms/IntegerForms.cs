using System;
using System.Collections.Generic;
using GdbHost.Machine.Isa.Groups.Integer;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Bit counting, reversal of bits, bytes and halfwords, checksums.</summary>
internal static class IntegerForms
{
    private static readonly Dictionary<Type, NativeForm> Rows = new()
    {
        [typeof(ReverseWord)] = Unary(IrCode.ByteSwap, wide: false),
        [typeof(ReverseDoubleword)] = Unary(IrCode.ByteSwap, wide: true),
        [typeof(ReverseWords)] = new ComposedForm(static (unit, a, b, c, imm) =>
            unit.Shift(IrCode.Ror, true, unit.Unary(IrCode.ByteSwap, true, a), 32)),
        [typeof(ReverseHalves32)] = new ComposedForm(static (unit, a, b, c, imm) => Exchange(unit, wide: false, a, 8, 0x00ff_00ff)),
        [typeof(ReverseHalves64)] = new ComposedForm(static (unit, a, b, c, imm) => Exchange(unit, wide: true, a, 8, 0x00ff_00ff_00ff_00ff)),
        [typeof(ReverseBits32)] = new ComposedForm(static (unit, a, b, c, imm) => ReverseBits(unit, wide: false, a)),
        [typeof(ReverseBits64)] = new ComposedForm(static (unit, a, b, c, imm) => ReverseBits(unit, wide: true, a)),
        [typeof(LeadingZeros32)] = Unary(IrCode.LeadingZeros, wide: false),
        [typeof(LeadingZeros64)] = Unary(IrCode.LeadingZeros, wide: true),
        [typeof(LeadingSigns32)] = LeadingSigns(wide: false),
        [typeof(LeadingSigns64)] = LeadingSigns(wide: true),
        [typeof(Crc32.Update<Crc32.Castagnoli, Crc32.Bytes1>)] = new Checksum(1),
        [typeof(Crc32.Update<Crc32.Castagnoli, Crc32.Bytes2>)] = new Checksum(2),
        [typeof(Crc32.Update<Crc32.Castagnoli, Crc32.Bytes4>)] = new Checksum(4),
        [typeof(Crc32.Update<Crc32.Castagnoli, Crc32.Bytes8>)] = new Checksum(8),
    };

    public static NativeForm? Find(Type operation) => Rows.GetValueOrDefault(operation);

    private static ComposedForm Unary(IrCode code, bool wide) => new((unit, a, b, c, imm) => unit.Unary(code, wide, a));

    // The sign itself does not count.
    private static ComposedForm LeadingSigns(bool wide) => new((unit, a, b, c, imm) =>
    {
        ulong changes = unit.Binary(IrCode.Xor, wide, a, unit.Shift(IrCode.Asr, wide, a, 1));
        return unit.Binary(IrCode.Sub, wide, unit.Unary(IrCode.LeadingZeros, wide, changes), unit.Const(1));
    });

    /// <summary>Exchanges neighboring groups of bits.</summary>
    private static ulong Exchange(IrBuilder unit, bool wide, ulong a, int bits, ulong lower)
    {
        ulong mask = unit.Const(lower);
        ulong down = unit.Binary(IrCode.And, wide, unit.Shift(IrCode.Lsr, wide, a, bits), mask);
        ulong up = unit.Shift(IrCode.Lsl, wide, unit.Binary(IrCode.And, wide, a, mask), bits);
        return unit.Binary(IrCode.Or, wide, down, up);
    }

    private static ulong ReverseBits(IrBuilder unit, bool wide, ulong a)
    {
        ulong x = unit.Unary(IrCode.ByteSwap, wide, a);
        x = Exchange(unit, wide, x, 4, wide ? 0x0f0f_0f0f_0f0f_0f0fUL : 0x0f0f_0f0f);
        x = Exchange(unit, wide, x, 2, wide ? 0x3333_3333_3333_3333UL : 0x3333_3333);
        return Exchange(unit, wide, x, 1, wide ? 0x5555_5555_5555_5555UL : 0x5555_5555);
    }

    /// <summary>CRC32C: the host has the same polynomial, and the same order of bits.</summary>
    private sealed class Checksum(int bytes) : NativeForm
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
            Operation(unit, unit.General(a), unit.General(b), None, 0, IrTraits.ZeroExtended);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            X64.Gpr a = writer.Registers.Use(op.A, X64.Gpr.Rax);
            X64.Gpr b = writer.Registers.Use(op.B, X64.Gpr.Rcx);
            writer.Asm.Mov(false, X64.Gpr.Rax, a);
            writer.Asm.Checksum(bytes, X64.Gpr.Rax, b);
            writer.Asm.Mov(false, writer.Registers.Define(k), X64.Gpr.Rax);
        }
    }
}
