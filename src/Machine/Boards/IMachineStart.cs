using System;

namespace GdbHost.Machine.Boards;

/// <summary>What is in memory when a machine starts, and where its cores begin: worked out once, put in place at every reset.</summary>
internal interface IMachineStart
{
    /// <summary>The device tree blob that the guest finds; empty where it gets none.</summary>
    ReadOnlyMemory<byte> DeviceTree { get; }

    /// <summary>How firmware is called, with what will run known.</summary>
    PsciConduit Conduit { get; }

    /// <summary>The machine has EL3, and what runs first is yet Non-secure: no code of the guest's can set up Secure state.</summary>
    bool StartsNonSecure { get; }

    /// <summary>The largest part of RAM in which nothing is loaded: first address and the one behind the last.</summary>
    (ulong Start, ulong End) FreeMemory { get; }

    /// <summary>Fills memory and sets the cores' registers, after everything else has been reset.</summary>
    void Apply(Machine machine);
}
