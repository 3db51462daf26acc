using System;

namespace GdbHost.Protocol.Agent;

/// <summary>The arithmetic of agent bytecode (GDB manual, "Bytecode Descriptions"): 64 bits, and what overflows is lost.</summary>
internal static class AgentArithmetic
{
    /// <summary>The operations on two values; a divisor is not 0.</summary>
    public static ulong Two(AgentOperation operation, ulong a, ulong b) => operation switch
    {
        AgentOperation.Add => a + b,
        AgentOperation.Sub => a - b,
        AgentOperation.Mul => a * b,
        AgentOperation.DivSigned => b == ulong.MaxValue ? 0 - a : (ulong)((long)a / (long)b),
        AgentOperation.DivUnsigned => a / b,
        AgentOperation.RemSigned => b == ulong.MaxValue ? 0 : (ulong)((long)a % (long)b),
        AgentOperation.RemUnsigned => a % b,
        AgentOperation.Lsh => b > 63 ? 0 : a << (int)b,
        AgentOperation.RshSigned => (ulong)((long)a >> (int)Math.Min(b, 63)),
        AgentOperation.RshUnsigned => b > 63 ? 0 : a >> (int)b,
        AgentOperation.BitAnd => a & b,
        AgentOperation.BitOr => a | b,
        AgentOperation.BitXor => a ^ b,
        AgentOperation.Equal => a == b ? 1u : 0,
        AgentOperation.LessSigned => (long)a < (long)b ? 1u : 0,
        _ => a < b ? 1u : 0,
    };

    /// <summary>The operations on one value.</summary>
    /// <param name="bits">For <see cref="AgentOperation.Ext"/> and <see cref="AgentOperation.ZeroExt"/>: the width of the value.</param>
    public static ulong One(AgentOperation operation, ulong a, int bits)
    {
        int unused = bits is 0 or > 63 ? 0 : 64 - bits;
        return operation switch
        {
            AgentOperation.LogNot => a == 0 ? 1u : 0,
            AgentOperation.BitNot => ~a,
            AgentOperation.Ext => (ulong)((long)(a << unused) >> unused),
            _ => a << unused >> unused,
        };
    }
}
