using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.Building;
using GdbHost.Machine.Cpu.Translate.Forms;
using GdbHost.Machine.Isa;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Collects the operations of one unit while routines run on <see cref="TranslatorEngine"/>. It knows which value each
/// guest register holds, folds constants, and takes back an instruction that turns out to need the interpreter.
/// </summary>
internal sealed unsafe class IrBuilder : IDisposable
{
    /// <summary>Operations that a unit may have at most.</summary>
    public const int Capacity = 3072;

    /// <summary>Beside the alignment of <see cref="IrCode.Translate"/>: it is checked whatever the memory is.</summary>
    public const uint OrderedAccess = 0x100;

    private const int LinkRegister = 30;

    /// <summary>In Aux of <see cref="IrCode.Translate"/>: the result is the distance from guest to host address.</summary>
    public const int AsDistance = 0x40;

    /// <summary>In Aux of <see cref="IrCode.Translate"/>: to store.</summary>
    public const int ToStore = 0x80;

    /// <summary>In Aux of <see cref="IrCode.Translate"/>: to load now and to store later; where that may not be, the unit ends.</summary>
    public const int AlsoToStore = 0x10;

    /// <summary>In Aux of <see cref="IrCode.Translate"/>: with the rights of EL0.</summary>
    public const int AsUser = 0x20;

    /// <summary>Operations that one instruction may need at most.</summary>
    public const int LargestInstruction = 192;

    private readonly IrOp* _ops = (IrOp*)NativeMemory.Alloc(Capacity + LargestInstruction, (nuint)sizeof(IrOp));
    private readonly List<Vector128<byte>> _vectors = [];
    private readonly List<NativeForm> _forms = [];
    private readonly KnownValues _known = new();
    private readonly KnownValues _atStart = new();
    private readonly ulong[] _used = new ulong[Translator.MaxInstructions + 1];
    private readonly ulong[] _written = new ulong[Translator.MaxInstructions + 1];
    private int _number;
    private int _start;
    private bool _registerWritten;

    ~IrBuilder()
    {
        NativeMemory.Free(_ops);
    }

    public IrOp* Ops => _ops;

    public int Count { get; private set; }

    /// <summary>What the cores are; they differ only in what tells one from another.</summary>
    public CoreIdentity? Cores { get; set; }

    /// <summary>The registers whose writes are all left to the interpreter, because somebody looks on.</summary>
    public IReadOnlySet<SysRegId> Watched { get; set; } = new HashSet<SysRegId>();

    public bool IsFull => Count >= Capacity - LargestInstruction;

    /// <summary>Offset in its page of the present instruction, in bytes.</summary>
    public ulong PageOffset { get; private set; }

    /// <summary>The present instruction needs the interpreter.</summary>
    public bool Unsupported { get; private set; }

    /// <summary>Constant vectors of this unit.</summary>
    public IReadOnlyList<Vector128<byte>> Vectors => _vectors;

    /// <summary>Native forms of operations, as far as they are known up to now.</summary>
    public FormTable Forms { get; } = new();

    public void Begin()
    {
        Count = 0;
        _vectors.Clear();
        _forms.Clear();
        _known.Clear();
    }

    /// <summary>Starts an instruction: its number in the unit and its offset in its page.</summary>
    public void StartInstruction(int number, ulong pageOffset)
    {
        _atStart.CopyFrom(_known);
        _start = Count;
        _number = Math.Min(number, Translator.MaxInstructions);
        _used[_number] = 0;
        _written[_number] = 0;
        _registerWritten = false;
        Unsupported = false;
        PageOffset = pageOffset;
        _ = Add(IrCode.Start, imm: (ulong)number);
    }

    /// <summary>Guest registers that an instruction reads or writes, one bit each.</summary>
    public ulong UsedBy(int number) => _used[number];

    /// <summary>The last instruction has to do with the link register: BL, BLR or RET.</summary>
    public bool EndsWithCallOrReturn => (_used[_number] >> LinkRegister & 1) != 0;

