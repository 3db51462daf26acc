using System;
using System.Collections.Generic;
using GdbHost.Machine.Cpu.Translate.X64;
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
        [typeof(Crc32.Update<Crc32.Ieee, Crc32.Bytes1>)] = new Remainder(1),
        [typeof(Crc32.Update<Crc32.Ieee, Crc32.Bytes2>)] = new Remainder(2),
        [typeof(Crc32.Update<Crc32.Ieee, Crc32.Bytes4>)] = new Remainder(4),
        [typeof(Crc32.Update<Crc32.Ieee, Crc32.Bytes8>)] = new Remainder(8),
    };

    public static NativeForm? Find(Type operation) =>
        Rows.GetValueOrDefault(operation) is { } form && (form is not Remainder || HostProcessor.HasCarrylessMultiply) ? form : null;

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
            Gpr a = writer.Registers.Use(op.A, Gpr.Rax);
            Gpr b = writer.Registers.Use(op.B, Gpr.Rcx);
            writer.Asm.Mov(false, Gpr.Rax, a);
            writer.Asm.Checksum(bytes, Gpr.Rax, b);
            writer.Asm.Mov(false, writer.Registers.Define(k), Gpr.Rax);
        }
    }

    /// <summary>
    /// CRC32: a division of polynomials by two products without carry. Bits are reflected, so a step of the division looks at the lowest bit: the
    /// quotient is the dividend times the inverse of the divisor modulo x^64, and the quotient times the divisor has the remainder above
    /// its low 64 bits, which are the dividend's. A short dividend stands at the upper end: zeros below it are steps that only shift.
    /// </summary>
    private sealed class Remainder(int bytes) : NativeForm
    {
        private readonly int _bits = 8 * bytes;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
            Operation(unit, unit.General(a), unit.General(b), None, 0, IrTraits.ZeroExtended);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            const int AboveLowHalf = 2;
            Assembler asm = writer.Asm;
            Gpr sum = writer.Registers.Use(op.A, Gpr.Rcx);
            Gpr data = writer.Registers.Use(op.B, Gpr.Rdx);
            writer.Unit.Flags.Forget();
            asm.Mov(false, Gpr.Rax, sum);
            asm.Alu(Alu.Xor, true, Gpr.Rax, data);
            if (_bits < 64)
            {
                asm.Shift(ShiftKind.Shl, true, Gpr.Rax, 64 - _bits);
            }

            asm.Vex(HostOps.FromGeneral, FormWriter.T0, Xmm.None, Gpr.Rax);
            MultiplyBy(writer, HostConstant.Crc32Inverse);
            MultiplyBy(writer, HostConstant.Crc32Divisor);
            asm.VexExtract(Avx.Pextrd, Gpr.Rax, FormWriter.T0, AboveLowHalf);
            if (_bits < 32)
            {
                // What of the old sum is above the data.
                asm.Mov(false, Gpr.Rdx, sum);
                asm.Shift(ShiftKind.Shr, false, Gpr.Rdx, _bits);
                asm.Alu(Alu.Xor, false, Gpr.Rax, Gpr.Rdx);
            }

            asm.Mov(false, writer.Registers.Define(k), Gpr.Rax);
        }

        private static void MultiplyBy(FormWriter writer, HostConstant constant)
        {
            writer.Load(FormWriter.T1, constant);
            writer.Op(Avx.Pclmulqdq, FormWriter.T0, FormWriter.T0, FormWriter.T1, 0);
        }
    }
}
