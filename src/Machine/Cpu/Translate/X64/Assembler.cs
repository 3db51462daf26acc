using System.Runtime.CompilerServices;

namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>
/// Writes instructions at a place in code memory. <c>w</c> chooses the 64-bit form of an operation; 32-bit forms clear
/// the upper half of their destination. The caller keeps <see cref="At"/> inside the memory it owns.
/// </summary>
internal sealed unsafe class Assembler
{
    /// <summary>Where the next instruction is written.</summary>
    public byte* At { get; set; }

    public void Alu(Alu op, bool w, Gpr d, Gpr s) => RegReg(w, 0x03 | ((int)op << 3), d, s);

    public void Alu(Alu op, bool w, Gpr d, in Mem m) => RegMem(w, 0x03 | ((int)op << 3), d, m);

    public void Alu(Alu op, bool w, in Mem m, Gpr s) => RegMem(w, 0x01 | ((int)op << 3), s, m);

    public void Alu(Alu op, bool w, Gpr d, int immediate)
    {
        Rex(w, 0, 0, (int)d);
        if (immediate == (sbyte)immediate)
        {
            Byte(0x83);
            ModRegister((int)op, (int)d);
            Byte(immediate);
        }
        else
        {
            Byte(0x81);
            ModRegister((int)op, (int)d);
            Word(immediate);
        }
    }

    public void Alu(Alu op, bool w, in Mem m, int immediate)
    {
        RexMem(w, 0, m);
        bool small = immediate == (sbyte)immediate;
        Byte(small ? 0x83 : 0x81);
        ModMemory((int)op, m);
        if (small)
        {
            Byte(immediate);
        }
        else
        {
            Word(immediate);
        }
    }

    public void CompareByte(in Mem m, int value)
    {
        RexMem(false, 0, m);
        Byte(0x80);
        ModMemory((int)X64.Alu.Cmp, m);
        Byte(value);
    }

    public void Test(bool w, Gpr a, Gpr b) => RegReg(w, 0x85, a, b);

    public void Test(bool w, Gpr a, int immediate)
    {
        Rex(w, 0, 0, (int)a);
        Byte(0xf7);
        ModRegister(0, (int)a);
        Word(immediate);
    }

    public void Test(bool w, in Mem m, Gpr s) => RegMem(w, 0x85, s, m);

    public void TestByte(in Mem m, int immediate)
    {
        RexMem(false, 0, m);
        Byte(0xf6);
        ModMemory(0, m);
        Byte(immediate);
    }

    /// <summary>CF becomes the bit of the register with this number.</summary>
    public void BitTest(bool w, Gpr a, int bit)
    {
        Rex(w, 0, 0, (int)a);
        Byte(0x0f);
        Byte(0xba);
        ModRegister(4, (int)a);
        Byte(bit);
    }

    /// <summary>CF becomes the bit of a 32-bit word in memory.</summary>
    public void BitTest32(in Mem m, int bit)
    {
        RexMem(false, 0, m);
        Byte(0x0f);
        Byte(0xba);
        ModMemory(4, m);
        Byte(bit);
    }

    public void Mov(bool w, Gpr d, Gpr s) => RegReg(w, 0x8b, d, s);

    /// <summary>The shortest way to a constant; flags are kept.</summary>
    public void MovImmediate(Gpr d, ulong value)
    {
        if (value <= uint.MaxValue)
        {
            Rex(false, 0, 0, (int)d);
            Byte(0xb8 | ((int)d & 7));
            Word((int)value);
        }
        else if ((long)value == (int)value)
        {
            Rex(true, 0, 0, (int)d);
            Byte(0xc7);
            ModRegister(0, (int)d);
            Word((int)value);
        }
        else
        {
            Rex(true, 0, 0, (int)d);
            Byte(0xb8 | ((int)d & 7));
            Long(value);
        }
    }

    /// <summary>Loads 1, 2, 4 or 8 bytes, zero-extended.</summary>
    public void Load(int bytes, Gpr d, in Mem m)
    {
        switch (bytes)
        {
            case 1:
                RegMem0F(false, 0xb6, d, m);
                break;
            case 2:
                RegMem0F(false, 0xb7, d, m);
                break;
            default:
                RegMem(bytes == 8, 0x8b, d, m);
                break;
        }
    }

