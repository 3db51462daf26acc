using System;
using System.Numerics;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate.Allocation;

/// <summary>
/// Which host register holds which value while a unit is written. Guest registers live in <see cref="CpuState"/>; a
/// value written to one is stored only when somebody could look, or when its host register is wanted for something
/// else. RBP is the state, R15 the fast TLB, R14 the budget; RAX, RCX, RDX, XMM0, XMM1 and XMM15 are free for each operation.
/// </summary>
internal sealed unsafe class HostRegisters(Assembler asm)
{
    private const int Capacity = IrBuilder.Capacity + IrBuilder.LargestInstruction;
    private const short Nowhere = -1;
    private const short QHome = ValueHomes.Q;
    private const short DHome = ValueHomes.D;
    private const short SpillHome = ValueHomes.Spill;
    private const int VectorRegisters = 32;

    private static readonly Gpr[] GeneralPool =
        [Gpr.Rbx, Gpr.Rsi, Gpr.Rdi, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.R12, Gpr.R13];

    private const int FirstVector = 2;
    private const int LastVector = 15;

    private readonly sbyte[] _place = new sbyte[Capacity];
    private readonly short[] _home = new short[Capacity];
    private readonly short[] _inGeneral = new short[16];
    private readonly short[] _inVector = new short[16];
    private readonly int[] _usedGeneral = new int[16];
    private readonly int[] _usedVector = new int[16];

    // The value of each guest register as the unit goes, and the value its memory is the home of.
    private readonly short[] _x = new short[Slots.Count];
    private readonly short[] _q = new short[VectorRegisters];
    private readonly short[] _memoryX = new short[Slots.Count];
    private readonly short[] _memoryQ = new short[VectorRegisters];
    private readonly short[] _memoryD = new short[VectorRegisters];
    private readonly SideExits.Moves _stores = new();
    private ulong _dirtyX;
    private uint _dirtyQ;
    private uint _spills;
    private int _turn;
    private int _now;
    private int _reservedOperation;
    private IrOp* _ops;
    private LoopShape _loops = null!;

    public ValueHomes Homes { get; } = new(asm);

    public void Begin(IrBuilder unit, LoopShape loops)
    {
        _ops = unit.Ops;
        Homes.Begin(unit);
        _loops = loops;
        Array.Fill(_place, (sbyte)Nowhere, 0, unit.Count);
        Array.Fill(_home, Nowhere, 0, unit.Count);
        Array.Clear(_usedGeneral);
        Array.Clear(_usedVector);
        _dirtyX = 0;
        _dirtyQ = 0;
        _spills = 0;
        _turn = 0;
        _reservedOperation = Nowhere;
        Forget();
    }

    /// <summary>Moves on to the next operation.</summary>
    public void StartOperation(int index)
    {
        _now = index;
        _turn++;
    }

    /// <summary>The guest's registers may have changed: nothing is known any more. All must have been stored.</summary>
    public void Forget()
    {
        Array.Fill(_inGeneral, Nowhere);
        Array.Fill(_inVector, Nowhere);
        Array.Fill(_x, Nowhere);
        Array.Fill(_q, Nowhere);
        Array.Fill(_memoryX, Nowhere);
        Array.Fill(_memoryQ, Nowhere);
        Array.Fill(_memoryD, Nowhere);
    }

    public bool IsLastUse(short value) => _ops[value].LastUse <= _now;

    /// <summary>The register of a general value; it may be <paramref name="scratch"/>, which is then overwritten.</summary>
    public Gpr Use(short value, Gpr scratch)
    {
        ref IrOp op = ref _ops[value];
        if (op.Code == IrCode.Const)
        {
            asm.MovImmediate(scratch, op.Imm);
            return scratch;
        }

        Gpr known = (Gpr)_place[value];
        if (known == Gpr.None)
        {
            known = op.LastUse <= _now ? scratch : Allocate(value, defines: false);
            asm.Load(8, known, HomeOf(value));
        }
        else
        {
            _usedGeneral[(int)known] = _turn;
        }

        return known;
    }