    /// <summary>Guest registers that an instruction writes, one bit each.</summary>
    public ulong WrittenBy(int number) => _written[number];

    /// <summary>Branches of the unit lead to the instruction that comes next.</summary>
    public void Label(int number, LoopShape shape)
    {
        _start = Count;
        _ = Add(IrCode.Label, imm: (ulong)number);
        _known.Clear();
        for (ulong rest = shape.Kept; rest != 0; rest &= rest - 1)
        {
            int slot = BitOperations.TrailingZeroCount(rest);
            _known.X[slot] = (short)Add(IrCode.GetX, aux: slot, traits: IrTraits.AtLabel);
        }
    }

    /// <summary>Ends an instruction: one that cannot be done natively becomes a call of the interpreter.</summary>
    public void EndInstruction()
    {
        if (Unsupported)
        {
            Count = _start + 1;
            _known.CopyFrom(_atStart);
            Interpret();
        }
    }

    public void Interpret()
    {
        _ = Add(IrCode.Interpret);
        _known.Clear();
    }

    public void GiveUp() => Unsupported = true;

    /// <summary>The form of an operation of this unit.</summary>
    public NativeForm FormOf(in IrOp op) => _forms[(int)(op.Imm >> 32)];

    /// <summary>Gives a form its number in this unit.</summary>
    public int NumberOf(NativeForm form)
    {
        _forms.Add(form);
        return _forms.Count - 1;
    }

    public ref IrOp Op(ulong value) => ref _ops[(int)value];

    public ulong Add(IrCode code, bool wide = true, int aux = 0, ulong a = ulong.MaxValue, ulong b = ulong.MaxValue, ulong c = ulong.MaxValue,
        ulong imm = 0, IrTraits traits = IrTraits.None)
    {
        int id = Count;
        if (id >= _start + LargestInstruction)
        {
            Unsupported = true;
            return (ulong)_start;
        }

        _ops[id] = new IrOp
        {
            Code = code, Wide = wide, Aux = (byte)aux, Traits = traits, A = (short)a, B = (short)b, C = (short)c, LastUse = -1, Imm = imm,
        };
        Count = id + 1;
        return (ulong)id;
    }

    /// <summary>An operation that may leave for the interpreter: not once the instruction has written a register.</summary>
    public ulong AddLeaving(IrCode code, int aux = 0, ulong a = ulong.MaxValue, ulong b = ulong.MaxValue, ulong c = ulong.MaxValue, ulong imm = 0,
        IrTraits traits = IrTraits.None)
    {
        if (_registerWritten)
        {
            GiveUp();
        }

        return Add(code, true, aux, a, b, c, imm, traits);
    }

    public ulong Const(ulong value) =>
        Add(IrCode.Const, imm: value, traits: value <= uint.MaxValue ? IrTraits.ZeroExtended : IrTraits.None);

    public bool IsConst(ulong value, out ulong constant)
    {
        ref IrOp op = ref Op(value);
        constant = op.Imm;
        return op.Code == IrCode.Const;
    }

    public ulong X(int slot)
    {
        if (slot == Slots.Zero)
        {
            return Const(0);
        }

        _used[_number] |= 1UL << slot;
        ref short known = ref _known.X[slot];
        if (known < 0)
        {
            known = (short)Add(IrCode.GetX, aux: slot);
        }

        return (ulong)known;
    }

    public void SetX(int slot, ulong value)
    {
        if (slot == Slots.Sink)
        {
            return;
        }

        if (slot == Slots.Sp && !KeepsSpAligned(value))
        {
            _known.SpChecked = false;
        }

        value = General(value);
        _registerWritten = true;
        _used[_number] |= 1UL << slot;
        _written[_number] |= 1UL << slot;
        _ = Add(IrCode.SetX, aux: slot, a: value);
        _known.X[slot] = (short)value;
    }

