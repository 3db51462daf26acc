using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Writes a unit's code: its operations in order, then what is seldom run (ways out to the interpreter and back, links
/// to other units). It owns what all families of operations share: registers, flags, exits and the budget.
/// </summary>
internal sealed unsafe class UnitWriter
{
    private const ulong PageSize = Ram.PageSize;

    private readonly TranslatedCode _code;
    private readonly IntegerWriter _integers;
    private readonly FlagWriter _flags;
    private readonly MemoryWriter _memory;
    private readonly Forms.FormWriter _forms;
    private readonly List<Stub> _stubs = [];
    private readonly List<int> _segmentExits = [];
    private readonly List<int> _segmentStubs = [];
    private readonly List<(int Number, nint RestAt)> _segmentTimes = [];
    private readonly Labels _labels = new(Translator.MaxInstructions);
    private readonly ParallelMove _move = new();
    private readonly Instruction*[] _kept = new Instruction*[Translator.MaxInstructions];
    private Instruction[] _instructions = [];
    private LoopShape _loops = null!;
    private byte* _segmentLength;
    private byte* _firstLength;
    private int _segmentFirst;
    private int _number;
    private uint _withoutHints;

    public UnitWriter(TranslatedCode code)
    {
        _code = code;
        Asm = code.Asm;
        Registers = new HostRegisters(Asm);
        _flags = new FlagWriter(this);
        _integers = new IntegerWriter(this);
        _memory = new MemoryWriter(this);
        _forms = new Forms.FormWriter(this);
    }

    public Assembler Asm { get; }

    public HostRegisters Registers { get; }

    public SideExits Exits { get; } = new();

    public FlagWriter Flags => _flags;

    /// <summary>The present instruction is likely to be executed many times in a row, alone or with other units.</summary>
    public bool Repeats => _loops.IsInLoop(_number) || !Unit.EndsWithCallOrReturn;

    /// <summary>A register is likely to lead to the page that it led to before.</summary>
    public bool FollowsHint(int register) => register >= 0 && (_withoutHints >> register & 1) == 0;

    public IrBuilder Unit { get; private set; } = null!;

    /// <summary>Alignment of every access is checked: the MMU is off, or SCTLR_ELx.A is set.</summary>
    public bool Strict { get; private set; }

    /// <summary>Instructions for which the present unit needs a budget when it is entered.</summary>
    public byte FirstSegment => *_firstLength;

    /// <summary>Writes a unit. Gives its entry, as an address to execute.</summary>
    public byte* Write(IrBuilder unit, LoopShape loops, Instruction[] instructions, bool strict, uint withoutHints)
    {
        Unit = unit;
        Strict = strict;
        _withoutHints = withoutHints;
        _instructions = instructions;
        Begin(loops);
        byte* entry = Asm.At;
        IrOp* ops = unit.Ops;
        for (int k = 0; k < unit.Count; k++)
        {
            Registers.StartOperation(k);
            if (!ops[k].Is(IrTraits.Dead))
            {
                WriteOperation(ref ops[k], k);
            }
            else if (ops[k].Code == IrCode.SetX)
            {
                Registers.SetXUnseen(ops[k].Aux, ops[k].A);
            }
            else if (ops[k].Code == IrCode.SetQ)
            {
                Registers.SetQUnseen(ops[k].Aux, ops[k].A);
            }
        }

        WriteSideExits();
        WriteStubs();
        return _code.ToExecutable(entry);
    }

    /// <summary>The jump that was just written leaves for the interpreter.</summary>
    /// <param name="jumpEnd">Where the jump ends.</param>
    /// <param name="kind">Whether the unit goes on behind the instruction or ends with it.</param>
    /// <param name="exception">When the jump comes back at once: written where it leads to.</param>
    public void LeavesAt(byte* jumpEnd, ExitKind kind = ExitKind.Interpret, Forms.Fp.ZeroFactor? exception = null)
    {
        int exit = _code.AddExit(new ExitRecord { Kind = kind, Instruction = Kept(), PageOffset = OffsetOf(_number) });
        _segmentExits.Add(exit);
        Exits.Add(jumpEnd, exit, Registers, exception, comesBack: kind != ExitKind.Last);
    }

