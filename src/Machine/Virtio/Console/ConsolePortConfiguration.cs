using System;

namespace GdbHost.Machine.Virtio.Console;

/// <summary>Where the output of a port goes.</summary>
public interface ICharacterOutput
{
    /// <summary>Takes output of the guest; called on the machine's thread.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>A port of a console device.</summary>
/// <param name="Number">0 to 30; port 0 is a console.</param>
/// <param name="IsConsole">The guest makes a terminal of it (hvc0 on Linux), else a file of bytes.</param>
/// <param name="Name">By which the guest finds it; null for none.</param>
/// <param name="Output">Where its output goes; null for nowhere.</param>
public sealed record ConsolePortConfiguration(int Number, bool IsConsole, string? Name, ICharacterOutput? Output);
