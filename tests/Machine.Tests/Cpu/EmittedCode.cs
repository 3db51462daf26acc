using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using GdbHost.Machine.Cpu.Translate.X64;
using Iced.Intel;
using Xunit;
using Assembler = GdbHost.Machine.Cpu.Translate.X64.Assembler;
using Decoder = Iced.Intel.Decoder;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>What the emitter wrote, read back by a disassembler, in one plain notation: <c>add rax, [rbp + 4*rcx + 8]</c>, numbers decimal and signed.</summary>
internal sealed unsafe class EmittedCode : IDisposable
{
    private const int Capacity = 64;

    private static readonly string[] Names64 =
        ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    private static readonly string[] Names32 =
        ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"];

    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(Capacity);

    /// <summary>Registers by kinds of encoding: low and high ones, the accumulator, and those that are special as a base or as a byte.</summary>
    public static Gpr[] Generals { get; } = [Gpr.Rax, Gpr.Rcx, Gpr.Rsp, Gpr.Rbp, Gpr.Rsi, Gpr.Rdi, Gpr.R8, Gpr.R12, Gpr.R13, Gpr.R15];

    public static Xmm[] Vectors { get; } = [Xmm.X0, Xmm.X7, Xmm.X8, Xmm.X15];

    /// <summary>Every kind of base, displacement and index.</summary>
    public static IEnumerable<Mem> Memories { get; } =
    [
        .. from b in Generals
           from displacement in new[] { 0, 1, -1, 127, -128, 128, -129, int.MaxValue, int.MinValue }
           from index in new[] { Gpr.None, Gpr.Rax, Gpr.Rbp, Gpr.R12 }
           from scale in index == Gpr.None ? new[] { 0 } : [0, 3]
           select new Mem(b, displacement, index, scale),
    ];

    public Assembler Asm { get; } = new();

    public static string Name(Gpr register, int bytes = 8) => bytes switch
    {
        8 => Names64[(int)register],
        4 => Names32[(int)register],
        2 => register < Gpr.R8 ? Names64[(int)register][1..] : Names64[(int)register] + "w",
        _ when register >= Gpr.R8 => Names64[(int)register] + "b",
        _ => register < Gpr.Rsp ? Names64[(int)register][1] + "l" : Names64[(int)register][1..] + "l",
    };

    public static string Name(Xmm register) => string.Create(CultureInfo.InvariantCulture, $"xmm{(int)register}");

    public static string Name(in Mem m) => string.Create(
        CultureInfo.InvariantCulture, $"[{Name(m.Base)} + {(m.Index == Gpr.None ? "0" : $"{1 << m.Scale}*{Name(m.Index)}")} + {m.Displacement}]");

    /// <summary>What <paramref name="emit"/> writes must be one instruction, and this one.</summary>
    public void Is(string expected, Action<Assembler> emit)
    {
        Asm.At = _memory;
        emit(Asm);
        Instruction instruction = Decode(out int length);
        string text = Text(instruction);
        Assert.True(
            expected == text && instruction.Length == length,
            $"expected '{expected}', {Convert.ToHexStringLower(new Span<byte>(_memory, length))} is '{text}' of {instruction.Length} bytes");
    }

    /// <summary>An instruction on registers must have this mnemonic and nothing may be left of it.</summary>
    public void MnemonicIs(string expected, VexOp op, bool takesImmediate)
    {
        Asm.At = _memory;
        if (takesImmediate)
        {
            Asm.Vex(op, Xmm.X1, Xmm.None, Xmm.X2, 0);
        }
        else
        {
            Asm.Vex(op, Xmm.X1, Xmm.None, Xmm.X2);
        }

        Instruction instruction = Decode(out int length);
        Assert.Equal((expected, length), (instruction.Mnemonic.ToString().ToLowerInvariant(), instruction.Length));
    }

    public void Dispose() => NativeMemory.Free(_memory);

    private Instruction Decode(out int length)
    {
        length = (int)(Asm.At - _memory);
        return Decoder.Create(64, new Span<byte>(_memory, length).ToArray(), 0).Decode();
    }

    private static string Text(in Instruction i)
    {
        List<string> operands = [];
        for (int k = 0; k < i.OpCount; k++)
        {
            operands.Add(Operand(i, k));
        }

        return $"{i.Mnemonic.ToString().ToLowerInvariant()} {string.Join(", ", operands)}".TrimEnd();
    }

    private static string Operand(in Instruction i, int k) => i.GetOpKind(k) switch
    {
        OpKind.Register => i.GetOpRegister(k) switch
        {
            >= Register.R8L and <= Register.R15L => i.GetOpRegister(k).ToString().ToLowerInvariant().Replace('l', 'b'),
            Register register => register.ToString().ToLowerInvariant(),
        },
        OpKind.Memory => string.Create(CultureInfo.InvariantCulture, $"[{Register64(i.MemoryBase)} + {Index(i)} + {(int)i.MemoryDisplacement64}]"),
        OpKind.NearBranch64 => "near",
        _ => ((long)i.GetImmediate(k)).ToString(CultureInfo.InvariantCulture),
    };

    private static string Index(in Instruction i) =>
        i.MemoryIndex == Register.None ? "0" : string.Create(CultureInfo.InvariantCulture, $"{i.MemoryIndexScale}*{Register64(i.MemoryIndex)}");

    private static string Register64(Register register) => register.ToString().ToLowerInvariant();
}
