using System;
using System.Numerics;
using GdbHost.Machine.Cpu.Translate.Forms;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// One walk backwards over a unit: how long each value is needed, which register writes are overwritten before anyone
/// can see them, which flags must be in memory, and which operations nobody needs.
/// </summary>
internal sealed unsafe class Liveness
{
    // Up to where what a register holds before its next write must be kept.
    private readonly short[] _keepX = new short[Slots.Count];
    private readonly short[] _nextQ = new short[32];
    private IrOp* _ops;
    private IrBuilder _unit = null!;
    private ulong _notSeenX;
    private ulong _overwrittenX;
    private uint _overwrittenQ;
    private bool _flagsNeeded;

    public void Run(IrBuilder unit)
    {
        _unit = unit;
        _ops = unit.Ops;
        Array.Fill(_keepX, (short)unit.Count);
        _notSeenX = 0;
        Array.Fill(_nextQ, (short)unit.Count);
        _overwrittenX = 0;
        _overwrittenQ = 0;
        _flagsNeeded = true;
        for (int k = unit.Count - 1; k >= 0; k--)
        {
            if (Keep(ref _ops[k], (short)k))
            {
                Need(_ops[k].A, k);
                Need(_ops[k].B, k);
                Need(_ops[k].C, k);
            }
        }
    }

    private bool Keep(ref IrOp op, short k)
    {
        switch (op.Code)
        {
            case IrCode.Start:
                return false;
            case IrCode.Label:
                Visible(k);
                Array.Fill(_keepX, k);
                Array.Fill(_nextQ, k);
                return false;
            case IrCode.GetX when op.Is(IrTraits.AtLabel):
                Need(k, (_notSeenX >> op.Aux & 1) != 0 ? k : _keepX[op.Aux]);
                return false;
            case IrCode.SetX:
                WriteX(ref op);
                return false;
            case IrCode.SetQ:
                WriteQ(ref op, k);
                return false;
            case IrCode.AddFlags or IrCode.SubFlags or IrCode.AndFlags or IrCode.AddCarryFlags or IrCode.SetNzcv:
                return ProduceFlags(ref op);
            case IrCode.FpCompare or IrCode.FpCompareIf:
                // Also one whose flags nobody reads may leave for a NaN.
                ProduceFlags(ref op);
                op.Traits &= ~IrTraits.Dead;
                Visible(k);
                return true;
            case IrCode.SetNzcvUnless:
                // The flags before it stay where the condition holds.
                _flagsNeeded = true;
                return true;
            case IrCode.FlagCondition:
                return ReadFlags(ref op, k);
            case IrCode.ZeroCondition or IrCode.BitCondition:
                // Evaluated where it is used.
                Need(op.A, op.LastUse);
                Pure(ref op);
                return false;
            case IrCode.GetNzcv or IrCode.AddCarry:
                _flagsNeeded |= op.LastUse >= 0;
                return Pure(ref op);
            case IrCode.Translate:
                Visible(k);
                Need(op.A, (op.Aux & IrBuilder.AsDistance) != 0 && op.LastUse > k ? op.LastUse : k);
                Need(op.B, k);
                return false;
            case IrCode.Form:
                return KeepForm(ref op, k);
            case IrCode.CheckFp or IrCode.CheckFpControl or IrCode.CheckInexact or IrCode.CheckSp or IrCode.CheckLevel or IrCode.CheckSpSel or IrCode.CheckZeroBlock:
            case IrCode.CheckCacheLine or IrCode.CheckCacheType or IrCode.CheckAlert:
            case IrCode.Interpret or IrCode.Branch or IrCode.BranchIf or IrCode.BranchTo:
                Visible(k);
                return true;
            case IrCode.SetState or IrCode.Store or IrCode.StoreVector or IrCode.MarkExclusive or IrCode.StoreExclusive or IrCode.ClearExclusive:
                return true;
            default:
                return Pure(ref op);
        }
    }

    /// <summary>Here somebody may look at all registers.</summary>
    private void Visible(short k)
    {
        for (ulong rest = _notSeenX; rest != 0; rest &= rest - 1)
        {
            // Not even the result of this operation may take its place: it looks after that.
            _keepX[BitOperations.TrailingZeroCount(rest)] = (short)(k + 1);
        }

        _notSeenX = 0;
        _overwrittenX = 0;
        _overwrittenQ = 0;
        _flagsNeeded = true;
    }