    /// <summary>Loads 1, 2 or 4 bytes, sign-extended to 64 or 32 bits.</summary>
    public void LoadSigned(bool w, int bytes, Gpr d, in Mem m)
    {
        switch (bytes)
        {
            case 1:
                RegMem0F(w, 0xbe, d, m);
                break;
            case 2:
                RegMem0F(w, 0xbf, d, m);
                break;
            default:
                RegMem(w, w ? 0x63 : 0x8b, d, m);
                break;
        }
    }

    public void Store(int bytes, in Mem m, Gpr s)
    {
        if (bytes == 2)
        {
            Byte(0x66);
        }

        // A REX prefix makes 4 to 7 mean SPL to DIL, so byte stores of those always need one.
        RexMem(bytes == 8, (int)s, m, force: bytes == 1 && (int)s >= 4);
        Byte(bytes == 1 ? 0x88 : 0x89);
        ModMemory((int)s, m);
    }

    /// <summary>Stores a sign-extended 32-bit constant in 8 bytes.</summary>
    public void StoreImmediate64(in Mem m, int value)
    {
        RexMem(true, 0, m);
        Byte(0xc7);
        ModMemory(0, m);
        Word(value);
    }

    public void StoreImmediate32(in Mem m, int value)
    {
        RexMem(false, 0, m);
        Byte(0xc7);
        ModMemory(0, m);
        Word(value);
    }

    public void StoreImmediate16(in Mem m, int value)
    {
        Byte(0x66);
        RexMem(false, 0, m);
        Byte(0xc7);
        ModMemory(0, m);
        Byte(value);
        Byte(value >> 8);
    }

    public void StoreImmediate8(in Mem m, int value)
    {
        RexMem(false, 0, m);
        Byte(0xc6);
        ModMemory(0, m);
        Byte(value);
    }

    public void Lea(bool w, Gpr d, in Mem m) => RegMem(w, 0x8d, d, m);

    public void Shift(ShiftKind kind, bool w, Gpr d, int amount)
    {
        Rex(w, 0, 0, (int)d);
        Byte(0xc1);
        ModRegister((int)kind, (int)d);
        Byte(amount);
    }

    public void ShiftByCl(ShiftKind kind, bool w, Gpr d)
    {
        Rex(w, 0, 0, (int)d);
        Byte(0xd3);
        ModRegister((int)kind, (int)d);
    }

    /// <summary>SHLX, SHRX, SARX: d = s shifted by a register, flags kept (BMI2).</summary>
    public void ShiftX(ShiftKind kind, bool w, Gpr d, Gpr s, Gpr amount)
    {
        Prefix prefix = kind switch { ShiftKind.Shl => Prefix.P66, ShiftKind.Shr => Prefix.F2, _ => Prefix.F3 };
        VexPrefix(new VexOp(prefix, Map.M0F38, 0xf7, w), (int)d, 0, (int)s, (int)amount, false);
        ModRegister((int)d, (int)s);
    }

    /// <summary>RORX: d = s rotated right, flags kept (BMI2).</summary>
    public void RotateX(bool w, Gpr d, Gpr s, int amount)
    {
        VexPrefix(new VexOp(Prefix.F2, Map.M0F3A, 0xf0, w), (int)d, 0, (int)s, 0, false);
        ModRegister((int)d, (int)s);
        Byte(amount);
    }

    /// <summary>PEXT: the bits of s under the mask, packed (BMI2).</summary>
    public void ExtractBits(Gpr d, Gpr s, Gpr mask)
    {
        VexPrefix(new VexOp(Prefix.F3, Map.M0F38, 0xf5), (int)d, 0, (int)mask, (int)s, false);
        ModRegister((int)d, (int)mask);
    }