    /// <summary>As <see cref="LeavesAt(byte*, ExitKind, Forms.Fp.ZeroFactor?)"/>, for an address check.</summary>
    /// <param name="jumpEnd">Where the jump ends.</param>
    /// <param name="search">The check.</param>
    /// <param name="check">The value that it makes, if it is of a load that a device may answer; else -1.</param>
    /// <param name="kind">Whether the unit goes on behind the instruction or ends with it.</param>
    public void LeavesAt(byte* jumpEnd, PageSearch search, int check, ExitKind kind)
    {
        LeavesAt(jumpEnd, kind);
        ref SideExits.Exit exit = ref Exits.All[^1];
        exit.Search = search;
        if (search.HasHint)
        {
            _code.Exit(exit.Number).Hinted = (byte)(search.BaseRegister + 1);
            _code.Exit(exit.Number).UnitOffset = OffsetOf(0);
        }

        if (check >= 0 && Exits.MayComeBackLoaded(search.Result, check, Registers))
        {
            ref ExitRecord record = ref _code.Exit(exit.Number);
            record.Kind = ExitKind.Load;
            record.Bytes = (byte)search.Bytes;
        }
    }

    /// <summary>The value is a constant that an instruction of the host can hold as its immediate.</summary>
    public bool SmallConstant(short value, bool wide, out int immediate)
    {
        bool isConst = Unit.IsConst((ulong)value, out ulong k);
        immediate = (int)k;
        return isConst && (!wide || (long)k == (int)k);
    }

    /// <summary>Moves a value into the register of a result, before an operation that clears bits 63:32 itself if it is a 32-bit one.</summary>
    public void MoveUnlessSame(bool wide, Gpr d, Gpr s)
    {
        if (d != s)
        {
            Asm.Mov(wide, d, s);
        }
    }

    /// <summary>A register becomes the virtual time of the present instruction: what is left of the budget tells. Changes the flags.</summary>
    public void LoadTime(Gpr register)
    {
        Asm.Load(8, register, StateLayout.TimeAtEnd);
        Asm.Alu(Alu.Sub, true, register, StateLayout.Budget);
        Asm.Alu(Alu.Sub, true, register, 1);
        _segmentTimes.Add((_number, (nint)(Asm.At - 1)));
    }

    private void Begin(LoopShape loops)
    {
        _loops = loops;
        Registers.Begin(Unit, loops);
        Exits.Begin();
        _labels.Begin();
        _stubs.Clear();
        _segmentExits.Clear();
        _segmentStubs.Clear();
        _segmentTimes.Clear();
        Array.Clear(_kept);
        _segmentLength = null;
        _firstLength = null;
        _flags.Forget();
    }

    private void WriteOperation(ref IrOp op, int k)
    {
        switch (op.Code)
        {
            case IrCode.Label:
                Label((int)op.Imm);
                break;
            case IrCode.Start:
                Start((int)op.Imm);
                break;
            case IrCode.Const or IrCode.ZeroCondition or IrCode.BitCondition:
                break;
            case IrCode.GetX:
                Registers.GetX(k, op.Aux);
                break;
            case IrCode.SetX:
                Registers.SetX(op.Aux, op.A);
                break;
            case IrCode.GetQ:
                Registers.GetQ(k, op.Aux);
                break;
            case IrCode.GetD:
                Registers.GetD(k, op.Aux);
                break;
            case IrCode.SetQ:
                Registers.SetQ(op.Aux, op.A);
                break;
            case IrCode.Interpret:
                Interpret();
                break;
            case IrCode.Branch:
                Branch(op.Imm);
                break;
            case IrCode.BranchIf:
                BranchIf(ref op);
                break;
            case IrCode.BranchTo:
                BranchTo(ref op);
                break;
            case >= IrCode.AddFlags and <= IrCode.FlagCondition:
                _flags.Write(ref op, k);
                break;
            case >= IrCode.CheckFp and <= IrCode.ClearExclusive:
                _memory.Write(ref op, k);
                break;
            case >= IrCode.ToVector:
                _forms.Write(ref op, k);
                break;
            default:
                _integers.Write(ref op, k);
                break;
        }
    }

