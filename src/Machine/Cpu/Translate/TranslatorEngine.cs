using System.Runtime.Intrinsics;
using GdbHost.Machine.Cpu.Translate.Forms;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// The translator's side of <see cref="IEngine"/>: a value is the number of an operation in the <see cref="IrBuilder"/>.
/// What has no native form gives the instruction up to the interpreter.
/// </summary>
internal readonly struct TranslatorEngine(IrBuilder builder) : IEngine
{
    private static ulong None => ulong.MaxValue;

    public ulong X(int slot) => builder.X(slot);

    public void SetX(int slot, ulong value) => builder.SetX(slot, value);

    public ulong Const(ulong value) => builder.Const(value);

    public ulong PcPlus(in Instruction i, ulong offset) => builder.Add(IrCode.PagePlus, imm: builder.PageOffset + offset);

    public ulong PagePlus(in Instruction i, ulong offset) => builder.Add(IrCode.PagePlus, imm: offset);

    public ulong Add<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Binary(IrCode.Add, W.Is64, a, b);

    public ulong Sub<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Binary(IrCode.Sub, W.Is64, a, b);

    public ulong And<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Binary(IrCode.And, W.Is64, a, b);

    public ulong Or<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Binary(IrCode.Or, W.Is64, a, b);

    public ulong Xor<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Binary(IrCode.Xor, W.Is64, a, b);

    public ulong Not<W>(ulong a)
        where W : struct, IWidth => builder.Unary(IrCode.Not, W.Is64, a);

    public ulong Mul<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Binary(IrCode.Mul, W.Is64, a, b);

    public ulong UMulHigh(ulong a, ulong b) => builder.Plain(IrCode.UMulHigh, true, a, b);

    public ulong SMulHigh(ulong a, ulong b) => builder.Plain(IrCode.SMulHigh, true, a, b);

    public ulong UDiv<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Plain(IrCode.UDiv, W.Is64, a, b);

    public ulong SDiv<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Plain(IrCode.SDiv, W.Is64, a, b);

    public ulong Lsl<W>(ulong a, int amount)
        where W : struct, IWidth => builder.Shift(IrCode.Lsl, W.Is64, a, amount);

    public ulong Lsr<W>(ulong a, int amount)
        where W : struct, IWidth => builder.Shift(IrCode.Lsr, W.Is64, a, amount);

    public ulong Asr<W>(ulong a, int amount)
        where W : struct, IWidth => builder.Shift(IrCode.Asr, W.Is64, a, amount);

    public ulong Ror<W>(ulong a, int amount)
        where W : struct, IWidth => builder.Shift(IrCode.Ror, W.Is64, a, amount);

    public ulong LslBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => builder.Plain(IrCode.LslBy, W.Is64, a, amount);

    public ulong LsrBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => builder.Plain(IrCode.LsrBy, W.Is64, a, amount);

    public ulong AsrBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => builder.Plain(IrCode.AsrBy, W.Is64, a, amount);

    public ulong RorBy<W>(ulong a, ulong amount)
        where W : struct, IWidth => builder.Plain(IrCode.RorBy, W.Is64, a, amount);

    public ulong ZeroExtend(ulong a, int bits) => builder.ZeroExtend(a, bits);

    public ulong SignExtend<W>(ulong a, int bits)
        where W : struct, IWidth => builder.SignExtend(a, bits, W.Is64);

    public ulong Scalar<TOp>(ulong a)
        where TOp : struct, IScalar1 => Form(typeof(TOp), builder.General(a), None, None, 0);

    public ulong Scalar<TOp>(ulong a, ulong b)
        where TOp : struct, IScalar2 => Form(typeof(TOp), builder.General(a), builder.General(b), None, 0);

    public ulong AddFlags<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Flags(IrCode.AddFlags, W.Is64, a, b);

    public ulong SubFlags<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Flags(IrCode.SubFlags, W.Is64, a, b);

    public ulong AndFlags<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Flags(IrCode.AndFlags, W.Is64, a, b);

    public ulong AddWithCarry<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Plain(IrCode.AddCarry, W.Is64, a, b);

    public ulong AddWithCarryFlags<W>(ulong a, ulong b)
        where W : struct, IWidth => builder.Flags(IrCode.AddCarryFlags, W.Is64, a, b);

    public void SetNzcv(ulong value) => builder.SetNzcv(value);

    public void SetNzcvUnless(Condition condition, uint nzcv) => builder.SetNzcvUnless((ulong)condition.Id, nzcv);

    public ulong Nzcv() => builder.Add(IrCode.GetNzcv, traits: IrTraits.ZeroExtended);

    public Condition Cond(int code) => Named(builder.FlagCondition(code));

    public Condition IsZero<W>(ulong a)
        where W : struct, IWidth => Named(builder.Add(IrCode.ZeroCondition, W.Is64, 0, builder.General(a)));

    public Condition IsNotZero<W>(ulong a)
        where W : struct, IWidth => Named(builder.Add(IrCode.ZeroCondition, W.Is64, 1, builder.General(a)));

    public Condition BitIsSet(ulong a, int bit) => Named(builder.Add(IrCode.BitCondition, true, 1, builder.General(a), imm: (ulong)bit));

    public Condition BitIsClear(ulong a, int bit) => Named(builder.Add(IrCode.BitCondition, true, 0, builder.General(a), imm: (ulong)bit));

    public ulong Select<W>(Condition condition, ulong ifHolds, ulong otherwise)
        where W : struct, IWidth => builder.Select(W.Is64, (ulong)condition.Id, ifHolds, otherwise);

    public Vec SelectVector(Condition condition, Vec ifHolds, Vec otherwise)
    {
        builder.GiveUp();
        return otherwise;
    }

    public Flow Branch(in Instruction i, ulong offset)
    {
        builder.Add(IrCode.Branch, imm: builder.PageOffset + offset);
        return Flow.Taken;
    }

    public Flow BranchIf(Condition condition, in Instruction i, ulong offset)
    {
        builder.Add(IrCode.BranchIf, a: (ulong)condition.Id, imm: builder.PageOffset + offset);
        return Flow.NotTaken;
    }

    public Flow BranchTo(ulong target)
    {
        builder.Add(IrCode.BranchTo, a: builder.General(target));
        return Flow.Indirect;
    }

    public Flow Leave<TCall>(in Instruction i)
        where TCall : struct, ICoreCall
    {
        if (Forms.SystemInstructions.TryBuild<TCall>(builder, in i))
        {
            return Flow.Next;
        }

        builder.GiveUp();
        return Flow.End;
    }

    public bool FpDisabled()
    {
        builder.CheckFp();
        return false;
    }

    public bool SpMisaligned()
    {
        builder.CheckSp();
        return false;
    }

    public Pointer ToRead(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind) =>
        Translate(address, bytes, alignment, kind, false);

    public Pointer ToWrite(ulong address, int bytes, int alignment, in Instruction i, MemoryKind kind) =>
        Translate(address, bytes, alignment, kind, true);

    public bool Bad(Pointer p) => false;

    public ulong Load(Pointer p, int offset, int bytes) =>
        builder.Add(IrCode.Load, true, bytes, p.Value, imm: (ulong)offset, traits: bytes < 8 ? IrTraits.ZeroExtended : IrTraits.None);

    public void Store(Pointer p, int offset, int bytes, ulong value)
    {
        bool fromVector = builder.Op(value).Is(IrTraits.InVector) && bytes >= 4;
        ulong stored = fromVector ? value : builder.General(value);
        builder.Add(fromVector ? IrCode.StoreVector : IrCode.Store, true, bytes, p.Value, stored, imm: (ulong)offset);
    }

    public Vec LoadVector(Pointer p, int offset) =>
        VectorNamed(builder.Add(IrCode.LoadVector, true, 16, p.Value, imm: (ulong)offset, traits: IrTraits.InVector));

    public void StoreVector(Pointer p, int offset, Vec value) =>
        builder.Add(IrCode.StoreVector, true, 16, p.Value, Id(value), imm: (ulong)offset);

    public void MarkExclusive(Pointer p, ulong address, int bytes) => builder.Add(IrCode.MarkExclusive, true, bytes, builder.HostAddress(p.Value));

    public ulong StoreExclusive(Pointer p, ulong address, int bytes, bool pair, ulong low, ulong high) =>
        builder.Add(
            IrCode.StoreExclusive, true, bytes, builder.HostAddress(p.Value), builder.General(low), pair ? builder.General(high) : None, traits: IrTraits.ZeroExtended);

    public void ClearExclusive() => builder.Add(IrCode.ClearExclusive);

    public Vec Q(int register) => VectorNamed(builder.Q(register));

    public void SetQ(int register, Vec value) => builder.SetQ(register, Id(value));

    public ulong D(int register) => builder.D(register);

    public void SetD(int register, ulong value) => builder.SetD(register, value);

    public ulong FpScalar<TOp>(ulong a, int imm)
        where TOp : struct, IFpScalar1 => Form(typeof(TOp), a, None, None, imm);

    public ulong FpScalar<TOp>(ulong a, ulong b)
        where TOp : struct, IFpScalar2 => Form(typeof(TOp), a, b, None, 0);

    public ulong FpScalar<TOp>(ulong a, ulong b, ulong c)
        where TOp : struct, IFpScalar3 => Form(typeof(TOp), a, b, c, 0);

    public Vec VectorConst(Vector128<byte> value) => VectorNamed(builder.VectorConst(value));

    public Vec Vector<TOp>(Vec a, int imm)
        where TOp : struct, IVector1 => VectorNamed(Form(typeof(TOp), Id(a), None, None, imm));

    public Vec Vector<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IVector2 => VectorNamed(Form(typeof(TOp), Id(a), Id(b), None, imm));

    public Vec Vector<TOp>(Vec d, Vec a, Vec b, int imm)
        where TOp : struct, IVector3 => VectorNamed(Form(typeof(TOp), Id(a), Id(b), Id(d), imm));

    public Vec FpVector<TOp>(Vec a, int imm)
        where TOp : struct, IFpVector1 => VectorNamed(Form(typeof(TOp), Id(a), None, None, imm));

    public Vec FpVector<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IFpVector2 => VectorNamed(Form(typeof(TOp), Id(a), Id(b), None, imm));

    public Vec FpVector<TOp>(Vec d, Vec a, Vec b, int imm)
        where TOp : struct, IFpVector3 => VectorNamed(Form(typeof(TOp), Id(a), Id(b), Id(d), imm));

    public ulong ToScalar<TOp>(Vec a, int imm)
        where TOp : struct, IVectorToScalar => Form(typeof(TOp), Id(a), None, None, imm);

    public ulong ToScalar<TOp>(Vec a, Vec b, int imm)
        where TOp : struct, IVectorPairToScalar => Form(typeof(TOp), Id(a), Id(b), None, imm);

    public Vec FromScalar<TOp>(Vec d, ulong a, int imm)
        where TOp : struct, IScalarToVector => VectorNamed(Form(typeof(TOp), a, None, Id(d), imm));

    private static Condition Named(ulong id) => new(false, (int)id);

    private static Vec VectorNamed(ulong id) => new(Vector128.CreateScalar(id).AsByte());

    private static ulong Id(Vec value) => value.Bits.AsUInt64()[0];

    private Pointer Translate(ulong address, int bytes, int alignment, MemoryKind kind, bool write) =>
        new(builder.Translate(address, bytes, alignment, kind, write));

    /// <summary>An operation that the instruction set names by a type: native if there is a form for it.</summary>
    private ulong Form(System.Type operation, ulong a, ulong b, ulong c, int imm)
    {
        NativeForm? form = builder.Forms.Find(operation);
        if (form is null)
        {
            builder.GiveUp();
            return builder.Const(0);
        }

        return form.Build(builder, a, b, c, imm);
    }
}
