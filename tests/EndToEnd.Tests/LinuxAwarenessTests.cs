using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;
using Xunit;
using SymbolFile = GdbHost.GdbStub.Symbols.SymbolFile;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// "monitor linux" without symbols. Who is right: the guest itself, which prints /proc/kallsyms, dmesg and /proc/PID/stat; for where the
/// kernel is linked, the addresses in its Image.
/// </summary>
public sealed class LinuxAwarenessTests : IDisposable
{
    private const string Init = """
        #!/bin/busybox sh
        export PATH=/bin
        mount -t proc proc /proc
        mount -t devtmpfs devtmpfs /dev
        busybox sleep 100000 &
        echo "KALLSYMS $(busybox grep -E ' (_stext|cpu_do_idle)$' /proc/kallsyms)"
        for stat in /proc/[0-9]*/stat; do read -r line < $stat; echo "TASK $line"; done
        echo "<4>hostile $(busybox printf '\033[31m') end" > /dev/kmsg
        echo DMESG-BEGIN
        busybox dmesg
        echo DMESG-END
        (busybox sleep 1; echo READY) &
        read nothing

        """;

    private readonly string _map = Path.GetTempFileName();

    public void Dispose() => File.Delete(_map);

    [RequiresTheory(Need.DebianGuests)]
    [InlineData("debian", true, "")]
    [InlineData("cloud", false, "nokaslr")]
    public void What_it_says_of_a_kernel_is_what_the_kernel_says(string kernel, bool el2, string append)
    {
        using MachineTarget target = Boot(kernel, el2, append, out string serial);
        TargetState before = target.State;
        Dictionary<string, ulong> linked = KernelSymbols.Read(Repository.Guest($"{kernel}/vmlinuz"));
        ulong stext = ulong.Parse(Regex.Match(serial, @"([0-9a-f]{16}) T _stext").Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        ulong offset = stext - linked["_stext"];
        Assert.Equal(append.Length > 0, offset == 0);

        string said = TargetRun.Ask(target, "linux");
        Assert.Contains($"KASLR offset 0x{offset:x}{(offset == 0 ? " (none)" : "")}; _stext is at 0x{stext:x}, linked at 0x{linked["_stext"]:x}", said, StringComparison.Ordinal);
        Assert.Contains($"symbol-file -o 0x{offset:x} vmlinux", said, StringComparison.Ordinal);

        LogIsTheGuests(target, serial);
        TasksAreTheGuests(target, serial);
        Assert.Matches(@"cpu\d: EL1, pc 0x[0-9a-f]+ cpu_do_idle\+0x[0-9a-f]+, waits in WFI", TargetRun.Ask(target, "cpus"));

        // The same with a file of symbols, linked where it is linked.
        File.WriteAllLines(_map, linked.Select(static s => $"{s.Value:x16} T {s.Key}"));
        target.Description = new RunDescription("", [SymbolFile.Read("--symbols", _map)]);
        Assert.Contains($"symbol-file -o 0x{offset:x} {_map}", TargetRun.Ask(target, "linux"), StringComparison.Ordinal);
        Assert.Contains("cpu_do_idle+0x", TargetRun.Ask(target, "cpus"), StringComparison.Ordinal);
        File.WriteAllLines(_map, linked.Select(static s => $"{s.Value + 0x10000:x16} T {s.Key}"));
        target.Description = new RunDescription("", [SymbolFile.Read("--symbols", _map)]);
        Assert.Contains("is of another kernel: its _stext is linked at", TargetRun.Ask(target, "linux"), StringComparison.Ordinal);
        Assert.Equal(before, target.State);
    }

    private static void LogIsTheGuests(MachineTarget target, string serial)
    {
        string[] dmesg = [.. Between(serial, "DMESG-BEGIN", "DMESG-END").Split('\n').Select(static l => l.TrimEnd('\r')).Where(static l => l.StartsWith('['))];
        string[] log = TargetRun.Ask(target, "linux log").TrimEnd('\n').Split('\n');
        Assert.InRange(dmesg.Length, 100, 2000);
        Assert.Contains("hostile \\x1b[31m end", log[^1], StringComparison.Ordinal);
        Assert.Equal(dmesg.Select(static l => l.Replace("\u001b", "\\x1b", StringComparison.Ordinal)), log);
        Assert.Equal(log.TakeLast(3), TargetRun.Ask(target, "linux log 3").TrimEnd('\n').Split('\n'));
    }

    private static void TasksAreTheGuests(MachineTarget target, string serial)
    {
        // "PID (NAME) STATE PARENT ..." (Linux documentation, filesystems/proc); workers come and go, the shell was busy then. Of threads of the
        // kernel it has the name in full where task_struct has 15 characters.
        (string Pid, string Name, string State, string Parent)[] guest =
        [
            .. Regex.Matches(serial, @"TASK (\d+) \((.+?)\) (\S) (\d+)").Select(static m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value, m.Groups[4].Value))
                .Where(static t => !t.Item2.StartsWith("kworker", StringComparison.Ordinal) && t.Item2 != "linux-init"),
        ];
        Assert.InRange(guest.Length, 20, 500);
        string[] tasks = TargetRun.Ask(target, "linux tasks").Split('\n');
        Assert.Contains(tasks, static t => Regex.IsMatch(t, @"^ +0 R cpu0. parent 0 +\[swapper"));
        Assert.Contains(tasks, static t => Regex.IsMatch(t, @"^ +1 S cpu\d. parent 0 +linux-init$"));
        foreach ((string pid, string name, string state, string parent) in guest)
        {
            string shown = Regex.Escape(name[..Math.Min(name.Length, 15)]);
            string line = Assert.Single(tasks, t => Regex.IsMatch(t, $@"^ +{pid} "));
            Assert.Matches($@"^ +{pid} {state} cpu\d. parent {parent} +(\[{shown}\]|{shown}(, \d+ threads)?)$", line);
        }

        Assert.Contains(guest, static t => t.Name == "busybox" && t.State == "S");
    }