    private void WriteX(ref IrOp op)
    {
        ulong bit = 1UL << op.Aux;
        if ((_overwrittenX & bit) != 0)
        {
            op.Traits |= IrTraits.Dead;
        }
        else
        {
            // The value is kept until it is stored: at the latest where somebody looks last before the register is written again.
            _overwrittenX |= bit;
            Need(op.A, _keepX[op.Aux]);
        }

        _notSeenX |= bit;
        _ops[op.A].Becomes = (byte)(op.Aux + 1);
    }

    private void WriteQ(ref IrOp op, short k)
    {
        uint bit = 1u << op.Aux;
        if ((_overwrittenQ & bit) != 0)
        {
            op.Traits |= IrTraits.Dead;
        }
        else
        {
            _overwrittenQ |= bit;
            Need(op.A, _nextQ[op.Aux]);
        }

        _nextQ[op.Aux] = k;
    }

    private bool ProduceFlags(ref IrOp op)
    {
        bool wanted = _flagsNeeded || op.Is(IrTraits.KeepFlags);
        op.Traits = wanted ? op.Traits | IrTraits.KeepFlags : op.Traits;
        if (wanted)
        {
            _flagsNeeded = false;
        }

        // Adding with carry reads the flags that it then replaces.
        bool live = wanted || op.LastUse >= 0;
        _flagsNeeded |= live && op.Code == IrCode.AddCarryFlags;
        return live || Kill(ref op);
    }

    private bool ReadFlags(ref IrOp op, short k)
    {
        if (!Pure(ref op))
        {
            return false;
        }

        // Where nothing between its producer and a condition changes the host's flags, it finds them as they are; else they must be in memory.
        int producer = (int)op.Imm;
        int reader = op.Is(IrTraits.Materialized) ? k : op.LastUse;
        bool direct = producer >= 0 && _ops[producer].Code is IrCode.AddFlags or IrCode.SubFlags or IrCode.AndFlags or IrCode.FpCompare;
        for (int between = producer + 1; direct && between < reader; between++)
        {
            direct = MaySpareFlags(in _ops[between], producer);
        }

        _flagsNeeded |= !direct;
        if (direct)
        {
            SpareFlags(producer, reader);
        }

        return false;
    }

    /// <summary>The operation has a form that leaves the host's flags alone, if they are those of the producer.</summary>
    private bool MaySpareFlags(ref readonly IrOp op, int producer)
    {
        switch (op.Code)
        {
            case IrCode.Start or IrCode.Const or IrCode.GetX or IrCode.SetX or IrCode.PagePlus or IrCode.Add or IrCode.Not:
            case IrCode.LslBy or IrCode.LsrBy or IrCode.AsrBy or IrCode.Lsl or IrCode.Lsr or IrCode.Asr or IrCode.Ror:
            case IrCode.ZeroExtend or IrCode.SignExtend or IrCode.ByteSwap:
                return true;
            case IrCode.FlagCondition:
                return !op.Is(IrTraits.Materialized);
            case IrCode.Select:
                ref IrOp condition = ref _ops[op.C];
                return condition.Code == IrCode.FlagCondition && !condition.Is(IrTraits.Materialized) && (int)condition.Imm == producer;
            default:
                return false;
        }
    }

    private void SpareFlags(int producer, int reader)
    {
        if (_ops[producer].LastUse < producer)
        {
            // The comparison is needed, its result is not.
            _ops[producer].LastUse = (short)producer;
        }

        for (int between = producer + 1; between < reader; between++)
        {
            _ops[between].Traits |= IrTraits.SparesFlags;
        }
    }

    private bool KeepForm(ref IrOp op, short k)
    {
        NativeForm form = _unit.FormOf(op);
        if (form.Leaves)
        {
            Visible(k);
        }

        return form.Leaves || form.HasEffect || Pure(ref op);
    }

    private static bool Pure(ref IrOp op) => op.LastUse >= 0 || Kill(ref op);

    private static bool Kill(ref IrOp op)
    {
        op.Traits |= IrTraits.Dead;
        return false;
    }

    private void Need(short value, int by)
    {
        if (value >= 0 && _ops[value].LastUse < by)
        {
            _ops[value].LastUse = (short)by;
        }
    }
}