    /// <summary>CRC32: d = the checksum d updated with the low 1, 2, 4 or 8 bytes of s.</summary>
    public void Checksum(int bytes, Gpr d, Gpr s)
    {
        if (bytes == 2)
        {
            Byte(0x66);
        }

        Byte(0xf2);
        Rex(bytes == 8, (int)d, 0, (int)s, force: bytes == 1 && (int)s >= 4);
        Byte(0x0f);
        Byte(0x38);
        Byte(bytes == 1 ? 0xf0 : 0xf1);
        ModRegister((int)d, (int)s);
    }

    public void Multiply(bool w, Gpr d, Gpr s) => RegReg0F(w, 0xaf, d, s);

    public void Multiply(bool w, Gpr d, in Mem m) => RegMem0F(w, 0xaf, d, m);

    /// <summary>RDX:RAX = RAX * s, unsigned or signed.</summary>
    public void MultiplyWide(bool signed, Gpr s) => Unary(true, signed ? 5 : 4, s);

    /// <summary>RAX, RDX = quotient and remainder of RDX:RAX / s.</summary>
    public void Divide(bool signed, bool w, Gpr s) => Unary(w, signed ? 7 : 6, s);

    public void Not(bool w, Gpr d) => Unary(w, 2, d);

    public void Negate(bool w, Gpr d) => Unary(w, 3, d);

    /// <summary>CDQ or CQO: the sign of RAX fills RDX.</summary>
    public void SignIntoRdx(bool w)
    {
        Rex(w, 0, 0, 0);
        Byte(0x99);
    }

    public void ZeroExtend(int bits, Gpr d, Gpr s)
    {
        if (bits == 32)
        {
            Mov(false, d, s);
            return;
        }

        RegReg0F(false, bits == 8 ? 0xb6 : 0xb7, d, s, force: bits == 8 && (int)s >= 4);
    }

    public void SignExtend(bool w, int bits, Gpr d, Gpr s)
    {
        switch (bits)
        {
            case 8:
                RegReg0F(w, 0xbe, d, s, force: (int)s >= 4);
                break;
            case 16:
                RegReg0F(w, 0xbf, d, s);
                break;
            default:
                RegReg(w, w ? 0x63 : 0x8b, d, s);
                break;
        }
    }

    public void ByteSwap(bool w, Gpr d)
    {
        Rex(w, 0, 0, (int)d);
        Byte(0x0f);
        Byte(0xc8 | ((int)d & 7));
    }

    public void LeadingZeros(bool w, Gpr d, Gpr s)
    {
        Byte(0xf3);
        RegReg0F(w, 0xbd, d, s);
    }

    public void ConditionalMove(HostCondition condition, bool w, Gpr d, Gpr s) => RegReg0F(w, 0x40 | (int)condition, d, s);

    /// <summary>The low byte of a register becomes 0 or 1; the rest is kept.</summary>
    public void SetByte(HostCondition condition, Gpr d)
    {
        Rex(false, 0, 0, (int)d, force: (int)d >= 4);
        Byte(0x0f);
        Byte(0x90 | (int)condition);
        ModRegister(0, (int)d);
    }

    /// <summary>AH = SF ZF 0 AF 0 PF 1 CF.</summary>
    public void FlagsToAh() => Byte(0x9f);

    public void AhToFlags() => Byte(0x9e);

    public void CompareAlCl()
    {
        Byte(0x38);
        ModRegister((int)Gpr.Rcx, (int)Gpr.Rax);
    }

    public void ComplementCarry() => Byte(0xf5);

    public void SetCarry() => Byte(0xf9);

    public void Push(Gpr r)
    {
        Rex(false, 0, 0, (int)r);
        Byte(0x50 | ((int)r & 7));
    }

    public void Pop(Gpr r)
    {
        Rex(false, 0, 0, (int)r);
        Byte(0x58 | ((int)r & 7));
    }

    public void Return() => Byte(0xc3);

    /// <summary>A conditional jump; gives the end of its displacement, for <see cref="Land(byte*)"/>.</summary>
    public byte* Jump(HostCondition condition)
    {
        Byte(0x0f);
        Byte(0x80 | (int)condition);
        Word(0);
        return At;
    }