    private Instruction* Kept()
    {
        ref Instruction* kept = ref _kept[_number];
        if (kept is null)
        {
            kept = _code.AddInstruction(_instructions[_number]);
        }

        return kept;
    }

    private void Start(int number)
    {
        Exits.Rejoin(Asm.At, Registers, _flags.AreInHost);
        if (number == Translator.EndOfUnit)
        {
            return;
        }

        _number = number;
        if (_segmentLength is null)
        {
            OpenSegment(number);
        }
    }

    private void Label(int number)
    {
        Exits.Rejoin(Asm.At, Registers, flagsInHost: false);
        CloseSegment();
        Registers.Arrange(_move);
        Registers.EnterLabel();
        _labels.Bind(number, Asm.At);
    }

    /// <summary>Instructions up to the next branch (in a loop: the next label or branch to one) take their number from the budget together, or do not begin.</summary>
    private void OpenSegment(int number)
    {
        Asm.Alu(Alu.Sub, true, StateLayout.Budget, 1);
        _segmentLength = Asm.At - 1;
        // A subtraction and JL are one operation to the host, with JS they are two.
        _firstLength = _firstLength is null ? _segmentLength : _firstLength;
        _segmentFirst = number;
        _flags.Forget();
        _stubs.Add(new Stub
        {
            JumpEnd = Asm.Jump(HostCondition.Less), Kind = ExitKind.Budget, PageOffset = OffsetOf(number), Length = _segmentLength,
            Stores = Exits.Stores(Registers),
        });
    }

    private void CloseSegment()
    {
        if (_segmentLength is null)
        {
            return;
        }

        int length = _number - _segmentFirst + 1;
        *_segmentLength = (byte)length;
        _segmentLength = null;
        foreach (int exit in _segmentExits)
        {
            ref ExitRecord record = ref _code.Exit(exit);
            int before = (record.PageOffset - OffsetOf(_segmentFirst)) >> 2;
            record.Rest = (byte)(length - 1 - before);
        }

        foreach (int stub in _segmentStubs)
        {
            ref Stub left = ref CollectionsMarshal.AsSpan(_stubs)[stub];
            left.Rest = _number - left.Number;
        }

        foreach ((int number, nint restAt) in _segmentTimes)
        {
            *(byte*)restAt = (byte)(_number - number);
        }

        _segmentExits.Clear();
        _segmentStubs.Clear();
        _segmentTimes.Clear();
    }

    private ushort OffsetOf(int number) => (ushort)(_instructions[number].Index << 2);

    private void Interpret()
    {
        Registers.StoreAll();
        ref Instruction instruction = ref _instructions[_number];
        bool last = Translator.EndsUnit(in instruction);
        int exit = _code.AddExit(new ExitRecord
        {
            Kind = last ? ExitKind.Last : ExitKind.Interpret, Instruction = Kept(), PageOffset = OffsetOf(_number),
        });
        _segmentExits.Add(exit);
        _code.WriteExit(exit);
        _code.Exit(exit).Resume = _code.ToExecutable(Asm.At);
        Registers.Forget();
        _flags.Forget();
        if (last)
        {
            CloseSegment();
        }
    }

