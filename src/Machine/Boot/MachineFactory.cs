using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Boot;

/// <summary>Makes a machine from what the user asked for.</summary>
internal static class MachineFactory
{
    /// <param name="configuration">What to build.</param>
    /// <param name="serialOutput">Gets each byte that the guest's console sends.</param>
    /// <param name="secureSerialOutput">Gets each byte that the Secure UART sends.</param>
    /// <exception cref="MachineConfigurationException">It cannot be built; the message is for the user.</exception>
    public static Boards.Machine Create(
        MachineConfiguration configuration, Action<byte> serialOutput, Action<byte>? secureSerialOutput = null)
    {
        Board board = Check(configuration);
        MachineStart start = new(BootPlan.Make(configuration, board));
        try
        {
            return new Boards.Machine(configuration, board, start, serialOutput, secureSerialOutput);
        }
        catch (InsufficientMemoryException e)
        {
            throw new MachineConfigurationException($"--memory: {e.Message}; give less", e);
        }
    }

    /// <summary>The device tree that a machine of this configuration would get from <c>gdbhost dtb</c>.</summary>
    public static ReadOnlyMemory<byte> DeviceTree(MachineConfiguration configuration) =>
        BootPlan.Make(configuration, Check(configuration)).DeviceTree;

    private static Board Check(MachineConfiguration configuration)
    {
        Board board = All.Find(configuration.Board);
        if (configuration.Cpu != "cortex-a53")
        {
            throw new MachineConfigurationException($"--cpu {configuration.Cpu}: there is no such CPU; use cortex-a53");
        }

        if (configuration.Cpus < 1 || configuration.Cpus > board.MaxCpus)
        {
            throw new MachineConfigurationException($"--smp {configuration.Cpus}: {board.Name} cannot have so many cores; give 1 to {board.MaxCpus}");
        }

        if (configuration.MemoryBytes == 0 || configuration.MemoryBytes % Ram.PageSize != 0)
        {
            throw new MachineConfigurationException(
                $"--memory: {configuration.MemoryBytes} bytes is not a positive multiple of {Ram.PageSize}; give a size such as 1G");
        }

        CheckCores(configuration);
        board.Check(configuration);
        return board;
    }

    private static void CheckCores(MachineConfiguration configuration)
    {
        IEnumerable<int> named = [.. configuration.CoreStarts.Select(s => s.Cpu), .. configuration.Loads.Select(l => l.StartsCpu ?? 0)];
        foreach (int cpu in named.Where(c => c < 0 || c >= configuration.Cpus))
        {
            throw new MachineConfigurationException($"cpu {cpu}: there is no such core to start; the machine has 0 to {configuration.Cpus - 1}");
        }
    }
}