    /// <summary>A jump; gives the end of its displacement, for <see cref="Land(byte*)"/>.</summary>
    public byte* Jump()
    {
        Byte(0xe9);
        Word(0);
        return At;
    }

    public void Jump(Gpr target)
    {
        Rex(false, 0, 0, (int)target);
        Byte(0xff);
        ModRegister(4, (int)target);
    }

    public void Jump(in Mem m)
    {
        RexMem(false, 0, m);
        Byte(0xff);
        ModMemory(4, m);
    }

    /// <summary>Makes a jump, or an address load, lead to the present place.</summary>
    public void Land(byte* end) => Land(end, At);

    /// <summary>Makes a jump, or an address load, lead to a place.</summary>
    public static void Land(byte* end, byte* target) => Unsafe.WriteUnaligned(end - 4, (int)(target - end));

    // Vector instructions, VEX-encoded: they leave no flags and need no alignment.
    public void Vex(in VexOp op, Xmm d, Xmm a, Xmm b) => VexRegisters(op, (int)d, (int)a, (int)b);

    public void Vex(in VexOp op, Xmm d, Xmm a, Xmm b, int immediate)
    {
        VexRegisters(op, (int)d, (int)a, (int)b);
        Byte(immediate);
    }

    public void Vex(in VexOp op, Xmm d, Xmm a, in Mem m)
    {
        VexPrefix(op, (int)d, (int)m.Index < 0 ? 0 : (int)m.Index, (int)m.Base, (int)a < 0 ? 0 : (int)a, false);
        ModMemory((int)d, m);
    }

    /// <summary>A vector instruction whose destination is the general register in ModRM.reg (VPMOVMSKB and its like).</summary>
    public void Vex(in VexOp op, Gpr d, Xmm a) => VexRegisters(op, (int)d, 0, (int)a);

    /// <summary>A vector instruction whose destination is the general register in ModRM.rm (VMOVQ).</summary>
    public void VexToGeneral(in VexOp op, Gpr d, Xmm a) => VexRegisters(op, (int)a, 0, (int)d);

    /// <summary>A vector instruction whose source is a general register.</summary>
    public void Vex(in VexOp op, Xmm d, Xmm a, Gpr b) => VexRegisters(op, (int)d, (int)a, (int)b);

    public void Vex(in VexOp op, Xmm d, Xmm a, Gpr b, int immediate)
    {
        VexRegisters(op, (int)d, (int)a, (int)b);
        Byte(immediate);
    }

    /// <summary>As <see cref="VexToGeneral"/>, with an immediate (VPEXTRQ).</summary>
    public void VexExtract(in VexOp op, Gpr d, Xmm a, int immediate)
    {
        VexRegisters(op, (int)a, 0, (int)d);
        Byte(immediate);
    }

    /// <summary>A shift by an immediate: VEX.vvvv is the destination, ModRM.reg the kind.</summary>
    public void VexShift(byte code, int kind, Xmm d, Xmm s, int amount)
    {
        VexPrefix(new VexOp(Prefix.P66, Map.M0F, code), 0, 0, (int)s, (int)d, false);
        ModRegister(kind, (int)s);
        Byte(amount);
    }

    /// <summary>A four-operand instruction: the last register is in an immediate (VBLENDVB and its like).</summary>
    public void Vex4(in VexOp op, Xmm d, Xmm a, Xmm b, Xmm c)
    {
        VexRegisters(op, (int)d, (int)a, (int)b);
        Byte((int)c << 4);
    }

    /// <summary>SHA-NI instructions have legacy encodings only: d = op(d, s).</summary>
    public void Legacy(Map map, byte code, Xmm d, Xmm s)
    {
        Rex(false, (int)d, 0, (int)s);
        Byte(0x0f);
        Byte(map == Map.M0F38 ? 0x38 : 0x3a);
        Byte(code);
        ModRegister((int)d, (int)s);
    }

    public void LegacyImmediate(Map map, byte code, Xmm d, Xmm s, int immediate)
    {
        Legacy(map, code, d, s);
        Byte(immediate);
    }

