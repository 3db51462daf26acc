using System.Collections.Generic;
using GdbHost.Machine.Backends;

namespace GdbHost.Machine.Virtio.Console;

/// <summary>A port of a console device.</summary>
/// <param name="Number">0 to 30; port 0 is a console.</param>
/// <param name="IsConsole">The guest makes a terminal of it (hvc0 on Linux), else a file of bytes.</param>
/// <param name="Name">By which the guest finds it; null for none.</param>
/// <param name="Output">Where its output goes; null for nowhere.</param>
public sealed record ConsolePortConfiguration(int Number, bool IsConsole, string? Name, ICharacterOutput? Output);

/// <summary>What is behind a console device.</summary>
/// <param name="Ports">Each with its own number.</param>
public sealed record PortsBackend(IReadOnlyList<ConsolePortConfiguration> Ports) : DeviceBackend(BackendKind.Ports);
