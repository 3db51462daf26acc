using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Semihosting;
using GdbHost.Machine.Virtio;

namespace GdbHost.Machine.Boards;

/// <summary>A file the user named, already read: the machine itself opens nothing.</summary>
public sealed record BootFile(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>It begins as an ELF file does.</summary>
    public bool IsElf => Bytes.Span.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F']);
}

/// <summary>A file to place in memory: an ELF at its own addresses, or bytes at <paramref name="Address"/>.</summary>
/// <param name="StartsCpu">The core that begins at the file's entry point or first byte, in its reset state; null for none.</param>
public sealed record LoadFile(BootFile File, ulong? Address, int? StartsCpu = null);

/// <summary>A core that begins at an address of the user's, in its reset state.</summary>
public sealed record CoreStart(int Cpu, ulong Address);

/// <summary>The contents of a flash bank when the machine is switched on; a reset keeps what the guest has made of them.</summary>
/// <param name="Bank">0 or 1.</param>
/// <param name="Medium">Gets what the guest writes, and is as long as the bank; null: it is kept as long as the machine.</param>
public sealed record FlashImage(int Bank, BootFile File, IBlockStorage? Medium = null);

/// <summary>
/// A kernel or RAM disk that a hypervisor finds through the device tree: a node under /chosen that is compatible with
/// "multiboot,module" (Xen, docs/misc/arm/device-tree/booting.txt).
/// </summary>
/// <param name="IsKernel">"multiboot,kernel", else "multiboot,ramdisk".</param>
/// <param name="Arguments">The module's command line, or null.</param>
public sealed record GuestModule(BootFile File, ulong Address, bool IsKernel, string? Arguments);

/// <summary>How the cores are grouped in the device tree's cpu-map; the product is at least the number of cores.</summary>
/// <param name="Clusters">In each socket.</param>
/// <param name="Cores">In each cluster.</param>
/// <param name="Threads">In each core; 1 has no level of its own in the map.</param>
public sealed record CpuTopology(int Clusters, int Cores, int Threads);

/// <summary>Everything that decides what a machine is and what is in its memory when it starts.</summary>
public sealed record MachineConfiguration
{
    public string Board { get; init; } = "virt";

    public string Cpu { get; init; } = "cortex-a53";

    /// <summary>1 to 8 with GICv2, to 123 with GICv3.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>Null for one cluster with all cores.</summary>
    public CpuTopology? Topology { get; init; }

    /// <summary>Bytes of guest RAM, a multiple of 4096.</summary>
    public ulong MemoryBytes { get; init; } = 1UL << 30;

    /// <summary>2 or 3.</summary>
    public int GicVersion { get; init; } = 2;

    public bool El2 { get; init; } = true;

    public bool El3 { get; init; }

    /// <summary>Whether ECAM and the large PCIe window lie above 4 GiB.</summary>
    public bool HighMemory { get; init; } = true;

    /// <summary>An SMMUv3 translates what PCI devices do.</summary>
    public bool Smmu { get; init; }

    /// <summary>Devices on virtio-mmio, in the order in which the user names them.</summary>
    public IReadOnlyList<VirtioDeviceConfiguration> VirtioMmio { get; init; } = [];

    /// <summary>Transports of virtio-mmio are of version 1, QEMU's default; else of version 2.</summary>
    public bool LegacyVirtioMmio { get; init; } = true;

    /// <summary>PCI devices, in the order in which they are plugged in.</summary>
    public IReadOnlyList<PciDeviceRequest> PciDevices { get; init; } = [];

    public BootFile? Kernel { get; init; }

    /// <summary>What flash bank 0 holds after every reset; needs <see cref="StartsInFlash"/>.</summary>
    public BootFile? Firmware { get; init; }

    /// <summary>Files of the user's own that firmware finds by name in fw_cfg; names are at most 55 bytes, and each occurs once.</summary>
    public IReadOnlyList<BootFile> FirmwareFiles { get; init; } = [];

    /// <summary>
    /// The cores begin at the start of flash bank 0, whatever is loaded. Kernel, initrd and command line are handed to the
    /// firmware there through fw_cfg.
    /// </summary>
    public bool StartsInFlash { get; init; }

    public IReadOnlyList<FlashImage> Flash { get; init; } = [];

    public IReadOnlyList<GuestModule> Modules { get; init; } = [];

    public BootFile? Initrd { get; init; }

    /// <summary>Kernel command line; null leaves the device tree's own.</summary>
    public string? Append { get; init; }

    /// <summary>The user's own device tree, passed on unchanged but for initrd and command line.</summary>
    public BootFile? DeviceTree { get; init; }

    /// <summary>What the real time clock says when the machine starts, in seconds since 1970.</summary>
    public uint RtcSeconds { get; init; } = 1_672_531_200;

    /// <summary>What executes instructions. The run is the same with either.</summary>
    public ExecutionEngine Engine { get; init; } = ExecutionEngine.Translator;

    /// <summary>Runs of a block in the interpreter before it is translated, 1 or more.</summary>
    public int TranslateAfter { get; init; } = 16;

    /// <summary>
    /// Told of each piece of host code that the translator makes, on the machine's thread: where it is, its bytes, the guest's virtual
    /// address of its first instruction, and the Exception level (0 to 3) of the core that ran it first. Null for nobody.
    /// </summary>
    public Action<nuint, int, ulong, int>? OnGeneratedCode { get; init; }

    /// <summary>HLT 0xF000 calls the host (Arm 100863, Semihosting for AArch32 and AArch64).</summary>
    public bool Semihosting { get; init; }

    /// <summary>The host's files that semihosting reaches; null for none.</summary>
    public IHostFiles? HostFiles { get; init; }

    /// <summary>What SYS_GET_CMDLINE gives; null for the kernel's name and <see cref="Append"/>, as with QEMU.</summary>
    public string? SemihostingArguments { get; init; }

    public IReadOnlyList<LoadFile> Loads { get; init; } = [];

    /// <summary>The ELF file that core 0 begins with; null where that is something else, such as a Linux Image or firmware in flash.</summary>
    public BootFile? FirstProgram => this switch
    {
        { StartsInFlash: true } => null,
        { Kernel: BootFile kernel } => kernel.IsElf ? kernel : null,
        _ => Loads.FirstOrDefault(static l => l.Address is null && l.File.IsElf)?.File,
    };

    public IReadOnlyList<CoreStart> CoreStarts { get; init; } = [];
}

/// <summary>What executes instructions.</summary>
public enum ExecutionEngine
{
    /// <summary>Executes decoded instructions one by one, on every host.</summary>
    Interpreter,

    /// <summary>Generates host code; where the host cannot run any, the interpreter takes its place.</summary>
    Translator,
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
