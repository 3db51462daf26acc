using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using GdbHost.Machine.Cpu.Translate.X64;
using Xunit;
using static GdbHost.Machine.Tests.Cpu.EmittedCode;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>Every method of the emitter over the corners of registers and addresses. Witness: the disassembler Iced.</summary>
public sealed class AssemblerTests : IDisposable
{
    private static readonly bool[] Widths = [false, true];
    private static readonly int[] Immediates = [0, 1, -1, 127, -128, 128, -129, int.MaxValue, int.MinValue];
    private static readonly Alu[] Operations = Enum.GetValues<Alu>();
    private static readonly ShiftKind[] Shifts = Enum.GetValues<ShiftKind>();

    private static readonly string[] Conditions = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];

    private readonly EmittedCode _code = new();

    public void Dispose() => _code.Dispose();

    [Fact]
    public void Arithmetic_is_what_it_says()
    {
        foreach ((Alu op, bool w) in from op in Operations from w in Widths select (op, w))
        {
            int bytes = w ? 8 : 4;
            string name = Lower(op);
            foreach ((Gpr d, Gpr s) in Pairs())
            {
                _code.Is($"{name} {Name(d, bytes)}, {Name(s, bytes)}", asm => asm.Alu(op, w, d, s));
            }

            foreach (Mem m in Memories)
            {
                _code.Is($"{name} rdi, {Name(m)}", asm => asm.Alu(op, true, Gpr.Rdi, m));
                _code.Is($"{name} {Name(m)}, r9d", asm => asm.Alu(op, false, m, Gpr.R9));
                _code.Is($"{name} {Name(m)}, 1000", asm => asm.Alu(op, w, m, 1000));
                _code.Is($"{name} {Name(m)}, -3", asm => asm.Alu(op, w, m, -3));
            }

            foreach (int immediate in Immediates)
            {
                _code.Is($"{name} {Name(Gpr.R13, bytes)}, {Sized(immediate, w)}", asm => asm.Alu(op, w, Gpr.R13, immediate));
            }
        }
    }

    [Fact]
    public void Tests_and_bits_are_what_they_say()
    {
        foreach ((Gpr a, Gpr b) in Pairs())
        {
            _code.Is($"test {Name(b, 4)}, {Name(a, 4)}", asm => asm.Test(false, a, b));
            _code.Is($"imul {Name(a)}, {Name(b)}", asm => asm.Multiply(true, a, b));
            _code.Is($"mov {Name(a, 4)}, {Name(b, 4)}", asm => asm.Mov(false, a, b));
            _code.Is($"mov {Name(a)}, {Name(b)}", asm => asm.Mov(true, a, b));
            _code.Is($"lzcnt {Name(a)}, {Name(b)}", asm => asm.LeadingZeros(true, a, b));
            _code.Is($"lzcnt {Name(a, 4)}, {Name(b, 4)}", asm => asm.LeadingZeros(false, a, b));
            _code.Is($"rorx {Name(a)}, {Name(b)}, 63", asm => asm.RotateX(true, a, b, 63));
            _code.Is($"pext {Name(a, 4)}, {Name(b, 4)}, ebx", asm => asm.ExtractBits(a, b, Gpr.Rbx));
            _code.Is($"shlx {Name(a)}, {Name(b)}, r9", asm => asm.ShiftX(ShiftKind.Shl, true, a, b, Gpr.R9));
            _code.Is($"shrx {Name(a, 4)}, {Name(b, 4)}, ecx", asm => asm.ShiftX(ShiftKind.Shr, false, a, b, Gpr.Rcx));
            _code.Is($"sarx {Name(a)}, {Name(b)}, rsi", asm => asm.ShiftX(ShiftKind.Sar, true, a, b, Gpr.Rsi));
            foreach (int bytes in new[] { 1, 2, 4, 8 })
            {
                _code.Is($"crc32 {Name(a, bytes == 8 ? 8 : 4)}, {Name(b, bytes)}", asm => asm.Checksum(bytes, a, b));
            }
        }

        foreach (Gpr a in Generals)
        {
            _code.Is($"test {Name(a)}, -2", asm => asm.Test(true, a, -2));
            _code.Is($"bt {Name(a)}, 63", asm => asm.BitTest(true, a, 63));
        }

        foreach (Mem m in Memories)
        {
            _code.Is($"test {Name(m)}, r9", asm => asm.Test(true, m, Gpr.R9));
            _code.Is($"test {Name(m)}, 64", asm => asm.TestByte(m, 64));
            _code.Is($"bt {Name(m)}, 8", asm => asm.BitTest32(m, 8));
            _code.Is($"cmp {Name(m)}, 5", asm => asm.CompareByte(m, 5));
            _code.Is($"lea r10, {Name(m)}", asm => asm.Lea(true, Gpr.R10, m));
        }
    }

    [Fact]
    public void Moves_from_and_to_memory_are_what_they_say()
    {
        foreach ((Mem m, Gpr r) in from m in Memories from r in new[] { Gpr.Rax, Gpr.Rsi, Gpr.R11 } select (m, r))
        {
            _code.Is($"movzx {Name(r, 4)}, {Name(m)}", asm => asm.Load(1, r, m));
            _code.Is($"movzx {Name(r, 4)}, {Name(m)}", asm => asm.Load(2, r, m));
            _code.Is($"mov {Name(r, 4)}, {Name(m)}", asm => asm.Load(4, r, m));
            _code.Is($"mov {Name(r)}, {Name(m)}", asm => asm.Load(8, r, m));
            _code.Is($"movsx {Name(r)}, {Name(m)}", asm => asm.LoadSigned(true, 1, r, m));
            _code.Is($"movsx {Name(r, 4)}, {Name(m)}", asm => asm.LoadSigned(false, 2, r, m));
            _code.Is($"movsxd {Name(r)}, {Name(m)}", asm => asm.LoadSigned(true, 4, r, m));
            foreach (int bytes in new[] { 1, 2, 4, 8 })
            {
                _code.Is($"mov {Name(m)}, {Name(r, bytes)}", asm => asm.Store(bytes, m, r));
            }
        }

        foreach (Mem m in Memories)
        {
            _code.Is($"mov {Name(m)}, -5", asm => asm.StoreImmediate64(m, -5));
            _code.Is($"mov {Name(m)}, 70000", asm => asm.StoreImmediate32(m, 70000));
            _code.Is($"mov {Name(m)}, 4660", asm => asm.StoreImmediate16(m, 4660));
            _code.Is($"mov {Name(m)}, 1", asm => asm.StoreImmediate8(m, 1));
            _code.Is($"jmp {Name(m)}", asm => asm.Jump(m));
            _code.Is($"stmxcsr {Name(m)}", asm => asm.ControlAndStatus(true, m));
            _code.Is($"ldmxcsr {Name(m)}", asm => asm.ControlAndStatus(false, m));
        }

        foreach (Gpr r in Generals)
        {
            _code.Is($"mov {Name(r, 4)}, 0", asm => asm.MovImmediate(r, 0));
            _code.Is($"mov {Name(r, 4)}, 4294967295", asm => asm.MovImmediate(r, uint.MaxValue));
            _code.Is($"mov {Name(r)}, -1", asm => asm.MovImmediate(r, ulong.MaxValue));
            _code.Is($"mov {Name(r)}, 4294967296", asm => asm.MovImmediate(r, 1UL << 32));
        }
    }

    [Fact]
    public void Operations_of_one_register_are_what_they_say()
    {
        foreach ((Gpr r, bool w) in from r in Generals from w in Widths select (r, w))
        {
            string name = Name(r, w ? 8 : 4);
            foreach (ShiftKind kind in Shifts)
            {
                _code.Is($"{Lower(kind)} {name}, 31", asm => asm.Shift(kind, w, r, 31));
                _code.Is($"{Lower(kind)} {name}, cl", asm => asm.ShiftByCl(kind, w, r));
            }

            _code.Is($"not {name}", asm => asm.Not(w, r));
            _code.Is($"neg {name}", asm => asm.Negate(w, r));
            _code.Is($"div {name}", asm => asm.Divide(false, w, r));
            _code.Is($"idiv {name}", asm => asm.Divide(true, w, r));
            _code.Is($"bswap {name}", asm => asm.ByteSwap(w, r));
        }

        foreach (Gpr r in Generals)
        {
            _code.Is($"mul {Name(r)}", asm => asm.MultiplyWide(false, r));
            _code.Is($"imul {Name(r)}", asm => asm.MultiplyWide(true, r));
            _code.Is($"push {Name(r)}", asm => asm.Push(r));
            _code.Is($"pop {Name(r)}", asm => asm.Pop(r));
            _code.Is($"jmp {Name(r)}", asm => asm.Jump(r));
        }

        _code.Is("cdq", static asm => asm.SignIntoRdx(false));
        _code.Is("cqo", static asm => asm.SignIntoRdx(true));
        _code.Is("lahf", static asm => asm.FlagsToAh());
        _code.Is("sahf", static asm => asm.AhToFlags());
        _code.Is("cmp al, cl", static asm => asm.CompareAlCl());
        _code.Is("cmc", static asm => asm.ComplementCarry());
        _code.Is("stc", static asm => asm.SetCarry());
        _code.Is("ret", static asm => asm.Return());
    }

    [Fact]
    public void Extensions_and_conditions_are_what_they_say()
    {
        foreach ((Gpr d, Gpr s) in Pairs())
        {
            _code.Is($"movzx {Name(d, 4)}, {Name(s, 1)}", asm => asm.ZeroExtend(8, d, s));
            _code.Is($"movzx {Name(d, 4)}, {Name(s, 2)}", asm => asm.ZeroExtend(16, d, s));
            _code.Is($"mov {Name(d, 4)}, {Name(s, 4)}", asm => asm.ZeroExtend(32, d, s));
            _code.Is($"movsx {Name(d)}, {Name(s, 1)}", asm => asm.SignExtend(true, 8, d, s));
            _code.Is($"movsx {Name(d, 4)}, {Name(s, 2)}", asm => asm.SignExtend(false, 16, d, s));
            _code.Is($"movsxd {Name(d)}, {Name(s, 4)}", asm => asm.SignExtend(true, 32, d, s));
        }

        foreach (HostCondition condition in Enum.GetValues<HostCondition>())
        {
            string name = Conditions[(int)condition];
            foreach (Gpr r in Generals)
            {
                _code.Is($"set{name} {Name(r, 1)}", asm => asm.SetByte(condition, r));
                _code.Is($"cmov{name} {Name(r)}, r11", asm => asm.ConditionalMove(condition, true, r, Gpr.R11));
                _code.Is($"cmov{name} ecx, {Name(r, 4)}", asm => asm.ConditionalMove(condition, false, Gpr.Rcx, r));
            }

            _code.Is($"j{name} near", asm => Jump(asm, condition));
        }

        _code.Is("jmp near", static asm => Jump(asm, null));
    }

    [Fact]
    public void Vector_instruction_is_the_one_of_its_name()
    {
        int checkedOnes = 0;
        foreach (FieldInfo field in typeof(Avx).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            VexOp[] ops = field.GetValue(null) is VexOp one ? [one] : (VexOp[])field.GetValue(null)!;
            for (int k = 0; k < ops.Length; k++)
            {
                _code.MnemonicIs(Mnemonic(field.Name, ops.Length > 1 ? k : -1), ops[k], takesImmediate: ops[k].Map == Map.M0F3A || ops[k].Code is 0x70 or 0xc4 or 0xc6);
                checkedOnes++;
            }
        }

        Assert.InRange(checkedOnes, 100, 1000);
    }

    [Fact]
    public void Vector_operands_are_where_they_say()
    {
        foreach ((Xmm d, Xmm a, Xmm b) in from d in Vectors from a in Vectors from b in Vectors select (d, a, b))
        {
            _code.Is($"vpaddb {Name(d)}, {Name(a)}, {Name(b)}", asm => asm.Vex(Avx.Padd[0], d, a, b));
            _code.Is($"vpshufb {Name(d)}, {Name(a)}, {Name(b)}", asm => asm.Vex(Avx.Pshufb, d, a, b));
            _code.Is($"vpalignr {Name(d)}, {Name(a)}, {Name(b)}, 3", asm => asm.Vex(Avx.Palignr, d, a, b, 3));
            _code.Is($"vpblendvb {Name(d)}, {Name(a)}, {Name(b)}, xmm9", asm => asm.Vex4(Avx.Pblendvb, d, a, b, Xmm.X9));
            _code.Is($"vfmadd231pd {Name(d)}, {Name(a)}, {Name(b)}", asm => asm.Vex(Avx.Fma(0xb8, true), d, a, b));
            _code.Is($"vmulsd {Name(d)}, {Name(a)}, {Name(b)}", asm => asm.Vex(Avx.Fp(0x59, true, false), d, a, b));
        }

        foreach ((Xmm d, Xmm s) in from d in Vectors from s in Vectors select (d, s))
        {
            _code.Is($"vmovaps {Name(d)}, {Name(s)}", asm => asm.Vex(HostOps.Move, d, Xmm.None, s));
            _code.Is($"vmovq {Name(d)}, {Name(s)}", asm => asm.Vex(HostOps.MoveLow, d, Xmm.None, s));
            _code.Is($"vpsllw {Name(d)}, {Name(s)}, 7", asm => asm.VexShift(0x71, 6, d, s, 7));
            _code.Is($"vpsrad {Name(d)}, {Name(s)}, 31", asm => asm.VexShift(0x72, 4, d, s, 31));
            _code.Is($"vpsrlq {Name(d)}, {Name(s)}, 8", asm => asm.VexShift(0x73, 2, d, s, 8));
            _code.Is($"vpsrldq {Name(d)}, {Name(s)}, 8", asm => asm.VexShift(0x73, 3, d, s, 8));
            _code.Is($"sha256rnds2 {Name(d)}, {Name(s)}", asm => asm.Legacy(Map.M0F38, 0xcb, d, s));
            _code.Is($"sha1rnds4 {Name(d)}, {Name(s)}, 2", asm => asm.LegacyImmediate(Map.M0F3A, 0xcc, d, s, 2));
        }

        foreach ((Xmm x, Gpr r) in from x in Vectors from r in Generals select (x, r))
        {
            _code.Is($"vmovq {Name(x)}, {Name(r)}", asm => asm.Vex(HostOps.FromGeneral, x, Xmm.None, r));
            _code.Is($"vmovq {Name(r)}, {Name(x)}", asm => asm.VexToGeneral(HostOps.ToGeneral, r, x));
            _code.Is($"vmovd {Name(r, 4)}, {Name(x)}", asm => asm.VexToGeneral(HostOps.ToGeneral32, r, x));
            _code.Is($"vmovmskps {Name(r, 4)}, {Name(x)}", asm => asm.Vex(Avx.Movmskps, r, x));
            _code.Is($"vpextrq {Name(r)}, {Name(x)}, 1", asm => asm.VexExtract(Avx.Pextrq, r, x, 1));
            _code.Is($"vpinsrq {Name(x)}, xmm9, {Name(r)}, 1", asm => asm.Vex(HostOps.InsertLong, x, Xmm.X9, r, 1));
            _code.Is($"vcvtsi2sd {Name(x)}, xmm3, {Name(r)}", asm => asm.Vex(new VexOp(Prefix.F2, Map.M0F, 0x2a, true), x, Xmm.X3, r));
            _code.Is($"vcvttsd2si {Name(r)}, {Name(x)}", asm => asm.Vex(new VexOp(Prefix.F2, Map.M0F, 0x2c, true), r, x));
        }

        foreach ((Mem m, Xmm x) in from m in Memories from x in Vectors select (m, x))
        {
            _code.Is($"vmovups {Name(x)}, {Name(m)}", asm => asm.Vex(HostOps.LoadWhole, x, Xmm.None, m));
            _code.Is($"vmovups {Name(m)}, {Name(x)}", asm => asm.Vex(HostOps.StoreWhole, x, Xmm.None, m));
            _code.Is($"vmovsd {Name(x)}, {Name(m)}", asm => asm.Vex(HostOps.LoadDouble, x, Xmm.None, m));
            _code.Is($"vmovss {Name(m)}, {Name(x)}", asm => asm.Vex(HostOps.StoreSingle, x, Xmm.None, m));
            _code.Is($"vpand {Name(x)}, xmm12, {Name(m)}", asm => asm.Vex(Avx.Pand, x, Xmm.X12, m));
        }
    }

    private static unsafe void Jump(Assembler asm, HostCondition? condition)
    {
        byte* end = condition is null ? asm.Jump() : asm.Jump(condition.Value);
        asm.Land(end);
    }

    /// <summary>The mnemonic of a field of <see cref="Avx"/>; an array is by the width of elements.</summary>
    private static string Mnemonic(string field, int size)
    {
        string[] plain = ["b", "w", "d", "q"];
        string[] wider = ["bw", "wd", "dq", "qdq"];
        string name = "v" + field.ToLowerInvariant();
        return field switch
        {
            "MovdFromGeneral" => "vmovd",
            "Punpckl" or "Punpckh" or "Pmovzx" or "Pmovsx" => name + wider[size],
            "Pmaxu" or "Pmaxs" or "Pminu" or "Pmins" => name + plain[size],
            _ => size < 0 ? name : name + plain[size],
        };
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static long Sized(int immediate, bool w) => w ? immediate : immediate == (sbyte)immediate ? immediate : (uint)immediate;

    private static IEnumerable<(Gpr D, Gpr S)> Pairs() => from d in Generals from s in Generals select (d, s);
}