    public ulong Q(int register)
    {
        ref short known = ref _known.Q[register];
        if (known < 0)
        {
            known = (short)Add(IrCode.GetQ, aux: register, traits: IrTraits.InVector);
        }

        return (ulong)known;
    }

    public ulong D(int register)
    {
        if (_known.Q[register] >= 0)
        {
            return (ulong)_known.Q[register];
        }

        ref short known = ref _known.D[register];
        if (known < 0)
        {
            known = (short)Add(IrCode.GetD, aux: register, traits: IrTraits.InVector | IrTraits.UpperZero);
        }

        return (ulong)known;
    }

    public void SetQ(int register, ulong value)
    {
        _registerWritten = true;
        _ = Add(IrCode.SetQ, aux: register, a: value);
        _known.Q[register] = (short)value;
        _known.D[register] = -1;
    }

    public void SetD(int register, ulong value)
    {
        MoveLoad(value);

        ulong vector = Vector(value);
        SetQ(register, Op(vector).Is(IrTraits.UpperZero) ? vector : Add(IrCode.LowHalf, a: vector, traits: IrTraits.InVector | IrTraits.UpperZero));
    }

    /// <summary>Makes a load of 4 or 8 bytes that was just added one into a vector register.</summary>
    public void MoveLoad(ulong value)
    {
        ref IrOp op = ref Op(value);
        if (op.Code == IrCode.Load && (int)value == Count - 1 && op.Aux >= 4)
        {
            op.Code = IrCode.LoadVector;
            op.Traits = IrTraits.InVector | IrTraits.UpperZero | (op.Aux == 4 ? IrTraits.Single : IrTraits.None);
        }
    }

    /// <summary>A value as one in a general register.</summary>
    public ulong General(ulong value) => Op(value).Is(IrTraits.InVector) ? Add(IrCode.ToGeneral, a: value) : value;

    /// <summary>A value as one in a vector register.</summary>
    public ulong Vector(ulong value) =>
        Op(value).Is(IrTraits.InVector) ? value : Add(IrCode.ToVector, a: value, traits: IrTraits.InVector | IrTraits.UpperZero);

    public ulong VectorConst(Vector128<byte> value)
    {
        _vectors.Add(value);
        bool upperZero = value.AsUInt64()[1] == 0;
        return Add(IrCode.VectorConst, imm: (ulong)(_vectors.Count - 1), traits: IrTraits.InVector | (upperZero ? IrTraits.UpperZero : IrTraits.None));
    }

    public ulong Binary(IrCode code, bool wide, ulong a, ulong b)
    {
        a = General(a);
        b = General(b);
        bool constA = IsConst(a, out ulong ka);
        if (constA && IsConst(b, out ulong kb))
        {
            ulong? folded = Fold.Binary(code, wide, ka, kb);
            if (folded is not null)
            {
                return Const(folded.Value);
            }
        }

        if (constA && code is IrCode.Add or IrCode.And or IrCode.Or or IrCode.Xor or IrCode.Mul)
        {
            (a, b) = (b, a);
        }

        if (IsConst(b, out ulong k))
        {
            if (code == IrCode.Sub)
            {
                code = IrCode.Add;
                k = wide ? 0 - k : (uint)(0 - k);
                b = Const(k);
            }

            if (k == 0 && code is IrCode.Add or IrCode.Or or IrCode.Xor)
            {
                return wide ? a : ZeroExtend(a, 32);
            }
        }

        bool zeroExtended = !wide || (code == IrCode.And && (Op(a).Is(IrTraits.ZeroExtended) || Op(b).Is(IrTraits.ZeroExtended)));
        return Add(code, wide, 0, a, b, traits: zeroExtended ? IrTraits.ZeroExtended : IrTraits.None);
    }

    /// <summary>An operation of two values that are not folded.</summary>
    public ulong Plain(IrCode code, bool wide, ulong a, ulong b) =>
        Add(code, wide, 0, General(a), General(b), traits: wide ? IrTraits.None : IrTraits.ZeroExtended);

