using GdbHost.Protocol.Agent;

namespace GdbHost.GdbStub.Tracing;

/// <summary>Why an expression could not be evaluated, for the user.</summary>
internal static class AgentWords
{
    public static string Of(AgentOutcome problem) => problem switch
    {
        AgentOutcome.Unreadable => "a register or memory cannot be read",
        AgentOutcome.DividedByZero => "it divides by zero",
        AgentOutcome.TooLong => "it takes too long",
        _ => "its bytecode is not understood",
    };
}