    // Situation 1's hypervisor maps the guest's RAM as it is; the host of tests/Guests/kvm gives other memory.
    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public void Kernel_of_a_KVM_guest_is_told_from_its_host()
    {
        StringBuilder serial = new();
        MachineTarget? running = null;
        using MachineTarget target = MachineTarget.Create(KvmHost(), b => Stop(serial, b, "GUEST-UP", () => running!.RequestStop()), 6_000_000_000);
        running = target;
        TargetRun.Run(target);
        target.Inspection.StopAtTraps(static t => t.Vmid is not null && t.IsStage2 ? "guest" : null, null);
        TargetStop stop = TargetRun.Run(target);
        Assert.Equal(StopKind.Event, stop.Kind);

        string[] said = TargetRun.Ask(target, "linux").Split('\n');
        Assert.StartsWith("Linux 6.1.0-56-arm64 in the guest of this vCPU, ", said[0], StringComparison.Ordinal);
        Assert.StartsWith("KASLR offset 0x0 (none)", said[1], StringComparison.Ordinal);
        Assert.Contains(said, static l => l.StartsWith("Linux 6.1.0-56-arm64 in physical memory, ", StringComparison.Ordinal));
        Assert.DoesNotContain("Machine model: linux,dummy-virt", TargetRun.Ask(target, "linux log"), StringComparison.Ordinal);
        Assert.Contains("Machine model: gdbhost,kvm-guest", TargetRun.Ask(target, "linux log"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ +1 . cpu\d. parent 0 +init$", TargetRun.Ask(target, "linux tasks"));
    }

    [RequiresFact(Need.DebianGuests)]
    public void Kernel_that_has_not_written_its_notes_is_found_by_its_vectors()
    {
        using MachineTarget target = MachineTarget.Create(Configuration("debian", el2: false, "", []), static _ => { }, 40_000_000);
        TargetRun.Run(target);
        string said = TargetRun.Ask(target, "linux");
        Assert.Contains("Linux at its start: its Image is at 0x40200000 (IPA or PA), _text at 0x", said, StringComparison.Ordinal);
        Assert.StartsWith("There is no Linux kernel that can be told: ", TargetRun.Ask(target, "linux log"), StringComparison.Ordinal);

        Dictionary<string, ulong> linked = KernelSymbols.Read(Repository.Guest("debian/vmlinuz"));
        File.WriteAllLines(_map, linked.Select(static s => $"{s.Value:x16} T {s.Key}"));
        target.Description = new RunDescription("", [SymbolFile.Read("--symbols", _map)]);
        ulong text = ulong.Parse(Regex.Match(said, "_text at 0x([0-9a-f]+)").Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.Contains($"KASLR offset 0x{text + 0x10000 - linked["_stext"]:x}", TargetRun.Ask(target, "linux"), StringComparison.Ordinal);
    }

    /// <summary>Notes that a guest forges do nothing but make an answer: they lead nowhere, or to tables without end.</summary>
    [Theory]
    [InlineData("OSRELEASE=x")]
    [InlineData("OSRELEASE=6.1\nSYMBOL(init_uts_ns)=ffffffffffffffff\nNUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0x0\nNUMBER(PHYS_OFFSET)=0x0\n")]
    [InlineData("OSRELEASE=\nSYMBOL(init_uts_ns)=ffff000000001000\nOFFSET(uts_namespace.name)=0\nNUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffff800000000000\nNUMBER(PHYS_OFFSET)=0x46000000\nSYMBOL(prb)=ffff000000001000\nSYMBOL(_stext)=ffff000000000000\nSIZE(prb_desc)=128\nSIZE(printk_info)=256\n")]
    public void Forged_notes_are_harmless(string notes)
    {
        byte[] memory = new byte[1 << 20];
        Encoding.ASCII.GetBytes(notes).CopyTo(memory, 0);
        memory.AsSpan(4096, 4096).Fill(0x41);
        Encoding.ASCII.GetBytes("Linux").CopyTo(memory, 4096);
        memory[4096 + 5] = 0;
        memory[4096 + 130] = 0;
        ForgeTypes(memory.AsSpan(3 * 4096));
        using MachineTarget target = MachineTarget.Create(
            new MachineConfiguration { MemoryBytes = 128 << 20, Loads = [new LoadFile(new BootFile("notes", memory), 0x4600_0000)], Kernel = new BootFile("loop", (byte[])[0, 0, 0, 0x14]) }, static _ => { });
        foreach (string line in (string[])["linux", "linux log", "linux tasks", "cpus"])
        {
            Assert.NotEmpty(TargetRun.Ask(target, line));
        }

        // The last of them get as far as the tables.
        Assert.Equal(notes.Contains("prb", StringComparison.Ordinal), TargetRun.Ask(target, "linux log").StartsWith("There is no log of Linux ", StringComparison.Ordinal));
        Assert.InRange(HtmlReport.Make(new Answers(target, 0, end: null)).Length, 5_000, 400_000);
    }

    // BTF whose header is right and whose types are anything, with process 0 in every place.
    private static void ForgeTypes(Span<byte> into)
    {
        ReadOnlySpan<uint> header = [0x0001_eb9f, 24, 0, 0x2000, 0x2000, 0x100];
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(header).CopyTo(into);
        new Random(1).NextBytes(into.Slice(24, 0x2000));
        ReadOnlySpan<uint> types = [1, 0x0400_ffff, 8, 1, 0x8400_0002, 64, 1, 3, 0xffff_fff0, 1, 2, 0];
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(types).CopyTo(into[24..]);
        Encoding.ASCII.GetBytes("\0task_struct\0pid\0").CopyTo(into[(24 + 0x2000)..]);
        for (int at = 0x4000; at + 16 <= into.Length; at += 16)
        {
            Encoding.ASCII.GetBytes("swapper").CopyTo(into[at..]);
        }
    }

    private static MachineTarget Boot(string kernel, bool el2, string append, out string serial)
    {
        StringBuilder text = new();
        MachineTarget? running = null;
        byte[] initrd = Cpio.With(File.ReadAllBytes(Repository.Guest($"{kernel}/initramfs.cpio.gz")), "linux-init", Encoding.ASCII.GetBytes(Init));
        MachineTarget target = MachineTarget.Create(Configuration(kernel, el2, append, initrd), b => Stop(text, b, "READY\r\n", () => running!.RequestStop()), 3_000_000_000);
        running = target;
        TargetRun.Run(target);
        serial = text.ToString();
        Assert.Contains("READY", serial, StringComparison.Ordinal);
        return target;
    }

    private static MachineConfiguration Configuration(string kernel, bool el2, string append, byte[] initrd) => new()
    {
        Cpus = 2,
        El2 = el2,
        MemoryBytes = 512 << 20,
        Kernel = new BootFile("vmlinuz", File.ReadAllBytes(Repository.Guest($"{kernel}/vmlinuz"))),
        Initrd = initrd.Length > 0 ? new BootFile("initramfs", initrd) : null,
        Append = $"console=ttyAMA0 panic=-1 rdinit=/linux-init {append}",
    };

    private static MachineConfiguration KvmHost() => new()
    {
        MemoryBytes = 512 << 20,
        Kernel = new BootFile("vmlinuz", File.ReadAllBytes(Repository.Guest("debian/vmlinuz"))),
        Initrd = new BootFile("initramfs", File.ReadAllBytes(Repository.Built("kvm/kvm.cpio.gz"))),
        Append = "console=ttyAMA0 panic=-1 loglevel=4 rdinit=/kvm-init GIC=2",
        PciDevices = [Disk("kvm/kernel.img"), Disk("kvm/initrd.img")],
    };

    private static PciDeviceRequest Disk(string file)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Built(file));
        MemoryDisk disk = new(bytes.Length, 0);
        bytes.CopyTo(disk.Content, 0);
        return new PciDeviceRequest("virtio-blk-pci", [new("drive", file)]) { Backend = new BlockBackend(disk) };
    }

    private static void Stop(StringBuilder text, byte value, string words, Action stop)
    {
        text.Append((char)value);
        if (value == words[^1] && text.Length >= words.Length && text.ToString(text.Length - words.Length, words.Length) == words)
        {
            stop();
        }
    }

    private static string Between(string text, string first, string last)
    {
        int begin = text.IndexOf(first + "\r\n", StringComparison.Ordinal);
        int end = text.IndexOf(last + "\r\n", StringComparison.Ordinal);
        return text[begin..end];
    }
}