    public ulong Shift(IrCode code, bool wide, ulong a, int amount)
    {
        a = General(a);
        if (IsConst(a, out ulong k))
        {
            return Const(Fold.Shift(code, wide, k, amount));
        }

        if (amount == 0)
        {
            return wide ? a : ZeroExtend(a, 32);
        }

        if (code == IrCode.Lsr && Op(a) is { Code: IrCode.Lsl } field && field.Wide == wide && IsOfThisInstruction(a))
        {
            ulong mask = Fold.Shift(IrCode.Lsr, wide, Fold.Shift(IrCode.Lsl, wide, ulong.MaxValue, (int)field.Imm), amount);
            if (mask <= int.MaxValue)
            {
                // A field that is put elsewhere: two operations of the host's instead of three.
                int rotation = (amount - (int)field.Imm) & (wide ? 63 : 31);
                return Binary(IrCode.And, wide, Shift(IrCode.Ror, wide, (ulong)field.A, rotation), Const(mask));
            }
        }

        return Add(code, wide, 0, a, imm: (ulong)amount, traits: wide ? IrTraits.None : IrTraits.ZeroExtended);
    }

    public ulong Unary(IrCode code, bool wide, ulong a)
    {
        a = General(a);
        if (code == IrCode.Not && IsConst(a, out ulong k))
        {
            return Const(wide ? ~k : (uint)~k);
        }

        return Add(code, wide, 0, a, traits: wide ? IrTraits.None : IrTraits.ZeroExtended);
    }

    public ulong ZeroExtend(ulong a, int bits)
    {
        a = General(a);
        if (IsConst(a, out ulong k))
        {
            return Const(k & (ulong.MaxValue >> (64 - bits)));
        }

        ref IrOp op = ref Op(a);
        bool narrowLoad = op.Code == IrCode.Load && op.Aux * 8 <= bits;
        return narrowLoad || (bits == 32 && op.Is(IrTraits.ZeroExtended)) ? a : Add(IrCode.ZeroExtend, false, bits, a, traits: IrTraits.ZeroExtended);
    }

    public ulong SignExtend(ulong a, int bits, bool wide)
    {
        a = General(a);
        if (IsConst(a, out ulong k))
        {
            ulong extended = (ulong)((long)(k << (64 - bits)) >> (64 - bits));
            return Const(wide ? extended : (uint)extended);
        }

        return Add(IrCode.SignExtend, wide, bits, a, traits: wide ? IrTraits.None : IrTraits.ZeroExtended);
    }

    /// <summary>An operation whose flags later conditions read.</summary>
    public ulong Flags(IrCode code, bool wide, ulong a, ulong b = ulong.MaxValue)
    {
        ulong id = Add(code, wide, 0, General(a), b == ulong.MaxValue ? b : General(b), traits: wide ? IrTraits.None : IrTraits.ZeroExtended);
        _known.Flags = (short)id;
        return id;
    }

    /// <summary>Sets NZCV from bits 31:28 of a value, or from the comparison that the value names.</summary>
    public void SetNzcv(ulong value)
    {
        if (Op(value).Code is IrCode.FpCompare or IrCode.FpCompareIf)
        {
            _known.Flags = (short)value;
        }
        else
        {
            _ = Flags(IrCode.SetNzcv, true, value);
        }
    }

    public void SetNzcvUnless(ulong condition, uint nzcv)
    {
        Op(condition).Traits |= IrTraits.Materialized;
        _known.Flags = (short)Add(IrCode.SetNzcvUnless, a: condition, imm: HostFlags.Of(nzcv >> 28));
    }

    public ulong FlagCondition(int code) => Add(IrCode.FlagCondition, aux: code, imm: (ulong)(long)_known.Flags);

    public ulong Select(bool wide, ulong condition, ulong a, ulong b) =>
        Add(IrCode.Select, wide, 0, General(a), General(b), condition, traits: wide ? IrTraits.None : IrTraits.ZeroExtended);

