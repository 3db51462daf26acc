using System;
using System.Collections.Generic;
using GdbHost.Machine.Debug;
using GdbHost.Protocol.Agent;

namespace GdbHost.GdbStub.Target;

/// <summary>Evaluates the scripts of a breakpoint for the core that has come to it. On the machine's thread alone, and without allocating.</summary>
internal sealed class BreakpointSubject(IReadOnlyList<MachineRegister> registers, Action<string> printed) : IAgentSubject
{
    private CoreAtBreakpoint? _core;

    /// <summary>Whether the core stops.</summary>
    public bool Stops(CoreAtBreakpoint core, List<BreakpointScript> scripts)
    {
        _core = core;
        bool stops = false;
        foreach (BreakpointScript script in scripts)
        {
            if (!Holds(script.Conditions))
            {
                continue;
            }

            stops |= script.Commands.Count == 0;
            for (int i = 0; i < script.Commands.Count; i++)
            {
                if (script.Commands[i].Evaluate(this, out _) is AgentOutcome problem and not AgentOutcome.Done)
                {
                    printed($"(the command of a breakpoint cannot be done: {Words(problem)})\n");
                }
            }
        }

        return stops;
    }

    public bool TryReadRegister(int number, out ulong value)
    {
        value = 0;
        return number < registers.Count && _core!.TryReadRegister(registers[number], out value);
    }

    public bool TryReadMemory(ulong address, Span<byte> into) => _core!.TryReadMemory(address, into);

    public void Print(string text) => printed(text);

    /// <summary>A condition that cannot be evaluated stops, as gdb itself does with one that it evaluates.</summary>
    private bool Holds(IReadOnlyList<AgentExpression> conditions)
    {
        for (int i = 0; i < conditions.Count; i++)
        {
            if (conditions[i].Evaluate(this, out ulong value) != AgentOutcome.Done || value != 0)
            {
                return true;
            }
        }

        return conditions.Count == 0;
    }

    private static string Words(AgentOutcome problem) => problem switch
    {
        AgentOutcome.Unreadable => "a register or memory cannot be read",
        AgentOutcome.DividedByZero => "it divides by zero",
        AgentOutcome.TooLong => "it takes too long",
        _ => "its bytecode is not understood",
    };
}
