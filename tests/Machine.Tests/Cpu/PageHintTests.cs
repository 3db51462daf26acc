using System;
using GdbHost.Machine.Tests.Isa;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// Loops that go from page to page are made again without hints, behind the guest's back. Witness: the interpreter, which has no hints.
/// </summary>
public sealed class PageHintTests
{
    private const int Iterations = 30_000;

    /// <summary>X4 iterations; each goes X9 bytes on in the pages from X1, loads, stores, and loads what is not aligned.</summary>
    private static readonly uint[] Walk =
    [
        0x8b09_0042, // add x2, x2, x9
        0x8a03_0042, // and x2, x2, x3
        0xf862_6825, // ldr x5, [x1, x2]
        0x8b02_0026, // add x6, x1, x2
        0x8b05_00e7, // add x7, x7, x5
        0xf900_04c7, // str x7, [x6, #8]
        0xf840_10c8, // ldur x8, [x6, #1]
        0x8b08_00e7, // add x7, x7, x8
        0xd100_0484, // sub x4, x4, #1
        0xb5ff_fee4, // cbnz x4, -36
        0x1400_0000, // b .
    ];

    [Theory]
    [InlineData("from page to page", 0x1000, true)]
    [InlineData("within a page", 0x10, false)]
    public void Walk_is_made_again_where_hints_are_wrong_and_ends_as_the_interpreter_does(string name, ulong distance, bool again)
    {
        LoopProgram program = new(
            name, Walk, new() { [1] = LoopGuest.Data, [2] = 0, [3] = again ? 0x3000UL : 0xf0, [4] = Iterations, [7] = 0, [9] = distance });
        using LoopGuest interpreter = new(program, Engine.Interpreter);
        using LoopGuest translator = new(program, Engine.Translator);
        int made = 0;
        translator.Cluster.Translator!.OnGeneratedCode = (_, _, address, _) => made += address == LoopGuest.Code ? 1 : 0;
        Random random = new(7);
        while (interpreter.Cluster.Retired < (ulong)(Iterations * (Walk.Length - 1)))
        {
            ulong piece = (ulong)random.Next(1, 20_000);
            interpreter.Run(piece);
            translator.Run(piece);
            Assert.Equal(interpreter.Describe(), translator.Describe());
        }

        Assert.Equal(interpreter.Cluster.Retired, translator.Cluster.Retired);
        Assert.Equal(again, made > 1);
        Assert.InRange(made, 1, 4);
    }
}
