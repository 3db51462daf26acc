using System;
using GdbHost.Machine.Isa.Groups.Integer;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Bit counting and byte reversal.</summary>
internal static class IntegerForms
{
    public static readonly (Type Operation, NativeForm Form)[] Rows =
    [
        (typeof(ReverseWord), new Unary(IrCode.ByteSwap, wide: false)),
        (typeof(ReverseDoubleword), new Unary(IrCode.ByteSwap, wide: true)),
        (typeof(LeadingZeros32), new Unary(IrCode.LeadingZeros, wide: false)),
        (typeof(LeadingZeros64), new Unary(IrCode.LeadingZeros, wide: true)),
    ];

    private sealed class Unary(IrCode code, bool wide) : NativeForm
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => unit.Unary(code, wide, a);
    }
}
