using System;

namespace GdbHost.GdbStub.Target;

/// <summary>Memory as a vCPU sees it, or one of the address spaces it knows. Access is a debug access: it changes no translation state.</summary>
internal interface IMemory
{
    /// <summary>Reads from the start as far as memory answers, and says how many bytes that was.</summary>
    int ReadMemory(int cpu, AddressView view, ulong address, Span<byte> into);

    /// <summary>Writes all bytes or none.</summary>
    bool TryWriteMemory(int cpu, AddressView view, ulong address, ReadOnlySpan<byte> bytes);
}
