using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.HostFiles;
using GdbHost.GdbStub.Run;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Qemu;

/// <summary>From what a command line of QEMU's asks for to the settings and the configuration that every other verb makes, too.</summary>
internal static class QemuConfiguration
{
    private const ulong FlashBytes = 64 << 20;
    private const int SectorBytes = 512;

    private static readonly (string Ours, string Qemus)[] OptionNames =
    [
        ("--machine gic=", "-machine gic-version="),
        ("--machine", "-machine"),
        ("--memory", "-m"),
        ("--smp", "-smp"),
        ("--cpu", "-cpu"),
        ("--kernel", "-kernel"),
        ("--initrd", "-initrd"),
        ("--load FILE@ADDRESS", "-device loader,file=FILE,addr=ADDRESS"),
        ("--device", "-device"),
        ("--allow-remote", "-allow-remote"),
    ];

    /// <exception cref="UserErrorException">The options do not go together.</exception>
    public static RunSettings Settings(QemuRequest request)
    {
        if (!request.HasMachine)
        {
            throw QemuRequest.Refusal("-machine", "no machine is named, and QEMU has no default; add -machine virt");
        }

        if (request.Stopped && request.GdbAddress is null && request.DumpDtb is null)
        {
            throw QemuRequest.Refusal("-S", "without gdb nobody could let the guest run; add -s, or leave -S out");
        }

        if (!request.HasCpu)
        {
            request.Note("-cpu is not given: the core is cortex-a53; QEMU's default, cortex-a15, is a 32-bit core");
        }

        return new RunSettings
        {
            Timeout = request.Timeout is string time ? OptionValues.Seconds("-timeout", time) : null,
            MaxInstructions = request.MaxInstructions is string most ? OptionValues.Number("-max-instructions", most, 1, ulong.MaxValue) : null,
            Serial = LineOptionRows.Line(request),
            Gdb = request.GdbAddress is string at ? OptionValues.Listen("-gdb", at, request.AllowRemote) : null,
            GdbNamedBy = "-gdb",
            GdbPortFile = request.GdbPortFile,
            Report = request.Report,
            ReportNamedBy = "-report",
            Symbols = request.Symbols,
            SymbolsNamedBy = "-symbols",
            AllowRemote = request.AllowRemote,
            Wait = request.Stopped || request.GdbWaits,
            Ending = new GuestEnding
            {
                OnReset = request.NoReboot ? ResetAction.PowerOff : ResetAction.Reboot,
                StaysWhenOff = request.NoShutdown,
            },
            SignalStatus = 0,
        };
    }

    /// <summary>Reads the files. Semihosting reaches the present folder and what is in it.</summary>
    public static MachineConfiguration Machine(QemuRequest request, HostDevices host, Log log)
    {
        CheckKernelOptions(request);
        BootFile? kernel = File("-kernel", request.Kernel);
        BootFile? initrd = File("-initrd", request.Initrd);
        BootFile? firmware = File("-bios", request.Bios);
        bool startsInFlash = kernel is null || firmware is not null || request.Pflash[0] is not null;
        if (initrd is not null && kernel!.IsElf && !startsInFlash)
        {
            request.Note($"-initrd {initrd.Name} is ignored: an ELF kernel gets none, as with QEMU");
            initrd = null;
        }

        if (request.Smmu && TranslatedDevices.Warning(request.PciDevices) is string warning)
        {
            request.Note(warning);
        }

        var machine = new MachineConfiguration
        {
            Cpus = request.Cpus,
            Topology = request.Topology,
            MemoryBytes = request.MemoryBytes,
            GicVersion = request.GicVersion,
            El2 = request.Virtualization,
            El3 = request.Secure,
            HighMemory = request.HighMemory,
            Smmu = request.Smmu,
            PciDevices = request.PciDevices,
            Kernel = kernel,
            Initrd = initrd,
            Append = request.Append,
            DeviceTree = File("-dtb", request.Dtb),
            Firmware = firmware,
            FirmwareFiles = request.FirmwareFiles,
            StartsInFlash = startsInFlash,
            Flash = [.. request.Pflash.Select((drive, bank) => FlashOf(drive, bank, host)).OfType<FlashImage>()],
            Semihosting = request.Semihosting,
            SemihostingArguments = request.SemihostingArguments,
            HostFiles = request.Semihosting ? HostFolder.Open("-semihosting", ".", log) : null,
        };
        machine = request.RtcSeconds is uint seconds ? machine with { RtcSeconds = seconds } : machine;
        machine = request.Loaders.Aggregate(machine, static (m, loader) => loader.AddTo(m));
        machine = request.GuestLoaders.Aggregate(machine, static (m, loader) => loader.AddTo(m));
        return request.Devices.AddTo(machine, host);
    }

    /// <summary>A message of the machine's, which names options as "gdbhost run" does, with QEMU's names for them.</summary>
    public static string InQemusWords(string message) => OptionNames.Aggregate(message, static (text, pair) => text.Replace(pair.Ours, pair.Qemus, StringComparison.Ordinal));

    /// <summary>Writes -pidfile.</summary>
    public static void WriteProcessNumber(QemuRequest request)
    {
        if (request.PidFile is string path)
        {
            string number = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            InputFile.Write("-pidfile", path, Encoding.ASCII.GetBytes(number + "\n"));
        }
    }

    private static void CheckKernelOptions(QemuRequest request)
    {
        if (request.Kernel is null && (request.Initrd ?? request.Append) is not null)
        {
            string option = request.Initrd is null ? "-append" : "-initrd";
            throw QemuRequest.Refusal(option, "there is no kernel that could take it; add -kernel");
        }

        if (request.Bios is not null && request.Pflash[0] is not null)
        {
            throw QemuRequest.Refusal("-bios", $"flash bank 0 holds {request.Pflash[0]!.File} already; leave one of them out");
        }

        if (request.GuestLoaders.Count > 0 && request.Dtb is not null)
        {
            request.Note("-device guest-loader adds no nodes to your own -dtb, as with QEMU");
        }
    }

    private static BootFile? File(string option, string? path) => path is null ? null : new BootFile(path, InputFile.Read(option, path));

    private static FlashImage? FlashOf(DriveWords? drive, int bank, HostDevices host)
    {
        if (drive is null)
        {
            return null;
        }

        // A file of any length is a raw image here, where a disk's has whole sectors.
        FileInfo file = new(drive.File);
        bool isRaw = file.Exists && (drive.Format == DiskImage.Raw || (drive.Format is null && file.Length % SectorBytes != 0));
        CheckFlash(drive, isRaw ? (ulong)file.Length : FlashBytes);
        IBlockStorage medium = drive.Open(host);
        CheckFlash(drive, medium.Length);
        byte[] contents = new byte[FlashBytes];
        return medium.TryRead(0, contents)
            ? new FlashImage(bank, new BootFile(drive.File, contents), medium.IsReadOnly ? null : medium)
            : throw QemuRequest.Refusal($"-drive {drive.File}", "it cannot be read whole");
    }

    private static void CheckFlash(DriveWords drive, ulong length)
    {
        if (length != FlashBytes)
        {
            throw QemuRequest.Refusal(
                $"-drive {drive.File}", $"a flash bank has {FlashBytes} bytes and this file {length}; lengthen it with truncate -s 64M, or use -bios");
        }
    }
}