    /// <summary>A general value is in memory and needed now for the last time: an operation of the host's may take it from there.</summary>
    public bool IsInMemory(short value, out Mem home)
    {
        ref IrOp op = ref _ops[value];
        bool isThere = op.Code != IrCode.Const && (Gpr)_place[value] == Gpr.None && op.LastUse <= _now;
        home = isThere ? HomeOf(value) : default;
        return isThere;
    }

    /// <summary>A register for the result of the present operation. It may be that of an operand that ends here.</summary>
    public Gpr Define(int value) => Allocate((short)value, defines: true);

    public Xmm UseVector(short value, Xmm scratch)
    {
        Xmm known = (Xmm)_place[value];
        if (known == Xmm.None)
        {
            known = _ops[value].LastUse <= _now ? scratch : AllocateVector(value, defines: false);
            LoadVector(known, value);
        }
        else
        {
            _usedVector[(int)known] = _turn;
        }

        return known;
    }

    /// <summary>The register of a vector value, one that no writer uses otherwise.</summary>
    public Xmm UseVector(short value)
    {
        Xmm known = (Xmm)_place[value];
        if (known == Xmm.None)
        {
            known = AllocateVector(value, defines: false);
            LoadVector(known, value);
        }

        _usedVector[(int)known] = _turn;
        return known;
    }

    /// <summary>A register for the result of the present operation that is none of its operands'.</summary>
    public Xmm DefineVectorApart(int value) => AllocateVector((short)value, defines: false);

    public Xmm DefineVector(int value) => AllocateVector((short)value, defines: true);

    /// <summary>A register from memory: nothing is loaded until it is used.</summary>
    public void GetX(int value, int slot)
    {
        _x[slot] = (short)value;
        if (_ops[value].Is(IrTraits.AtLabel))
        {
            Occupy(_loops.PlaceOf(slot), (short)value);
            if ((_loops.Written >> slot & 1) != 0)
            {
                _dirtyX |= 1UL << slot;
                return;
            }
        }

        _home[value] = (short)slot;
        _memoryX[slot] = (short)value;
    }

    /// <summary>
    /// Brings each register that the unit's loops keep into its place and stores what labels expect in memory. Flags are kept, and what
    /// is known stays so: RAX may be overwritten.
    /// </summary>
    public void Arrange(ParallelMove move)
    {
        ulong stale = _dirtyX & _loops.Written;
        _dirtyX &= ~stale;
        StoreAll();
        _dirtyX = stale;
        move.Begin();
        for (ulong rest = _loops.Kept; rest != 0; rest &= rest - 1)
        {
            int slot = BitOperations.TrailingZeroCount(rest);
            Gpr place = _loops.PlaceOf(slot);
            short value = _x[slot];
            if (value >= 0 && (Gpr)_place[value] != Gpr.None && _ops[value].LastUse >= _now)
            {
                move.Add(place, (Gpr)_place[value]);
            }
            else if (value >= 0 && _ops[value].Code == IrCode.Const)
            {
                move.AddConstant(place, _ops[value].Imm);
            }
            else
            {
                // Also what is in a register but not needed any more: after a side exit it would not have been loaded again.
                move.AddLoad(place, value >= 0 && (stale >> slot & 1) != 0 ? HomeOf(value) : StateLayout.X(slot));
            }
        }

        MakeRoom();
        move.Write(asm);
        Settle();
        _reservedOperation = _now;
    }

    /// <summary>At a label nothing is known but what <see cref="Arrange"/> has brought about.</summary>
    public void EnterLabel()
    {
        _dirtyX = 0;
        Forget();
    }

