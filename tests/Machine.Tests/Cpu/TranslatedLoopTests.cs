using System;
using System.Linq;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Tests.Isa;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// Loops whose registers stay in the host's registers: cut, stopped, faulting, changing themselves. Witness: the interpreter, which the
/// vectors and lockstep programs compare with qemu-aarch64.
/// </summary>
public sealed class TranslatedLoopTests
{
    private const int LongestRun = 150;

    public static TheoryData<string> Names => [.. LoopProgram.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Loop_that_is_cut_after_any_number_of_instructions_is_where_the_interpreter_is(string name)
    {
        using LoopGuest interpreter = new(LoopProgram.Named(name), Engine.Interpreter);
        using LoopGuest translator = new(LoopProgram.Named(name), Engine.Translator);
        Random random = new(name.Length);
        for (int count = 1; count <= LongestRun; count++)
        {
            interpreter.Reset();
            translator.Reset();
            interpreter.Run((ulong)count);

            // Once at a stretch, once in two pieces: the second enters the loop wherever the first ended.
            translator.Run((ulong)count);
            Assert.Equal(interpreter.Describe(), translator.Describe());
            int first = random.Next(count);
            translator.Reset();
            translator.Run((ulong)first);
            translator.Run((ulong)(count - first));
            Assert.Equal(interpreter.Describe(), translator.Describe());
        }

        Assert.Equal(interpreter.Cluster.Retired * 2, translator.Cluster.Retired);
        Assert.NotEqual(0, translator.Cluster.Translator!.Code.BytesUsed);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Breakpoint_set_while_the_loop_runs_stops_it_as_it_stops_the_interpreter(string name)
    {
        const int Before = 40;
        const int Longest = 400;
        LoopProgram program = LoopProgram.Named(name);
        for (int word = 0; word < program.Words.Length; word++)
        {
            ulong place = LoopGuest.Code + (4 * (ulong)word);
            using LoopGuest interpreter = new(program, Engine.Interpreter);
            using LoopGuest translator = new(program, Engine.Translator);
            foreach (LoopGuest guest in new[] { interpreter, translator })
            {
                guest.Run(Before);
                guest.Cluster.Debug.AddBreakpoint(place);
                RunEnd end = guest.Run(Longest);
                guest.Cluster.Debug.RemoveBreakpoint(place);
                if (end != RunEnd.DebugStop)
                {
                    continue;
                }

                Assert.Equal(place, guest.Cluster.Cores[0].ProgramCounter);
                guest.Run(Before);
            }

            Assert.Equal(interpreter.Describe(), translator.Describe());
            Assert.Equal(interpreter.Cluster.Retired, translator.Cluster.Retired);
        }
    }
}
