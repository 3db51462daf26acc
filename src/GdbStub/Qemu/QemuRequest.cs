using System.Collections.Generic;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.GdbStub.Qemu;

/// <summary>What a command line of QEMU's asks for, option by option; files are named and not yet read.</summary>
internal sealed class QemuRequest
{
    private readonly List<string> _notes = [];

    /// <summary>What is not as with QEMU, one line each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>A text that the user asked for instead of a run, or null.</summary>
    public string? Text { get; set; }

    public bool HasMachine { get; set; }

    public int GicVersion { get; set; } = 2;

    public bool Virtualization { get; set; }

    public bool Secure { get; set; }

    public bool HighMemory { get; set; } = true;

    /// <summary>iommu=smmuv3.</summary>
    public bool Smmu { get; set; }

    /// <summary>Where to write the device tree instead of a run.</summary>
    public string? DumpDtb { get; set; }

    public bool HasCpu { get; set; }

    public int Cpus { get; set; } = 1;

    public CpuTopology? Topology { get; set; }

    /// <summary>QEMU's default is 128 MiB.</summary>
    public ulong MemoryBytes { get; set; } = 128UL << 20;

    public string? Kernel { get; set; }

    public string? Initrd { get; set; }

    public string? Append { get; set; }

    public string? Dtb { get; set; }

    public string? Bios { get; set; }

    /// <summary>The files of flash banks 0 and 1.</summary>
    public DriveWords?[] Pflash { get; } = new DriveWords?[2];

    /// <summary>What -fw_cfg names, each by the name that firmware knows it by.</summary>
    public List<BootFile> FirmwareFiles { get; } = [];

    public List<LoaderDevice> Loaders { get; } = [];

    public List<GuestLoaderDevice> GuestLoaders { get; } = [];

    public List<PciDeviceRequest> PciDevices { get; } = [];

    /// <summary>The values of -serial, in order, with the option's own name.</summary>
    public List<string> Serials { get; } = [];

    /// <summary>Devices, and what of the host is behind them.</summary>
    public DeviceRequest Devices { get; } = new();

    /// <summary>What -chardev has named: the line in the form of -serial.</summary>
    public Dictionary<string, SerialLine> CharacterDevices => Devices.CharacterDevices;

    public bool NoGraphic { get; set; }

    /// <summary>-display none.</summary>
    public bool NoDisplay { get; set; }

    public bool NoDefaults { get; set; }

    public byte EscapeKey { get; set; } = SerialLine.ControlA;

    /// <summary>-S.</summary>
    public bool Stopped { get; set; }

    /// <summary>Where gdb can connect, as HOST:PORT or unix:PATH; null for nowhere.</summary>
    public string? GdbAddress { get; set; }

    public bool GdbWaits { get; set; }

    public bool NoReboot { get; set; }

    public bool NoShutdown { get; set; }

    public bool Semihosting { get; set; }

    /// <summary>What the guest gets as its command line; null for kernel and -append.</summary>
    public string? SemihostingArguments { get; set; }

    /// <summary>Seconds since 1970, or null for the machine's own beginning.</summary>
    public uint? RtcSeconds { get; set; }

    public string? PidFile { get; set; }

    public string? Timeout { get; set; }

    public string? MaxInstructions { get; set; }

    public string? Report { get; set; }

    public List<string> Symbols { get; } = [];

    public string? GdbPortFile { get; set; }

    public string Log { get; set; } = "warning";

    public bool AllowRemote { get; set; }

    /// <summary>Says something once.</summary>
    public void Note(string text)
    {
        if (!_notes.Contains(text))
        {
            _notes.Add(text);
        }
    }

    /// <summary>What cannot be honored, in one line.</summary>
    public static UserErrorException Refusal(string what, string why) => new($"{what}: {why}");
}