    /// <summary>What is in the way of kept registers must have another home if somebody still needs it.</summary>
    private void MakeRoom()
    {
        for (ulong rest = _loops.Kept; rest != 0; rest &= rest - 1)
        {
            short held = _inGeneral[(int)_loops.PlaceOf(BitOperations.TrailingZeroCount(rest))];
            if (held >= 0 && _home[held] < 0 && _ops[held].LastUse >= _now && !IsKept(held))
            {
                Evict(held);
            }
        }
    }

    private bool IsKept(short value)
    {
        int slot = Array.IndexOf(_x, value);
        return slot >= 0 && _loops.PlaceOf(slot) != Gpr.None;
    }

    /// <summary>After the moves: what was in the places of kept registers is not there any more, but they are.</summary>
    private void Settle()
    {
        for (ulong rest = _loops.Kept; rest != 0; rest &= rest - 1)
        {
            Release(_inGeneral, (int)_loops.PlaceOf(BitOperations.TrailingZeroCount(rest)));
        }

        for (ulong rest = _loops.Kept; rest != 0; rest &= rest - 1)
        {
            int slot = BitOperations.TrailingZeroCount(rest);
            short value = _x[slot];
            if (value < 0 || _ops[value].Code == IrCode.Const)
            {
                continue;
            }

            if (_place[value] != Nowhere)
            {
                _inGeneral[_place[value]] = Nowhere;
            }

            Occupy(_loops.PlaceOf(slot), value);
        }
    }

    private void Occupy(Gpr place, short value)
    {
        _inGeneral[(int)place] = value;
        _place[value] = (sbyte)place;
        _usedGeneral[(int)place] = _turn;
    }

    public void GetQ(int value, int register)
    {
        _home[value] = (short)(QHome + register);
        _memoryQ[register] = (short)value;
        _q[register] = (short)value;
    }

    public void GetD(int value, int register)
    {
        _home[value] = (short)(DHome + register);
        _memoryD[register] = (short)value;
    }

    public void SetX(int slot, short value)
    {
        Rescue(ref _memoryX[slot], value);
        _x[slot] = value;
        _dirtyX |= 1UL << slot;
    }

    /// <summary>
    /// A write that is overwritten before anybody can look: it is not stored, but later instructions may read the value,
    /// and where the interpreter has executed the instruction it has been stored.
    /// </summary>
    public void SetXUnseen(int slot, short value)
    {
        Rescue(ref _memoryX[slot], value);
        _x[slot] = value;
        _dirtyX &= ~(1UL << slot);
    }

    public void SetQUnseen(int register, short value)
    {
        Rescue(ref _memoryQ[register], value);
        Rescue(ref _memoryD[register], value);
        _q[register] = value;
        _dirtyQ &= ~(1u << register);
    }

    public void SetQ(int register, short value)
    {
        Rescue(ref _memoryQ[register], value);
        Rescue(ref _memoryD[register], value);
        _q[register] = value;
        _dirtyQ |= 1u << register;
    }

    /// <summary>Stores every guest register that is not in memory yet; flags are kept.</summary>
    public void StoreAll()
    {
        StoreDirty();
        for (ulong rest = _dirtyX; rest != 0; rest &= rest - 1)
        {
            int slot = BitOperations.TrailingZeroCount(rest);
            SettleX(slot);
        }

        for (uint rest = _dirtyQ; rest != 0; rest &= rest - 1)
        {
            SettleQ(BitOperations.TrailingZeroCount(rest));
        }

        _dirtyX = 0;
        _dirtyQ = 0;
    }

    /// <summary>What must be stored before the interpreter can look at the state as it is now.</summary>
    public void Snapshot(SideExits.Moves moves)
    {
        for (ulong rest = _dirtyX; rest != 0; rest &= rest - 1)
        {
            int slot = BitOperations.TrailingZeroCount(rest);
            moves.Add(new SideExits.Move(slot, _x[slot], _place[_x[slot]], _home[_x[slot]]));
        }

        for (uint rest = _dirtyQ; rest != 0; rest &= rest - 1)
        {
            int register = BitOperations.TrailingZeroCount(rest);
            moves.Add(new SideExits.Move(QHome + register, _q[register], _place[_q[register]], _home[_q[register]]));
        }
    }

