using System.Collections.Generic;
using CommandLine;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>What every verb has: a place for words that belong to no option, so that they can be refused.</summary>
internal abstract class VerbOptions
{
    [Value(0, Hidden = true)]
    public IEnumerable<string> Unexpected { get; set; } = [];
}

/// <summary>The options of the verbs that describe a board.</summary>
internal abstract class BoardOptions : VerbOptions
{
    protected const string MachineHelp = "Board: virt[,gic=2|3][,el2=on|off][,el3=on|off][,highmem=on|off][,iommu=none|smmuv3].";

    [Option("cpu", MetaValue = "MODEL", Default = "cortex-a53", HelpText = "CPU model.")]
    public string Cpu { get; set; } = "";

    [Option("smp", MetaValue = "N", Default = "1", HelpText = "Number of vCPUs.")]
    public string Smp { get; set; } = "";

    [Option("append", MetaValue = "TEXT", HelpText = "Kernel command line, written into the device tree.")]
    public string? Append { get; set; }

    [Option("initrd", MetaValue = "FILE", HelpText = "Initial RAM disk.")]
    public string? Initrd { get; set; }

    /// <summary>Declared by each verb, because the defaults differ.</summary>
    public abstract string Machine { get; set; }

    public abstract string Memory { get; set; }
}

/// <summary>The options of the verbs that run a guest.</summary>
internal abstract class GuestOptions : BoardOptions
{
    public const string GdbDefault = "127.0.0.1:1234";

    /// <summary>A script brings its own gdb, which need not be told a number that others may use too.</summary>
    public const string GdbForScript = "127.0.0.1:0";

    protected const string ClockHelp =
        "virtual: as fast as possible; host: not faster than real time. The guest counts instructions either way.";

    [Option("serial", MetaValue = "TO", Default = "stdio",
        HelpText = "The first serial port: stdio, mon:stdio (Ctrl-C to the guest, Ctrl-A X ends), none, file:PATH, tcp:HOST:PORT or unix:PATH (the last two listen).")]
    public string Serial { get; set; } = "";

    [Option("secure-serial", MetaValue = "TO", Default = "none",
        HelpText = "What the Secure UART of el3=on prints: none, stdio or file:PATH.")]
    public string SecureSerial { get; set; } = "";

    [Option("gdb", MetaValue = "AT", Default = GdbDefault,
        HelpText = "Where to listen for gdb: HOST:PORT, PORT, unix:PATH or none. Port 0 picks a free one.")]
    public string Gdb { get; set; } = "";

    [Option("gdb-port-file", MetaValue = "FILE", HelpText = "Write the port that gdb can connect to into this file.")]
    public string? GdbPortFile { get; set; }

    [Option("allow-remote", HelpText = "Allow listening beyond this host. Whoever connects controls the guest.")]
    public bool AllowRemote { get; set; }

    [Option("on-disconnect", MetaValue = "ACTION", Default = "as-found",
        HelpText = "When gdb's connection breaks: stop, continue, exit (with status 0), or as-found. Breakpoints are removed in any case.")]
    public string OnDisconnect { get; set; } = "";

    [Option("semihosting", HelpText = "HLT 0xF000 calls the host: console, files, and an exit whose code becomes the exit status.")]
    public bool Semihosting { get; set; }

    [Option("restore", MetaValue = "FILE",
        HelpText = "Begin with the state that gdb's \"monitor snapshot save FILE\" saved, of a machine with the same board, vCPUs and memory.")]
    public string? Restore { get; set; }

    [Option("semihosting-root", MetaValue = "DIR", Default = ".", HelpText = "The only folder whose files semihosting reaches.")]
    public string SemihostingRoot { get; set; } = "";

    [Option("semihosting-args", MetaValue = "TEXT", HelpText = "The command line that semihosting gives; default: the kernel's name and --append.")]
    public string? SemihostingArgs { get; set; }

    [Option("engine", MetaValue = "NAME", Default = "translator",
        HelpText = "What executes instructions: translator (x86-64 hosts) or interpreter. The run is the same with either.")]
    public string Engine { get; set; } = "";

    [Option("perf-map", HelpText = "Write /tmp/perf-PID.map, in which perf finds the names of generated code (with the published program).")]
    public bool PerfMap { get; set; }

    [Option("trap-log", MetaValue = "FILE",
        HelpText = "Log exceptions to EL2 and EL3 and the returns, and write them into this file at the end, one JSON object a line.")]
    public string? TrapLog { get; set; }

    [Option("report", MetaValue = "FILE.html",
        HelpText = "Write a report for a browser at the end: what is wrong, address spaces, exceptions, interrupts, PCI, console. It logs exceptions to EL2 and EL3.")]
    public string? Report { get; set; }

    [Option("symbols", MetaValue = "FILE[@OFFSET]",
        HelpText = "A guest's symbols, for gdb, reports and \"monitor linux\": an ELF file such as vmlinux, which gdb gets by itself as it attaches, moved by OFFSET (KASLR), or a System.map. Repeatable.")]
    public IEnumerable<string> Symbols { get; set; } = [];

    [Option("wait", HelpText = "Stay stopped until gdb lets the guest run.")]
    public bool Wait { get; set; }

    [Option("timeout", MetaValue = "SECONDS", HelpText = "End with status 3 after this time.")]
    public string? Timeout { get; set; }

    [Option("max-instructions", MetaValue = "N", HelpText = "End with status 3 after this many guest instructions.")]
    public string? MaxInstructions { get; set; }

    [Option("on-reset", MetaValue = "ACTION", Default = "end",
        HelpText = "When the guest asks for a reset: end (with status 4), reboot, or power-off (end with status 0).")]
    public string OnReset { get; set; } = "";

