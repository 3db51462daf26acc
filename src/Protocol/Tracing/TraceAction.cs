using System;
using System.Collections.Generic;
using GdbHost.Protocol.Agent;
using GdbHost.Protocol.Text;

namespace GdbHost.Protocol.Tracing;

/// <summary>What a tracepoint does where it is hit (GDB manual, Tracepoint Packets: QTDP, actions).</summary>
public abstract record TraceAction;

/// <summary>Takes registers.</summary>
/// <param name="Numbers">gdb's numbers, rising.</param>
public sealed record CollectRegisters(IReadOnlyList<int> Numbers) : TraceAction;

/// <summary>Takes memory.</summary>
/// <param name="Base">gdb's number of the register that the address begins from, or null for 0.</param>
/// <param name="Offset">Is added to that; what overflows is lost.</param>
/// <param name="Length">In bytes.</param>
public sealed record CollectMemory(int? Base, ulong Offset, ulong Length) : TraceAction;

/// <summary>Evaluates an expression, which takes what it wants.</summary>
public sealed record EvaluateExpression(AgentExpression Expression) : TraceAction;

/// <summary>Takes what a static marker has to say.</summary>
public sealed record CollectStaticData : TraceAction;

/// <summary>Reads the actions of a packet.</summary>
public static class TraceActionText
{
    /// <summary>Actions that one packet may have.</summary>
    private const int Most = 256;

    /// <summary>Digits of the longest mask of registers.</summary>
    private const int LongestMask = 1024;

    // gdb writes -1; its manual has the digits of an int.
    private const ulong NoBase = 0xffff_ffff;

    /// <summary>Reads actions, which stand one behind the other up to the end.</summary>
    public static bool TryTakeAll(ref RspReader reader, List<TraceAction> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        while (!reader.AtEnd)
        {
            if (into.Count == Most || Take(ref reader) is not TraceAction action)
            {
                return false;
            }

            into.Add(action);
        }

        return true;
    }

    /// <summary>Reads "LENGTH,BYTES", an expression; null if it is malformed.</summary>
    public static AgentExpression? TakeExpression(ref RspReader reader) =>
        reader.TakeInt(out int length) && length <= AgentExpression.LongestBytecode && reader.Take(',') && reader.TakeHex(length, out byte[] bytecode)
            ? new AgentExpression(bytecode) : null;

    private static TraceAction? Take(ref RspReader reader)
    {
        reader.TakeAny(out char letter);
        return letter switch
        {
            'R' => TakeRegisters(ref reader),
            'M' => TakeMemory(ref reader),
            'X' => TakeExpression(ref reader) is AgentExpression expression ? new EvaluateExpression(expression) : null,
            'L' => new CollectStaticData(),
            _ => null,
        };
    }

    /// <summary>"R MASK": the lowest bit of the last digit is register 0.</summary>
    private static CollectRegisters? TakeRegisters(ref RspReader reader)
    {
        ReadOnlySpan<byte> rest = reader.Rest;
        int digits = 0;
        while (digits < rest.Length && Hex.TryDigit(rest[digits], out _))
        {
            digits++;
        }

        if (digits is 0 or > LongestMask)
        {
            return null;
        }

        List<int> numbers = [];
        for (int place = 0; place < digits; place++)
        {
            Hex.TryDigit(rest[digits - 1 - place], out int bits);
            for (int bit = 0; bit < 4; bit++)
            {
                if ((bits >> bit & 1) != 0)
                {
                    numbers.Add((place * 4) + bit);
                }
            }
        }

        reader.TakeLiteral(rest[..digits]);
        return new CollectRegisters(numbers);
    }

    /// <summary>"M BASE,OFFSET,LENGTH".</summary>
    private static CollectMemory? TakeMemory(ref RspReader reader)
    {
        bool absolute = reader.TakeLiteral("-1"u8);
        ulong register = NoBase;
        if ((!absolute && !reader.TakeNumber(out register)) || !reader.Take(',') || !reader.TakeNumber(out ulong offset) || !reader.Take(',')
            || !reader.TakeNumber(out ulong length) || (register > ushort.MaxValue && register is not (NoBase or ulong.MaxValue)))
        {
            return null;
        }

        return new CollectMemory(register <= ushort.MaxValue ? (int)register : null, offset, length);
    }
}
