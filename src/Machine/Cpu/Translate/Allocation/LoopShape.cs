using System;
using System.Numerics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate.Allocation;

/// <summary>
/// The loops inside a unit: the instructions that branches of the unit lead back to, or on to inside a loop (its labels), and
/// the guest registers that are in the same host registers at every label.
/// </summary>
internal sealed unsafe class LoopShape
{
    /// <summary>The others of the host's registers are for what an iteration works with.</summary>
    private const int MostRegisters = 6;

    private static readonly Gpr[] Places = [Gpr.R13, Gpr.R12, Gpr.R11, Gpr.R10, Gpr.R9, Gpr.R8];

    private readonly Gpr[] _place = new Gpr[Slots.Count];
    private readonly int[] _uses = new int[Slots.Count];
    private ulong _labels;
    private int _firstIndex;
    private int _first;
    private int _last;

    /// <summary>Guest registers that are kept, one bit each.</summary>
    public ulong Kept { get; private set; }

    /// <summary>Those of them that a loop writes: at labels their memory is stale.</summary>
    public ulong Written { get; private set; }

    public bool HasLoops => _labels != 0;

    /// <summary>The host register of a guest register at labels, or none.</summary>
    public Gpr PlaceOf(int slot) => _place[slot];

    /// <summary>A kept register is in this host register at labels.</summary>
    public bool IsPlace(Gpr register) => Array.IndexOf(_place, register) >= 0;

    public bool IsLabel(int number) => (uint)number < Translator.MaxInstructions && (_labels >> number & 1) != 0;

    /// <summary>The instruction is between the first label and the last branch back.</summary>
    public bool IsInLoop(int number) => HasLoops && number >= _first && number <= _last;

    /// <summary>The label that a page offset is, or -1.</summary>
    public int LabelAt(ulong pageOffset)
    {
        long number = (long)(pageOffset >> 2) - _firstIndex;
        return pageOffset < Ram.PageSize && number is >= 0 and < Translator.MaxInstructions && IsLabel((int)number) ? (int)number : -1;
    }

    /// <summary>There are no loops.</summary>
    public void Clear()
    {
        _labels = 0;
        Kept = 0;
        Written = 0;
        Array.Fill(_place, Gpr.None);
    }

    /// <summary>Looks for loops in a unit whose first instruction is at an index of its page.</summary>
    public void Find(IrBuilder unit, int firstIndex)
    {
        Clear();
        _firstIndex = firstIndex;
        _first = int.MaxValue;
        _last = -1;
        FindBranches(unit, static (shape, from, to) => shape.AddLoop(from, to));
        if (_last < 0)
        {
            return;
        }

        FindBranches(unit, static (shape, from, to) => shape.AddLabel(to));
        ChooseRegisters(unit);
    }

    private void FindBranches(IrBuilder unit, Action<LoopShape, int, int> found)
    {
        int number = 0;
        for (int k = 0; k < unit.Count; k++)
        {
            ref IrOp op = ref unit.Ops[k];
            if (op.Code == IrCode.Start)
            {
                number = (int)op.Imm;
            }
            else if (op.Code is IrCode.BranchIf or IrCode.Branch && op.Imm < Ram.PageSize && number < Translator.MaxInstructions)
            {
                found(this, number, (int)(op.Imm >> 2) - _firstIndex);
            }
        }
    }

    private void AddLoop(int from, int to)
    {
        if (to >= 0 && to <= from)
        {
            _first = Math.Min(_first, to);
            _last = Math.Max(_last, from);
        }
    }

    private void AddLabel(int to)
    {
        if (to >= _first && to <= _last)
        {
            _labels |= 1UL << to;
        }
    }

    private void ChooseRegisters(IrBuilder unit)
    {
        Array.Clear(_uses);
        ulong written = 0;
        for (int number = _first; number <= _last; number++)
        {
            written |= unit.WrittenBy(number);
            for (ulong rest = unit.UsedBy(number); rest != 0; rest &= rest - 1)
            {
                _uses[BitOperations.TrailingZeroCount(rest)]++;
            }
        }

        for (int k = 0; k < MostRegisters; k++)
        {
            int best = 0;
            for (int slot = 1; slot < _uses.Length; slot++)
            {
                best = _uses[slot] > _uses[best] ? slot : best;
            }

            if (_uses[best] == 0)
            {
                break;
            }

            _uses[best] = 0;
            _place[best] = Places[k];
            Kept |= 1UL << best;
        }

        Written = Kept & written;
    }
}