    public void CheckFp()
    {
        if (!_known.FpChecked)
        {
            _known.FpChecked = true;
            _ = AddLeaving(IrCode.CheckFp);
        }
    }

    /// <summary>FPCR is zero: round to nearest, no flush to zero, no default NaN.</summary>
    public void CheckFpControl()
    {
        if (!_known.ControlChecked)
        {
            _known.ControlChecked = true;
            _ = AddLeaving(IrCode.CheckFpControl);
        }
    }

    /// <summary>FPSR.IXC is set already: an inexact result changes nothing in FPSR.</summary>
    public void CheckInexact()
    {
        if (!_known.InexactChecked)
        {
            _known.InexactChecked = true;
            _ = AddLeaving(IrCode.CheckInexact);
        }
    }

    public void CheckSp()
    {
        if (!_known.SpChecked)
        {
            _known.SpChecked = true;
            _ = AddLeaving(IrCode.CheckSp, a: X(Slots.Sp));
        }
    }

    public void CheckLevel(ExceptionLevel lowest)
    {
        if (lowest > _known.LevelAtLeast)
        {
            _known.LevelAtLeast = lowest;
            _ = AddLeaving(IrCode.CheckLevel, (int)lowest);
        }
    }

    public ulong GetState(StatePlace place) => Add(IrCode.GetState, aux: (int)place);

    public ulong GetStored(Sr place) => Add(IrCode.GetState, aux: (int)StatePlace.Stored, imm: (ulong)place);

    public void SetState(StatePlace place, ulong value) => Add(IrCode.SetState, aux: (int)place, a: General(value));

    public void SetStored(Sr place, ulong value) => Add(IrCode.SetState, aux: (int)StatePlace.Stored, a: General(value), imm: (ulong)place);

    /// <summary>An address check. The address is taken apart, so that host address modes can do its additions.</summary>
    public ulong Translate(ulong address, int bytes, int alignment, MemoryKind kind, bool write)
    {
        AddressParts parts = AddressParts.Of(this, General(address));
        ulong baseRegister = (ulong)(_known.X[..TranslatedState.HintedRegisters].IndexOf(parts.From) + 1);
        ulong imm = (uint)parts.Displacement | ((ulong)((uint)alignment | (kind == MemoryKind.Ordered ? OrderedAccess : 0)) << 32) | (baseRegister << 48);
        int distance = parts.Index == IrOp.NoValue ? AsDistance : 0;
        int user = kind == MemoryKind.Unprivileged ? AsUser : 0;
        int aux = parts.Scale | (write ? ToStore : 0) | distance | user;
        IrOp check = new() { Code = IrCode.Translate, Aux = (byte)aux, A = parts.From, B = parts.Index, C = (short)bytes, Imm = imm };
        ulong earlier = write && kind == MemoryKind.Ordinary ? WaysOut.EarlierCheck(this, _start, check) : ulong.MaxValue;
        return earlier != ulong.MaxValue ? earlier : AddLeaving(IrCode.Translate, aux, (ulong)parts.From, (ulong)parts.Index, (ulong)bytes, imm);
    }

    /// <summary>The host address itself is needed of an address check.</summary>
    public ulong HostAddress(ulong checkedAddress)
    {
        Op(checkedAddress).Aux &= unchecked((byte)~AsDistance);
        return checkedAddress;
    }

    // Between instructions only the guest's registers live on: what is taken apart must be of this instruction.
    internal bool IsOfThisInstruction(ulong value) => (int)value >= _start;

    private bool KeepsSpAligned(ulong value)
    {
        ref IrOp op = ref Op(value);
        return op.Code == IrCode.Add && op.Wide && op.A == _known.X[Slots.Sp] && IsConst((ulong)op.B, out ulong k) && (k & 15) == 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_ops);
        GC.SuppressFinalize(this);
    }
}
