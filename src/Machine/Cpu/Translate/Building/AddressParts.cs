namespace GdbHost.Machine.Cpu.Translate.Building;

/// <summary>An address as the sum of what address modes of the host can add: From + (Index shifted left by Scale) + Displacement.</summary>
/// <param name="From">A value.</param>
/// <param name="Index">A value, or -1.</param>
/// <param name="Scale">0 to 3.</param>
/// <param name="Displacement">Bytes; 0 with an index.</param>
internal readonly record struct AddressParts(short From, short Index, int Scale, int Displacement)
{
    /// <summary>Takes an address apart.</summary>
    public static AddressParts Of(IrBuilder unit, ulong address)
    {
        const int LargestScale = 3;
        ref IrOp sum = ref unit.Op(address);
        AddressParts whole = new((short)address, IrOp.NoValue, 0, 0);
        if (sum.Code != IrCode.Add || !sum.Wide || !unit.IsOfThisInstruction(address))
        {
            return whole;
        }

        if (unit.IsConst((ulong)sum.B, out ulong k))
        {
            return (long)k == (int)k ? new AddressParts(sum.A, IrOp.NoValue, 0, (int)k) : whole;
        }

        ref IrOp shifted = ref unit.Op((ulong)sum.B);
        bool scaled = shifted.Code == IrCode.Lsl && shifted.Wide && shifted.Imm <= LargestScale && unit.IsOfThisInstruction((ulong)sum.B);
        return scaled ? new AddressParts(sum.A, shifted.A, (int)shifted.Imm, 0) : new AddressParts(sum.A, sum.B, 0, 0);
    }
}