    private void Branch(ulong target)
    {
        int label = _loops.LabelAt(target);
        if (label >= 0)
        {
            Registers.Arrange(_move);
            CloseSegment();
            _labels.Jump(Asm.Jump(), label);
            return;
        }

        Registers.StoreAll();
        CloseSegment();
        if (target < PageSize)
        {
            _stubs.Add(new Stub { JumpEnd = Asm.Jump(), Kind = ExitKind.Link, PageOffset = (ushort)target });
            return;
        }

        LoadTarget(target);
        WriteLookup();
    }

    private void BranchIf(ref IrOp op)
    {
        if (_flags.AlwaysHolds(op.A))
        {
            Branch(op.Imm);
            return;
        }

        int label = _loops.LabelAt(op.Imm);
        if (label >= 0)
        {
            Registers.Arrange(_move);
            byte* jump = Asm.Jump(_flags.Evaluate(op.A));
            CloseSegment();
            _labels.Jump(jump, label);
        }
        else if (_loops.IsInLoop(_number))
        {
            LeaveLoopIf(ref op);
        }
        else
        {
            Registers.StoreAll();
            byte* jump = Asm.Jump(_flags.Evaluate(op.A));
            CloseSegment();
            _stubs.Add(LinkTo(op.Imm, jump));
        }
    }

    /// <summary>Whoever stays in a loop stores nothing: what the way out owes, to registers and to the budget, is done there.</summary>
    private void LeaveLoopIf(ref IrOp op)
    {
        HostCondition condition = _flags.Evaluate(op.A);
        Range stores = Exits.Stores(Registers);
        byte* jump = Asm.Jump(condition);
        _segmentStubs.Add(_stubs.Count);
        _stubs.Add(LinkTo(op.Imm, jump) with { Stores = stores, Number = _number });
    }

    private static Stub LinkTo(ulong target, byte* jumpEnd) =>
        new() { JumpEnd = jumpEnd, Kind = target < PageSize ? ExitKind.Link : ExitKind.Indirect, Target = target, PageOffset = (ushort)target };

    private void BranchTo(ref IrOp op)
    {
        Registers.StoreAll();
        CloseSegment();
        Gpr target = Registers.Use(op.A, Gpr.Rax);
        if (target != Gpr.Rax)
        {
            Asm.Mov(true, Gpr.Rax, target);
        }

        WriteLookup();
    }

    private void LoadTarget(ulong offset)
    {
        Asm.Load(8, Gpr.Rax, StateLayout.VirtualPage);
        Asm.Alu(Alu.Add, true, Gpr.Rax, (int)(long)offset);
    }

    /// <summary>Goes to the address in RAX if its code is in the jump table.</summary>
    private void WriteLookup()
    {
        const int ScaleToEntry = 3;
        const int WordBits = 32;
        const int EntryMask = (TranslatedState.Jumps - 1) << 5;
        Asm.RotateX(false, Gpr.Rcx, Gpr.Rax, WordBits - ScaleToEntry);
        Asm.Alu(Alu.And, false, Gpr.Rcx, EntryMask);
        Asm.Alu(Alu.Add, true, Gpr.Rcx, StateLayout.JumpTable);
        Asm.Load(8, Gpr.Rdx, StateLayout.JumpKey);
        Asm.Alu(Alu.Cmp, true, Gpr.Rax, new Mem(Gpr.Rcx, 0));
        byte* otherPc = Asm.Jump(HostCondition.NotEqual);
        Asm.Alu(Alu.Cmp, true, Gpr.Rdx, new Mem(Gpr.Rcx, 8));
        byte* otherKey = Asm.Jump(HostCondition.NotEqual);
        Asm.Alu(Alu.And, true, Gpr.Rax, -(int)PageSize);
        Asm.Store(8, StateLayout.VirtualPage, Gpr.Rax);
        Asm.Jump(new Mem(Gpr.Rcx, 16));
        _stubs.Add(new Stub { JumpEnd = otherPc, SecondJumpEnd = otherKey, Kind = ExitKind.Indirect });
    }

