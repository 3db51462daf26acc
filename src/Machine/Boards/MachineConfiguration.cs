using System;
using System.Collections.Generic;
using GdbHost.Machine.Semihosting;

namespace GdbHost.Machine.Boards;

/// <summary>A file the user named, already read: the machine itself opens nothing.</summary>
public sealed record BootFile(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>A file to place in memory: an ELF at its own addresses, or bytes at <paramref name="Address"/>.</summary>
public sealed record LoadFile(BootFile File, ulong? Address);

/// <summary>Everything that decides what a machine is and what is in its memory when it starts.</summary>
public sealed record MachineConfiguration
{
    public string Board { get; init; } = "virt";

    public string Cpu { get; init; } = "cortex-a53";

    /// <summary>1 to 8.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>Bytes of guest RAM, a multiple of 4096.</summary>
    public ulong MemoryBytes { get; init; } = 1UL << 30;

    /// <summary>2; version 3 comes with PCIe.</summary>
    public int GicVersion { get; init; } = 2;

    public bool El2 { get; init; } = true;

    public bool El3 { get; init; }

    /// <summary>Whether ECAM and the large PCIe window lie above 4 GiB.</summary>
    public bool HighMemory { get; init; } = true;

    public BootFile? Kernel { get; init; }

    public BootFile? Initrd { get; init; }

    /// <summary>Kernel command line; null leaves the device tree's own.</summary>
    public string? Append { get; init; }

    /// <summary>The user's own device tree, passed on unchanged but for initrd and command line.</summary>
    public BootFile? DeviceTree { get; init; }

    /// <summary>What the real time clock says when the machine starts, in seconds since 1970.</summary>
    public uint RtcSeconds { get; init; } = 1_672_531_200;

    /// <summary>HLT 0xF000 calls the host (Arm 100863, Semihosting for AArch32 and AArch64).</summary>
    public bool Semihosting { get; init; }

    /// <summary>The host's files that semihosting reaches; null for none.</summary>
    public IHostFiles? HostFiles { get; init; }

    /// <summary>What SYS_GET_CMDLINE gives; null for the kernel's name and <see cref="Append"/>, as with QEMU.</summary>
    public string? SemihostingArguments { get; init; }

    public IReadOnlyList<LoadFile> Loads { get; init; } = [];
}

/// <summary>
/// The user asked for a machine that cannot be: the message is one line that names the file or option, the reason
/// and what to do.
/// </summary>
public sealed class MachineConfigurationException : Exception
{
    public MachineConfigurationException()
    {
    }

    public MachineConfigurationException(string message)
        : base(message)
    {
    }

    public MachineConfigurationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
