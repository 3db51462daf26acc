using System;

namespace GdbHost.Protocol.Agent;

/// <summary>Where an agent expression is evaluated: a vCPU that stands still.</summary>
public interface IAgentSubject
{
    /// <summary>Reads a register by gdb's number, its lowest 64 bits; false where there is none or it cannot be read.</summary>
    bool TryReadRegister(int number, out ulong value);

    /// <summary>Reads memory as the vCPU sees it; false unless all of it could be read.</summary>
    bool TryReadMemory(ulong address, Span<byte> into);

    /// <summary>Shows the user a text that the expression printed.</summary>
    void Print(string text);

    /// <summary>Reads a trace state variable; false where there is none of this number.</summary>
    bool TryReadVariable(int number, out ulong value)
    {
        value = 0;
        return false;
    }

    /// <summary>Sets a trace state variable; false where there is none of this number, or the machine sets it.</summary>
    bool TryWriteVariable(int number, ulong value) => false;

    /// <summary>Takes memory into the trace frame that is being made; false where none is.</summary>
    bool TryCollectMemory(ulong address, ulong length) => false;

    /// <summary>As <see cref="TryCollectMemory"/>, up to and with the first zero byte.</summary>
    bool TryCollectString(ulong address, ulong longest) => false;

    /// <summary>Takes the value of a trace state variable into the trace frame that is being made; false where none is.</summary>
    bool TryCollectVariable(int number) => false;
}
