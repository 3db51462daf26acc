using System;

namespace GdbHost.Machine.Backends;

/// <summary>Where the output of a line goes.</summary>
public interface ICharacterOutput
{
    /// <summary>Takes output of the guest; called on the machine's thread.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