    /// <summary>Which registers must be loaded again after the interpreter has executed an instruction.</summary>
    public void SnapshotLoads(SideExits.Moves moves)
    {
        foreach (Gpr register in GeneralPool)
        {
            short value = _inGeneral[(int)register];
            if (value >= 0 && _ops[value].LastUse >= _now)
            {
                int slot = Array.IndexOf(_x, value);
                moves.Add(new SideExits.Move(slot >= 0 ? slot : SpilledOnly(value), value, (sbyte)register, Nowhere));
            }
        }

        for (int register = FirstVector; register < LastVector; register++)
        {
            short value = _inVector[register];
            if (value >= 0 && _ops[value].LastUse >= _now)
            {
                int slot = Array.IndexOf(_q, value);
                int home = slot >= 0 ? QHome + slot : _home[value] is >= DHome and < SpillHome ? _home[value] : SpilledOnly(value);
                moves.Add(new SideExits.Move(home, value, (sbyte)register, Nowhere));
            }
        }
    }

    /// <summary>
    /// Which registers must be loaded again to go on within the present operation, behind the stores of <see cref="Snapshot"/>. False if
    /// one of them holds what is not in memory then.
    /// </summary>
    /// <param name="moves">Gets the loads.</param>
    /// <param name="except">A value that need not be loaded.</param>
    public bool TrySnapshotLive(SideExits.Moves moves, int except)
    {
        bool complete = true;
        for (int register = 0; register < _inGeneral.Length; register++)
        {
            complete &= TrySnapshot(moves, _inGeneral[register], register, _x, 0, except);
            complete &= TrySnapshot(moves, _inVector[register], register, _q, QHome, except);
        }

        return complete;
    }

    private bool TrySnapshot(SideExits.Moves moves, short value, int register, short[] current, int homes, int except)
    {
        if (value < 0 || value == except || _ops[value].LastUse <= _now)
        {
            return true;
        }

        int slot = Array.IndexOf(current, value);
        int home = slot >= 0 ? homes + slot : _home[value];
        moves.Add(new SideExits.Move(home, value, (sbyte)register, Nowhere));
        return home >= 0;
    }

    private int SpilledOnly(short value) => _home[value] >= SpillHome
        ? _home[value]
        : throw new InvalidOperationException($"value {value} ({_ops[value].Code}) lives across instructions outside the guest's registers");

    private Mem HomeOf(short value) => _home[value] >= 0
        ? ValueHomes.MemoryOf(_home[value])
        : throw new InvalidOperationException($"value {value} ({_ops[value].Code}) is used before it is defined");

    private void LoadVector(Xmm register, short value) => asm.Vex(ValueHomes.LoadOf(_home[value]), register, Xmm.None, HomeOf(value));

    private void StoreDirty()
    {
        _stores.Clear();
        Snapshot(_stores);
        Homes.Store(_stores.Of(..));
    }

    /// <summary>A guest register's memory now holds its value.</summary>
    private void SettleX(int slot)
    {
        _dirtyX &= ~(1UL << slot);
        _memoryX[slot] = _x[slot];
        _home[_x[slot]] = (short)slot;
    }

    private void SettleQ(int register)
    {
        _dirtyQ &= ~(1u << register);
        _memoryQ[register] = _q[register];
        _home[_q[register]] = (short)(QHome + register);
    }

    /// <summary>Memory is about to stop being the home of a value that somebody still needs.</summary>
    private void Rescue(ref short inMemory, short successor)
    {
        short value = inMemory;
        inMemory = Nowhere;
        if (value < 0 || value == successor || _ops[value].LastUse <= _now)
        {
            return;
        }

        bool vector = _ops[value].Is(IrTraits.InVector);
        if (_place[value] == Nowhere)
        {
            if (vector)
            {
                Xmm register = AllocateVector(value, defines: false);
                LoadVector(register, value);
            }
            else
            {
                Gpr register = Allocate(value, defines: false);
                asm.Load(8, register, HomeOf(value));
            }
        }

        _home[value] = Nowhere;
    }

