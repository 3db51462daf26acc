using System;

namespace GdbHost.Protocol.Agent;

/// <summary>How an evaluation went.</summary>
public enum AgentOutcome
{
    Done,

    /// <summary>A register or memory could not be read.</summary>
    Unreadable,

    DividedByZero,

    /// <summary>An operation that does not exist or is not offered, an operand or jump outside the bytecode, or a stack that runs over or empty.</summary>
    BadBytecode,

    /// <summary>It takes too many operations; only a jump backwards can.</summary>
    TooLong,
}

/// <summary>
/// An expression that gdb has compiled for its target (GDB manual, "The GDB Agent Expression Mechanism"): a stack machine of 64-bit
/// values. It comes from a peer, so nothing in it is trusted: each evaluation is bounded in operations and in stack.
/// </summary>
public sealed class AgentExpression
{
    /// <summary>Longest bytecode, in bytes, that is taken from a peer.</summary>
    public const int LongestBytecode = 0x4000;

    private const int StackDepth = 128;
    private const int MostOperations = 100_000;

    private readonly byte[] _code;

    /// <param name="bytecode">Checked while it is evaluated.</param>
    public AgentExpression(ReadOnlySpan<byte> bytecode)
    {
        _code = bytecode.ToArray();
    }

    /// <summary>Evaluates to the value on top of the stack at the end; 0 where the stack is empty, as after printing.</summary>
    public AgentOutcome Evaluate(IAgentSubject subject, out ulong value)
    {
        ArgumentNullException.ThrowIfNull(subject);
        AgentRun run = new(_code, subject, stackalloc ulong[StackDepth]);
        for (int operations = 0; operations < MostOperations; operations++)
        {
            AgentOutcome outcome = run.Next(out bool ended);
            if (ended || outcome != AgentOutcome.Done)
            {
                value = run.Result;
                return outcome;
            }
        }

        value = 0;
        return AgentOutcome.TooLong;
    }
}
