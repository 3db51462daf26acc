using System.Numerics;

namespace GdbHost.Machine.Cpu.Translate.Building;

/// <summary>Operations on constants, done while translating.</summary>
internal static class Fold
{
    /// <summary>The result, or null where the operation is left to the host.</summary>
    public static ulong? Binary(IrCode code, bool wide, ulong a, ulong b)
    {
        ulong? result = code switch
        {
            IrCode.Add => a + b,
            IrCode.Sub => a - b,
            IrCode.And => a & b,
            IrCode.Or => a | b,
            IrCode.Xor => a ^ b,
            IrCode.Mul => a * b,
            _ => null,
        };
        return wide ? result : (uint?)result;
    }

    public static ulong Shift(IrCode code, bool wide, ulong a, int amount) => code switch
    {
        IrCode.Lsl => wide ? a << amount : (uint)a << amount,
        IrCode.Lsr => wide ? a >> amount : (uint)a >> amount,
        IrCode.Asr => wide ? (ulong)((long)a >> amount) : (uint)((int)a >> amount),
        _ => wide ? BitOperations.RotateRight(a, amount) : BitOperations.RotateRight((uint)a, amount),
    };
}
