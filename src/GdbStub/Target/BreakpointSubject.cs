using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Tracing;
using GdbHost.Machine.Debug;
using GdbHost.Protocol.Agent;

namespace GdbHost.GdbStub.Target;

/// <summary>Evaluates the scripts of a breakpoint for the core that has come to it. On the machine's thread alone, and without allocating.</summary>
internal sealed class BreakpointSubject(IReadOnlyList<MachineRegister> registers, TraceVariables variables, Action<string> printed) : IAgentSubject
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
                    printed($"(the command of a breakpoint cannot be done: {AgentWords.Of(problem)})\n");
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

    public bool TryReadVariable(int number, out ulong value) => variables.TryReadNow(number, out value);

    public bool TryWriteVariable(int number, ulong value) => variables.TryWrite(number, value);

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
}