    [Option("log", MetaValue = "LEVEL", Default = "info", HelpText = "What to say on stderr: error, warning, info, debug or trace.")]
    public string Log { get; set; } = "";

    public abstract string Clock { get; set; }
}

/// <summary>"gdbhost demo", also without a verb.</summary>
[Verb("demo", isDefault: true, HelpText = "Run the built-in hypervisor and its guest (the default).")]
internal sealed class DemoOptions : GuestOptions
{
    [Option("defect", HelpText = "Take a hypervisor with two defects, on which its guest dies; the README finds them.")]
    public bool Defect { get; set; }

    [Option("machine", MetaValue = "BOARD", Default = "virt,el2=on", HelpText = MachineHelp)]
    public override string Machine { get; set; } = "";

    [Option("memory", MetaValue = "SIZE", Default = "256M", HelpText = "Guest RAM: bytes, or a number with K, M or G.")]
    public override string Memory { get; set; } = "";

    [Option("clock", MetaValue = "MODE", Default = "host", HelpText = ClockHelp)]
    public override string Clock { get; set; } = "";
}

/// <summary>"gdbhost run".</summary>
[Verb("run", HelpText = "Run your own hypervisor, kernel or bare-metal program.")]
internal sealed class RunOptions : GuestOptions
{
    [Option("machine", MetaValue = "BOARD", Default = "virt", HelpText = MachineHelp)]
    public override string Machine { get; set; } = "";

    [Option("memory", MetaValue = "SIZE", Default = "1G", HelpText = "Guest RAM: bytes, or a number with K, M or G.")]
    public override string Memory { get; set; } = "";

    [Option("clock", MetaValue = "MODE", Default = "virtual", HelpText = ClockHelp)]
    public override string Clock { get; set; } = "";

    [Option("kernel", MetaValue = "FILE", HelpText = "ELF, arm64 Image (also gzip) or raw binary to start.")]
    public string? Kernel { get; set; }

    [Option("script", MetaValue = "FILE",
        HelpText = "Follow a gdb script: starts gdb-multiarch in batch mode on the stopped guest and ends with its status; lines \"FAIL: ...\" make it 1.")]
    public string? Script { get; set; }

    [Option("junit", MetaValue = "FILE", HelpText = "With --script: write its \"PASS: name\" and \"FAIL: name\" lines as JUnit XML.")]
    public string? Junit { get; set; }

    [Option("dtb", MetaValue = "FILE", HelpText = "Your own device tree instead of the generated one.")]
    public string? Dtb { get; set; }

    [Option("drive", MetaValue = "KEY=VALUE", HelpText = "A disk image: file=FILE,if=none,id=hd0[,format=raw][,readonly=on][,snapshot=on]. Repeatable.")]
    public IEnumerable<string> Drive { get; set; } = [];

    [Option("netdev", MetaValue = "user,id=ID", HelpText = "A user network for a card: user,id=n0[,hostfwd=tcp::5555-:22][,restrict=on]. Repeatable.")]
    public IEnumerable<string> Netdev { get; set; } = [];

    [Option("pcap", MetaValue = "FILE", HelpText = "Write the frames of the user network into this file, for Wireshark and tcpdump.")]
    public string? Pcap { get; set; }

    [Option("chardev", MetaValue = "BACKEND,id=ID", HelpText = "A line for a device: stdio, null, file,path= or socket,host=,port=,server=on. Repeatable.")]
    public IEnumerable<string> Chardev { get; set; } = [];

    [Option("global", MetaValue = "DRIVER.KEY=VALUE", HelpText = "A setting of all devices of a kind: virtio-mmio.force-legacy=off. Repeatable.")]
    public IEnumerable<string> Global { get; set; } = [];

    [Option("load", MetaValue = "FILE[@ADDR]", HelpText = "Place a further file in memory: an ELF, or bytes at ADDR. Repeatable.")]
    public IEnumerable<string> Load { get; set; } = [];

    [Option("device", MetaValue = "NAME[,KEY=VALUE...]",
        HelpText = "Plug in a device, in QEMU's words: edu,addr=2,id=e or virtio-blk-pci,drive=hd0 on PCI, virtio-blk-device,drive=hd0 on virtio-mmio. Repeatable; \"help\" lists them, \"NAME,help\" lists the keys of one.")]
    public IEnumerable<string> Device { get; set; } = [];
}

/// <summary>"gdbhost dtb".</summary>
[Verb("dtb", HelpText = "Write the device tree that the board would give its guest.")]
internal sealed class DtbOptions : BoardOptions
{
    [Option("machine", MetaValue = "BOARD", Default = "virt", HelpText = MachineHelp)]
    public override string Machine { get; set; } = "";

    [Option("memory", MetaValue = "SIZE", Default = "1G", HelpText = "Guest RAM: bytes, or a number with K, M or G.")]
    public override string Memory { get; set; } = "";

    [Option("output", MetaValue = "FILE", HelpText = "Where to write it; standard output if absent.")]
    public string? Output { get; set; }
}

/// <summary>"gdbhost boards".</summary>
[Verb("boards", HelpText = "List the boards.")]
internal sealed class BoardsOptions : VerbOptions;

/// <summary>"gdbhost qemu", whose words are QEMU's and not read by the parser of the other verbs.</summary>
[Verb("qemu", HelpText = "Take the command line of qemu-system-aarch64; \"gdbhost qemu -help\" lists what is understood.")]
internal sealed class QemuVerb : VerbOptions
{
    /// <summary>The words after the verb.</summary>
    public IReadOnlyList<string> Words { get; set; } = [];
}
