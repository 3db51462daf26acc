using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>
/// The interpreter's side of <see cref="IEngine"/>: every member acts at once on the core's state. It has no fields
/// of its own but that state, so a pointer to the state is a pointer to the engine.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InterpreterEngine : IEngine
{
    private const ulong PageMask = ~0xfffUL;

    private CpuState _state;

    private readonly Core Core
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => (Core)GCHandle.FromIntPtr(_state.CoreHandle).Target!;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong X(int slot) => _state.X[slot];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetX(int slot, ulong value) => _state.X[slot] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Const(ulong value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong PcPlus(in Instruction i, ulong offset) => _state.BlockPc + ((ulong)i.Index << 2) + offset;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong PagePlus(in Instruction i, ulong offset) => (_state.BlockPc & PageMask) + offset;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Add<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a + b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Sub<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a - b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong And<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a & b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Or<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a | b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Xor<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a ^ b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Not<W>(ulong a)
        where W : struct, IWidth => Cut<W>(~a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Mul<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a * b);

    public readonly ulong UMulHigh(ulong a, ulong b) => Math.BigMul(a, b, out _);

    public readonly ulong SMulHigh(ulong a, ulong b) => (ulong)Math.BigMul((long)a, (long)b, out _);

    public readonly ulong UDiv<W>(ulong a, ulong b)
        where W : struct, IWidth => W.Is64 ? (b == 0 ? 0 : a / b) : ((uint)b == 0 ? 0 : (uint)a / (uint)b);

    public readonly ulong SDiv<W>(ulong a, ulong b)
        where W : struct, IWidth
    {
        if (W.Is64)
        {
            return b == 0 ? 0 : b == ulong.MaxValue ? 0 - a : (ulong)((long)a / (long)b);
        }

        return (uint)b == 0 ? 0 : (uint)b == uint.MaxValue ? 0 - (uint)a : (uint)((int)a / (int)b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Lsl<W>(ulong a, int amount)
        where W : struct, IWidth => Cut<W>(a << amount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Lsr<W>(ulong a, int amount)
        where W : struct, IWidth => W.Is64 ? a >> amount : (uint)a >> amount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Asr<W>(ulong a, int amount)
        where W : struct, IWidth => W.Is64 ? (ulong)((long)a >> amount) : (uint)((int)a >> amount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Ror<W>(ulong a, int amount)
        where W : struct, IWidth => W.Is64 ? BitOperations.RotateRight(a, amount) : BitOperations.RotateRight((uint)a, amount);

    public readonly ulong LslBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => W.Is64 ? a << (int)(amount & 63) : (uint)a << (int)(amount & 31);

    public readonly ulong LsrBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => Lsr<W>(a, (int)(amount & (W.Is64 ? 63u : 31u)));

    public readonly ulong AsrBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => Asr<W>(a, (int)(amount & (W.Is64 ? 63u : 31u)));

    public readonly ulong RorBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => Ror<W>(a, (int)(amount & (W.Is64 ? 63u : 31u)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong ZeroExtend(ulong a, int bits) => bits switch { 8 => (byte)a, 16 => (ushort)a, _ => (uint)a };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong SignExtend<W>(ulong a, int bits)
        where W : struct, IWidth => Cut<W>(bits switch { 8 => (ulong)(sbyte)a, 16 => (ulong)(short)a, _ => (ulong)(int)a });

    public readonly ulong Scalar<TOp>(ulong a)
        where TOp : struct, IScalar1 => TOp.Do(a);

    public readonly ulong Scalar<TOp>(ulong a, ulong b)
        where TOp : struct, IScalar2 => TOp.Do(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong AddFlags<W>(ulong a, ulong b)
        where W : struct, IWidth
    {
        if (W.Is64)
        {
            ulong r = a + b;
            SetFlags(r, r, r < a, (a ^ r) & (b ^ r));
            return r;
        }

        uint x = (uint)a;
        uint sum = x + (uint)b;
        SetFlags((ulong)sum << 32, sum, sum < x, (ulong)((x ^ sum) & ((uint)b ^ sum)) << 32);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong SubFlags<W>(ulong a, ulong b)
        where W : struct, IWidth
    {
        if (W.Is64)
        {
            ulong r = a - b;
            SetFlags(r, r, a >= b, (a ^ b) & (a ^ r));
            return r;
        }

        uint x = (uint)a;
        uint y = (uint)b;
        uint difference = x - y;
        SetFlags((ulong)difference << 32, difference, x >= y, (ulong)((x ^ y) & (x ^ difference)) << 32);
        return difference;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong AndFlags<W>(ulong a, ulong b)
        where W : struct, IWidth
    {
        ulong r = Cut<W>(a & b);
        SetFlags(W.Is64 ? r : r << 32, r, false, 0);
        return r;
    }

    public readonly ulong AddWithCarry<W>(ulong a, ulong b)
        where W : struct, IWidth => Cut<W>(a + b + _state.CFlag);

    public ulong AddWithCarryFlags<W>(ulong a, ulong b)
        where W : struct, IWidth
    {
        if (W.Is64)
        {
            ulong partial = a + b;
            ulong r = partial + _state.CFlag;
            SetFlags(r, r, partial < a || r < partial, (a ^ r) & (b ^ r));
            return r;
        }

        ulong wide = (ulong)(uint)a + (uint)b + _state.CFlag;
        ulong low = (uint)wide;
        SetFlags(low << 32, low, wide >> 32 != 0, ((a ^ low) & (b ^ low)) << 32);
        return low;
    }

    public void SetNzcv(ulong value) => _state.Nzcv = (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetNzcvUnless(Condition condition, uint nzcv)
    {
        if (!condition.Holds)
        {
            _state.Nzcv = nzcv;
        }
    }

    public readonly ulong Nzcv() => _state.Nzcv;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Condition Cond(int code)
    {
        // Each code on its own, and without short circuits: for a code known to the compiler one comparison is left.
        bool holds = code switch
        {
            0 => _state.ZFlag == 0,
            1 => _state.ZFlag != 0,
            2 => _state.CFlag != 0,
            3 => _state.CFlag == 0,
            4 => (long)_state.NFlag < 0,
            5 => (long)_state.NFlag >= 0,
            6 => (long)_state.VFlag < 0,
            7 => (long)_state.VFlag >= 0,
            8 => (_state.CFlag != 0) & (_state.ZFlag != 0),
            9 => (_state.CFlag == 0) | (_state.ZFlag == 0),
            10 => (long)(_state.NFlag ^ _state.VFlag) >= 0,
            11 => (long)(_state.NFlag ^ _state.VFlag) < 0,
            12 => (_state.ZFlag != 0) & ((long)(_state.NFlag ^ _state.VFlag) >= 0),
            13 => (_state.ZFlag == 0) | ((long)(_state.NFlag ^ _state.VFlag) < 0),
            _ => true,
        };
        return new Condition(holds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Condition IsZero<W>(ulong a)
        where W : struct, IWidth => new(Cut<W>(a) == 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Condition IsNotZero<W>(ulong a)
        where W : struct, IWidth => new(Cut<W>(a) != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Condition BitIsSet(ulong a, int bit) => new(((a >> bit) & 1) != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Condition BitIsClear(ulong a, int bit) => new(((a >> bit) & 1) == 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Select<W>(Condition condition, ulong ifHolds, ulong otherwise)
        where W : struct, IWidth => Cut<W>(condition.Holds ? ifHolds : otherwise);

    public readonly Vec SelectVector(Condition condition, Vec ifHolds, Vec otherwise) => condition.Holds ? ifHolds : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Flow Branch(in Instruction i, ulong offset)
    {
        _state.Pc = PcPlus(in i, offset);
        return Flow.Taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Flow BranchIf(Condition condition, in Instruction i, ulong offset)
    {
        if (condition.Holds)
        {
            _state.Pc = PcPlus(in i, offset);
            return Flow.Taken;
        }

        _state.Pc = PcPlus(in i, 4);
        return Flow.NotTaken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Flow BranchTo(ulong target)
    {
        _state.Pc = target;
        return Flow.Indirect;
    }

    public Flow Leave<TCall>(in Instruction i)
        where TCall : struct, ICoreCall
    {
        _state.Pc = PcPlus(in i, 0);
        Core core = Core;
        core.SynchronizeClock(in i);

        // The core has taken the exception already: PC is the vector.
        Flow flow = TCall.Do(core.Calls, in i);
        return flow == Flow.Fault ? Flow.End : flow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool FpDisabled() => _state.FpDisabled != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool SpMisaligned() => (_state.X[Slots.Sp] & _state.SpCheck) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Pointer ToRead(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind)
    {
        FastTlbEntry* entry = EntryOf(address, kind);
        ulong checkedBits = kind == MemoryKind.Ordered || _state.StrictAlignment ? ulong.MaxValue : 0;
        ulong tag = ((address + (ulong)(bytes - 1)) & PageMask) | (address & (ulong)(alignment - 1) & checkedBits);
        if (tag == entry->Page)
        {
            return new Pointer(address + entry->Addend);
        }

        return new Pointer((ulong)Core.Memory.PrepareRead(address, bytes, alignment, in i, kind));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Pointer ToWrite(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind)
    {
        FastTlbEntry* entry = EntryOf(address, kind);
        ulong checkedBits = kind == MemoryKind.Ordered || _state.StrictAlignment ? ulong.MaxValue : 0;
        ulong tag = ((address + (ulong)(bytes - 1)) & PageMask) | (address & (ulong)(alignment - 1) & checkedBits);
        if (tag == entry->Tag)
        {
            return new Pointer(address + entry->Addend);
        }

        return new Pointer((ulong)Core.Memory.PrepareWrite(address, bytes, alignment, in i, kind));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Bad(Pointer p) => p.Value == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Load(Pointer p, int offset, int bytes)
    {
        byte* at = (byte*)p.Value + offset;
        return bytes switch { 1 => *at, 2 => *(ushort*)at, 4 => *(uint*)at, _ => *(ulong*)at };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(Pointer p, int offset, int bytes, ulong value)
    {
        if (p.Value == MemoryAccess.Deferred)
        {
            Core.Memory.StoreDeferred(offset, bytes, value);
            return;
        }

        byte* at = (byte*)p.Value + offset;
        switch (bytes)
        {
            case 1:
                *at = (byte)value;
                break;
            case 2:
                *(ushort*)at = (ushort)value;
                break;
            case 4:
                *(uint*)at = (uint)value;
                break;
            default:
                *(ulong*)at = value;
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vec LoadVector(Pointer p, int offset) => new(Vector128.Load((byte*)p.Value + offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreVector(Pointer p, int offset, Vec value)
    {
        if (p.Value == MemoryAccess.Deferred)
        {
            Core.Memory.StoreDeferred(offset, 8, value.Bits.AsUInt64()[0]);
            Core.Memory.StoreDeferred(offset + 8, 8, value.Bits.AsUInt64()[1]);
            return;
        }

        value.Bits.Store((byte*)p.Value + offset);
    }

    public void MarkExclusive(Pointer p, ulong address, int bytes)
    {
        _state.ExclusiveValid = true;
        _state.ExclusivePlace = ExclusivePlace(p, address);
        _state.ExclusiveBytes = bytes;
    }

    public ulong StoreExclusive(Pointer p, ulong address, int bytes, bool pair, ulong low, ulong high)
    {
        bool holds = _state.ExclusiveValid
            && _state.ExclusivePlace == ExclusivePlace(p, address)
            && _state.ExclusiveBytes == (pair ? bytes * 2 : bytes);
        _state.ExclusiveValid = false;
        if (!holds)
        {
            return 1;
        }

        Store(p, 0, bytes, low);
        if (pair)
        {
            Store(p, bytes, bytes, high);
        }

        return 0;
    }

    public void ClearExclusive() => _state.ExclusiveValid = false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec Q(int register) => new(_state.Vector(register));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetQ(int register, Vec value) => _state.Vector(register) = value.Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong D(int register) => _state.V[register * 2];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetD(int register, ulong value)
    {
        _state.V[register * 2] = value;
        _state.V[(register * 2) + 1] = 0;
    }

    public ulong FpScalar<TOp>(ulong a, int imm)
        where TOp : struct, IFpScalar1 => TOp.Do(a, imm, ref _state.Fp);

    public ulong FpScalar<TOp>(ulong a, ulong b)
        where TOp : struct, IFpScalar2 => TOp.Do(a, b, ref _state.Fp);

    public ulong FpScalar<TOp>(ulong a, ulong b, ulong c)
        where TOp : struct, IFpScalar3 => TOp.Do(a, b, c, ref _state.Fp);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vec VectorConst(Vector128<byte> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vec Vector<TOp>(Vec a, int imm)
        where TOp : struct, IVector1 => new(TOp.Do(a.Bits, imm));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vec Vector<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IVector2 => new(TOp.Do(a.Bits, b.Bits, imm));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vec Vector<TOp>(Vec d, Vec a, Vec b, int imm)
        where TOp : struct, IVector3 => new(TOp.Do(d.Bits, a.Bits, b.Bits, imm));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec FpVector<TOp>(Vec a, int imm)
        where TOp : struct, IFpVector1 => new(TOp.Do(a.Bits, imm, ref _state.Fp));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec FpVector<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IFpVector2 => new(TOp.Do(a.Bits, b.Bits, imm, ref _state.Fp));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec FpVector<TOp>(Vec d, Vec a, Vec b, int imm)
        where TOp : struct, IFpVector3 => new(TOp.Do(d.Bits, a.Bits, b.Bits, imm, ref _state.Fp));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ToScalar<TOp>(Vec a, int imm)
        where TOp : struct, IVectorToScalar => TOp.Do(a.Bits, imm, ref _state.Fp);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ToScalar<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IVectorPairToScalar => TOp.Do(a.Bits, b.Bits, imm, ref _state.Fp);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec FromScalar<TOp>(Vec d, ulong a, int imm)
        where TOp : struct, IScalarToVector => new(TOp.Do(d.Bits, a, imm, ref _state.Fp));

    /// <summary>
    /// What the exclusive monitor compares: the host place for memory; for anything else the address, marked as no place of the host's.
    /// </summary>
    private readonly ulong ExclusivePlace(Pointer p, ulong address)
    {
        fixed (ulong* scratch = _state.Scratch)
        {
            return p.Value == MemoryAccess.Deferred || p.Value == (ulong)scratch ? address | CpuState.NoHostPlace : p.Value;
        }
    }

    /// <summary>The only entry of the fast TLB that may hold an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly FastTlbEntry* EntryOf(ulong address, MemoryKind kind) =>
        (kind == MemoryKind.Unprivileged ? _state.UnprivilegedTlb : _state.FastTlb) + ((address >> 12) & (CpuState.FastTlbEntries - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Cut<W>(ulong value)
        where W : struct, IWidth => W.Is64 ? value : (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetFlags(ulong n, ulong z, bool carry, ulong v)
    {
        _state.NFlag = n;
        _state.ZFlag = z;
        _state.CFlag = Unsafe.BitCast<bool, byte>(carry);
        _state.VFlag = v;
    }
}
