using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.GdbStub.Worlds;

/// <summary>A debuggee that tells its hypervisor's world from those of the guests, and shows each whatever its vCPUs are doing.</summary>
internal interface IWorlds
{
    MachineWorlds Worlds { get; }

    /// <summary>As <see cref="IRegisters.ReadRegisters"/>, as they are in a world.</summary>
    void ReadRegisters(int cpu, World world, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable);

    /// <summary>How a world translates an address.</summary>
    WalkReport Explain(int cpu, World world, ulong address, WalkAccess access);

    /// <summary>The same for an intermediate physical address of a guest, through its stage 2 alone.</summary>
    WalkReport ExplainIntermediate(int cpu, World world, ulong address, WalkAccess access);
}