    private void WriteSideExits()
    {
        foreach (ref readonly SideExits.Exit exit in Exits.All)
        {
            Asm.Land(exit.JumpEnd);
            if (exit.Exception is { } exception)
            {
                Assembler.Land(exception.Write(Asm), exit.JumpEnd);
            }

            if (exit.Search is { } search)
            {
                search.WriteCold(Asm, exit.JumpEnd);
            }

            Registers.Homes.Store(Exits.MovesOf(exit.Stores));
            if (exit.Address != Gpr.None)
            {
                Asm.Store(8, StateLayout.LoadAddress, exit.Address);
            }

            _code.WriteExit(exit.Number);
            if (exit.Address != Gpr.None)
            {
                ResumeLoaded(in exit);
            }

            if (!exit.ComesBack)
            {
                continue;
            }

            _code.Exit(exit.Number).Resume = _code.ToExecutable(Asm.At);
            Registers.Homes.Load(Exits.MovesOf(exit.Loads));
            if (exit.FlagsInHost)
            {
                // Who comes back from the interpreter has the guest's flags in memory only.
                _flags.LoadFlags();
            }

            Assembler.Land(Asm.Jump(), exit.Rejoins);
        }
    }

    /// <summary>A load that has left comes back into its address check, which finds what was loaded.</summary>
    private void ResumeLoaded(ref readonly SideExits.Exit exit)
    {
        _code.Exit(exit.Number).ResumeLoaded = _code.ToExecutable(Asm.At);
        Registers.Homes.Load(Exits.MovesOf(exit.Live));
        Asm.Load(8, exit.Address, StateLayout.LoadAddress);
        exit.Search!.Value.UseEntry(Asm, StateLayout.Loaded);
        Assembler.Land(Asm.Jump(), exit.JumpEnd);
    }

    private void WriteStubs()
    {
        for (int k = 0; k < _stubs.Count; k++)
        {
            Stub stub = _stubs[k];
            byte* here = Asm.At;
            Asm.Land(stub.JumpEnd);
            if (stub.SecondJumpEnd is not null)
            {
                Asm.Land(stub.SecondJumpEnd);
            }

            Registers.Homes.Store(Exits.MovesOf(stub.Stores));
            if (stub.Rest != 0)
            {
                Asm.Lea(true, StateLayout.Budget, new Mem(StateLayout.Budget, stub.Rest));
            }

            switch (stub.Kind)
            {
                case ExitKind.Budget:
                    Asm.Alu(Alu.Add, true, StateLayout.Budget, *stub.Length);
                    _code.WriteExit(_code.AddExit(new ExitRecord { Kind = ExitKind.Budget, PageOffset = stub.PageOffset }));
                    break;
                case ExitKind.Link:
                    byte* patched = stub.JumpEnd;
                    if (Asm.At != here)
                    {
                        patched = Asm.Jump();
                        Asm.Land(patched);
                    }

                    _code.WriteExit(_code.AddExit(new ExitRecord { Kind = ExitKind.Link, PageOffset = stub.PageOffset, Patch = patched }));
                    break;
                case ExitKind.Indirect when stub.Target != 0:
                    LoadTarget(stub.Target);
                    WriteLookup();
                    break;
                default:
                    Asm.Store(8, StateLayout.Pc, Gpr.Rax);
                    _code.WriteExit(_code.AddExit(new ExitRecord { Kind = ExitKind.Indirect }));
                    break;
            }
        }
    }

    /// <summary>Seldom run code that is written behind the unit.</summary>
    private struct Stub
    {
        public byte* JumpEnd;
        public byte* SecondJumpEnd;
        public byte* Length;
        public ulong Target;
        public ushort PageOffset;
        public ExitKind Kind;

        /// <summary>What must be stored there.</summary>
        public Range Stores;

        /// <summary>For a way out of a loop: the instruction it belongs to, and how many were taken from the budget after it.</summary>
        public int Number;
        public int Rest;
    }
}