    /// <summary>Loads or stores MXCSR (LDMXCSR /2, STMXCSR /3).</summary>
    public void ControlAndStatus(bool store, in Mem m)
    {
        RexMem(false, 0, m);
        Byte(0x0f);
        Byte(0xae);
        ModMemory(store ? 3 : 2, m);
    }

    public void Byte(int value)
    {
        *At = (byte)value;
        At++;
    }

    private void Word(int value)
    {
        Unsafe.WriteUnaligned(At, value);
        At += 4;
    }

    private void Long(ulong value)
    {
        Unsafe.WriteUnaligned(At, value);
        At += 8;
    }

    private void Unary(bool w, int number, Gpr d)
    {
        Rex(w, 0, 0, (int)d);
        Byte(0xf7);
        ModRegister(number, (int)d);
    }

    private void RegReg(bool w, int code, Gpr reg, Gpr rm)
    {
        Rex(w, (int)reg, 0, (int)rm);
        Byte(code);
        ModRegister((int)reg, (int)rm);
    }

    private void RegReg0F(bool w, int code, Gpr reg, Gpr rm, bool force = false)
    {
        Rex(w, (int)reg, 0, (int)rm, force);
        Byte(0x0f);
        Byte(code);
        ModRegister((int)reg, (int)rm);
    }

    private void RegMem(bool w, int code, Gpr reg, in Mem m)
    {
        RexMem(w, (int)reg, m);
        Byte(code);
        ModMemory((int)reg, m);
    }

    private void RegMem0F(bool w, int code, Gpr reg, in Mem m)
    {
        RexMem(w, (int)reg, m);
        Byte(0x0f);
        Byte(code);
        ModMemory((int)reg, m);
    }

    private void VexRegisters(in VexOp op, int reg, int v, int rm)
    {
        VexPrefix(op, reg, 0, rm, v < 0 ? 0 : v, false);
        ModRegister(reg, rm);
    }

    private void VexPrefix(in VexOp op, int reg, int index, int rm, int v, bool wide)
    {
        int last = ((~v & 15) << 3) | (wide ? 4 : 0) | (int)op.Prefix;
        if (op.Map == Map.M0F && !op.W && index < 8 && rm < 8)
        {
            Byte(0xc5);
            Byte(((~reg >> 3 & 1) << 7) | last);
        }
        else
        {
            Byte(0xc4);
            Byte(((~reg >> 3 & 1) << 7) | ((~index >> 3 & 1) << 6) | ((~rm >> 3 & 1) << 5) | (int)op.Map);
            Byte((op.W ? 0x80 : 0) | last);
        }

        Byte(op.Code);
    }

    private void Rex(bool w, int reg, int index, int rm, bool force = false)
    {
        int rex = 0x40 | (w ? 8 : 0) | ((reg >> 3) << 2) | ((index >> 3) << 1) | (rm >> 3);
        if (rex != 0x40 || force)
        {
            Byte(rex);
        }
    }

    private void RexMem(bool w, int reg, in Mem m, bool force = false) =>
        Rex(w, reg, m.Index == Gpr.None ? 0 : (int)m.Index, (int)m.Base, force);

    private void ModRegister(int reg, int rm) => Byte(0xc0 | ((reg & 7) << 3) | (rm & 7));

    private void ModMemory(int reg, in Mem m)
    {
        const int SibFollows = 4;
        const int NoIndex = 4 << 3;
        int low = (int)m.Base & 7;
        bool sib = m.Index != Gpr.None || low == SibFollows;

        // A base of RBP or R13 has no form without displacement.
        int mod = m.Displacement == 0 && low != 5 ? 0 : m.Displacement == (sbyte)m.Displacement ? 0x40 : 0x80;
        Byte(mod | ((reg & 7) << 3) | (sib ? SibFollows : low));
        if (sib)
        {
            Byte((m.Scale << 6) | (m.Index == Gpr.None ? NoIndex : ((int)m.Index & 7) << 3) | low);
        }

        if (mod == 0x40)
        {
            Byte(m.Displacement);
        }
        else if (mod == 0x80)
        {
            Word(m.Displacement);
        }
    }
}
