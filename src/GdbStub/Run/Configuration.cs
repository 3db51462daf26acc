using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.HostFiles;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Run;

/// <summary>Options to machine configuration: reads the files, checks the values, leaves the rest to the board.</summary>
internal static class Configuration
{
    private const ulong MostCpus = 123;
    private const string DemoFolder = "Demo/";

    /// <param name="host">Keeps what is opened for the guest's devices.</param>
    /// <param name="log">Where it is said what the guest asks of the host and does not get.</param>
    public static MachineConfiguration Of(RunOptions options, HostDevices host, Log log)
    {
        MachineConfiguration configuration = OfGuest(options) with
        {
            Kernel = options.Kernel is null ? null : FileOf("--kernel", options.Kernel),
            DeviceTree = options.Dtb is null ? null : FileOf("--dtb", options.Dtb),
            Loads = [.. options.Load.Select(LoadOf)],
            Semihosting = options.Semihosting,
            HostFiles = options.Semihosting ? HostFolder.Open("--semihosting-root", options.SemihostingRoot, log) : null,
            SemihostingArguments = options.SemihostingArgs,
        };
        if (configuration.Kernel is null && configuration.Loads.Count == 0 && options.Restore is null)
        {
            throw new UserErrorException("--kernel: nothing to run; name an ELF, an arm64 Image or a raw binary with --kernel or --load, or a snapshot with --restore");
        }

        QemuRequest devices = Devices(options, log);
        if (configuration.Smmu && TranslatedDevices.Warning(devices.PciDevices) is string warning)
        {
            log.Warning(warning.Replace("-device ", "--device ", StringComparison.Ordinal));
        }

        return devices.Devices.AddTo(configuration with { PciDevices = devices.PciDevices }, host);
    }

    public static MachineConfiguration Of(DemoOptions options) => OfGuest(options) with
    {
        Kernel = Embedded(options.Defect ? "hypervisor-defect.elf" : "hypervisor.elf"),
        Loads = [new LoadFile(Embedded("guest.elf"), null)],
    };

    public static MachineConfiguration OfBoard(BoardOptions options)
    {
        var board = BoardSettings.Parse(options.Machine);
        return new MachineConfiguration
        {
            Board = board.Board,
            Cpu = OptionValues.Word("--cpu", options.Cpu, "cortex-a53"),
            Cpus = (int)OptionValues.Number("--smp", options.Smp, 1, MostCpus),
            MemoryBytes = OptionValues.Size("--memory", options.Memory),
            GicVersion = board.GicVersion,
            El2 = board.El2,
            El3 = board.El3,
            HighMemory = board.HighMemory,
            Smmu = board.Smmu,
            Initrd = options.Initrd is null ? null : FileOf("--initrd", options.Initrd),
            Append = options.Append,
        };
    }

    /// <summary>One line that says what the configuration is.</summary>
    public static string Describe(MachineConfiguration configuration)
    {
        string levels = (configuration.El2, configuration.El3) switch
        {
            (true, true) => "EL0-EL3",
            (true, false) => "EL0-EL2",
            (false, true) => "EL0, EL1, EL3",
            _ => "EL0, EL1",
        };
        return $"{configuration.Board}: {configuration.Cpus} x {configuration.Cpu} ({levels}), GICv{configuration.GicVersion}, "
            + $"{configuration.MemoryBytes >> 20} MiB RAM";
    }

    private static MachineConfiguration OfGuest(GuestOptions options) => OfBoard(options) with
    {
        Engine = OptionValues.Word("--engine", options.Engine, "translator", "interpreter") == "translator"
            ? ExecutionEngine.Translator
            : ExecutionEngine.Interpreter,
    };

    // The words for devices are QEMU's.
    private static QemuRequest Devices(RunOptions options, Log log)
    {
        QemuRequest request = new();
        (IEnumerable<string> Values, Action<QemuRequest, string> Read)[] rows =
        [
            (options.Global, OtherOptionRows.ReadGlobal),
            (options.Chardev, CharacterDevice.ReadChardev),
            (options.Drive, BootOptionRows.ReadDrive),
            (options.Netdev, static (r, v) => r.Devices.AddNetwork(v)),
            (options.Device, BootOptionRows.ReadDevice),
        ];
        request.Devices.CaptureFile = options.Pcap;
        foreach ((IEnumerable<string> values, Action<QemuRequest, string> read) in rows)
        {
            foreach (string value in values)
            {
                read(request, value);
            }
        }

        if (request.Loaders.Count > 0 || request.GuestLoaders.Count > 0 || Array.Exists(request.Pflash, static f => f is not null))
        {
            throw new UserErrorException("--device, --drive: loader, guest-loader and if=pflash are for \"gdbhost qemu\"; use --load here");
        }

        foreach (string note in request.Notes)
        {
            log.Warning(note);
        }

        return request;
    }

    private static BootFile FileOf(string option, string path) => new(path, InputFile.Read(option, path));

    private static LoadFile LoadOf(string text)
    {
        (string file, string? address) = OptionValues.FileAt(text);
        return new LoadFile(FileOf("--load", file), address is null ? null : OptionValues.Address("--load", address));
    }

    private static BootFile Embedded(string name)
    {
        using Stream stream = typeof(Configuration).Assembly.GetManifestResourceStream(DemoFolder + name)
            ?? throw new InvalidOperationException($"The program was built without {name}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new BootFile(name, bytes);
    }
}
