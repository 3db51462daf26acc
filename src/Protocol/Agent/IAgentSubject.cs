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
}
