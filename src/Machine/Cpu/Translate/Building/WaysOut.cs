namespace GdbHost.Machine.Cpu.Translate.Building;

/// <summary>Where execution may leave a unit that is being made, and what may be kept because it does not.</summary>
internal static unsafe class WaysOut
{
    /// <summary>The instruction that made this value is the one before the present, and nothing from its start on may leave.</summary>
    public static bool FollowsWithoutLeaving(IrBuilder unit, ulong value)
    {
        int starts = 0;
        for (int k = unit.Count - 1; k >= 0; k--)
        {
            ref IrOp op = ref unit.Ops[k];
            if (MayLeave(unit, in op))
            {
                return false;
            }

            starts += op.Code == IrCode.Start ? 1 : 0;
            if (starts == 2)
            {
                return k < (int)value;
            }
        }

        return false;
    }

    /// <summary>
    /// Where an earlier instruction has loaded from the address that is stored to now, and nothing since may leave, its check is made to answer
    /// for both. Where it fails the unit ends, as its result is in no register of the guest's.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="start">The first operation of the present instruction.</param>
    /// <param name="store">The check that the store asks for.</param>
    /// <returns>The earlier check, or <see cref="ulong.MaxValue"/>.</returns>
    public static ulong EarlierCheck(IrBuilder unit, int start, in IrOp store)
    {
        int k = unit.Count - 1;
        while (k >= 0 && !MayLeave(unit, in unit.Ops[k]))
        {
            k--;
        }

        if (k < 0 || k >= start || !IsSame(in unit.Ops[k], in store) || !IsOnlyToLeave(unit, k))
        {
            return ulong.MaxValue;
        }

        unit.Ops[k].Aux |= IrBuilder.AlsoToStore;
        return (ulong)k;
    }

    private static bool IsSame(in IrOp check, in IrOp store) =>
        check.Code == IrCode.Translate && check.A == store.A && check.B == store.B && check.C == store.C && check.Imm == store.Imm
        && ((check.Aux & ~IrBuilder.AlsoToStore) | IrBuilder.ToStore) == store.Aux;

    /// <summary>No other operation of the same instruction may leave before this one.</summary>
    private static bool IsOnlyToLeave(IrBuilder unit, int check)
    {
        int k = check - 1;
        while (unit.Ops[k].Code != IrCode.Start && !MayLeave(unit, in unit.Ops[k]))
        {
            k--;
        }

        return unit.Ops[k].Code == IrCode.Start;
    }

    /// <summary>Execution may go elsewhere with this operation, or come from there.</summary>
    private static bool MayLeave(IrBuilder unit, in IrOp op) => op.Code switch
    {
        IrCode.GetState or IrCode.SetState or IrCode.GetTime => false,
        >= IrCode.CheckFp and <= IrCode.Translate => true,
        IrCode.FpCompare or IrCode.FpCompareIf or IrCode.Label or IrCode.Interpret or IrCode.Branch or IrCode.BranchIf or IrCode.BranchTo => true,
        IrCode.Form => unit.FormOf(op).Leaves,
        _ => false,
    };
}
