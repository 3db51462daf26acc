using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards.Fdt;

namespace GdbHost.Machine.Boards;

/// <summary>By which instruction the board's own firmware is called (DEN 0022, Power State Coordination Interface).</summary>
internal enum PsciConduit
{
    /// <summary>Not at all: what runs at the highest level is the firmware.</summary>
    None,
    Hvc,
    Smc,
}

/// <summary>A place in a board's memory map.</summary>
/// <param name="Name">Name in the memory map.</param>
/// <param name="Start">First physical address.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Spi">Number of the first shared interrupt, counted from 0 as device trees do; -1 without.</param>
internal sealed record BoardSlot(string Name, ulong Start, ulong Size, int Spi = -1);

/// <summary>A kind of machine, as data: what is where, how it is wired, and the device tree that says so.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Summary">One line for users.</param>
internal sealed record Board(string Name, string Summary)
{
    public required int MaxCpus { get; init; }

    public required ulong RamStart { get; init; }

    /// <summary>Memory beside RAM that can be loaded before the start, such as flash.</summary>
    public required Func<MachineConfiguration, IReadOnlyList<BoardSlot>> Memories { get; init; }

    /// <summary>Refuses what the board cannot be.</summary>
    public required Action<MachineConfiguration> Check { get; init; }

    /// <summary>Puts the devices on the machine's bus and connects their wires.</summary>
    public required Action<Machine> Populate { get; init; }

    /// <summary>How firmware is called, before boot decides whether there is any.</summary>
    public required Func<MachineConfiguration, PsciConduit> Conduit { get; init; }

    /// <summary>The device tree that describes the machine; the conduit is the one that boot has decided on.</summary>
    public required Func<MachineConfiguration, PsciConduit, FdtTree> DeviceTree { get; init; }
}