    private Gpr Allocate(short value, bool defines)
    {
        Gpr best = Wanted(value, defines);
        foreach (Gpr register in best == Gpr.None ? GeneralPool : [])
        {
            short held = _inGeneral[(int)register];
            if (IsReserved(register))
            {
                continue;
            }

            if (held < 0 || IsDead(held, defines))
            {
                Release(_inGeneral, (int)register);
                best = register;
                break;
            }

            bool free = _usedGeneral[(int)register] != _turn;
            if (free && (best == Gpr.None || _usedGeneral[(int)register] < _usedGeneral[(int)best]))
            {
                best = register;
            }
        }

        if (_inGeneral[(int)best] >= 0)
        {
            Evict(_inGeneral[(int)best]);
            Release(_inGeneral, (int)best);
        }

        _inGeneral[(int)best] = value;
        _place[value] = (sbyte)best;
        _usedGeneral[(int)best] = _turn;
        return best;
    }

    private Xmm AllocateVector(short value, bool defines)
    {
        int best = -1;
        for (int register = FirstVector; register < LastVector; register++)
        {
            short held = _inVector[register];
            if (held < 0 || IsDead(held, defines))
            {
                Release(_inVector, register);
                best = register;
                break;
            }

            bool free = _usedVector[register] != _turn;
            if (free && (best < 0 || _usedVector[register] < _usedVector[best]))
            {
                best = register;
            }
        }

        if (_inVector[best] >= 0)
        {
            Evict(_inVector[best]);
            Release(_inVector, best);
        }

        _inVector[best] = value;
        _place[value] = (sbyte)best;
        _usedVector[best] = _turn;
        return (Xmm)best;
    }

    /// <summary>Where the labels of the unit's loops expect the guest register that a value becomes, if that place is free.</summary>
    private Gpr Wanted(short value, bool defines)
    {
        int slot = _ops[value].Becomes - 1;
        Gpr place = slot >= 0 ? _loops.PlaceOf(slot) : Gpr.None;
        if (place == Gpr.None || (_inGeneral[(int)place] >= 0 && !IsDead(_inGeneral[(int)place], defines)))
        {
            return Gpr.None;
        }

        Release(_inGeneral, (int)place);
        return place;
    }

    // Between bringing registers into their places and the jump to the label nothing else may go there.
    private bool IsReserved(Gpr register) => _reservedOperation == _now && _loops.IsPlace(register);

    // A result may take the place of an operand that ends with this operation; another operand may not.
    private bool IsDead(short value, bool defines) => _ops[value].LastUse < _now + (defines ? 1 : 0);

    private void Release(short[] file, int register)
    {
        if (file[register] >= 0)
        {
            _place[file[register]] = (sbyte)Nowhere;
            file[register] = Nowhere;
        }
    }

    /// <summary>Puts a value where it can be found again.</summary>
    private void Evict(short value)
    {
        bool vector = _ops[value].Is(IrTraits.InVector);
        short[] current = vector ? _q : _x;
        for (int slot = 0; slot < current.Length; slot++)
        {
            bool dirty = vector ? (_dirtyQ >> slot & 1) != 0 : (_dirtyX >> slot & 1) != 0;
            if (current[slot] == value && dirty)
            {
                Homes.Store(vector ? QHome + slot : slot, value, _place[value], Nowhere);
                if (vector)
                {
                    SettleQ(slot);
                }
                else
                {
                    SettleX(slot);
                }
            }
        }

        if (_home[value] < 0)
        {
            _home[value] = (short)(SpillHome + (_spills++ % StateLayout.SpillSlots));
            Homes.Store(_home[value], value, _place[value], Nowhere);
        }
    }
}
