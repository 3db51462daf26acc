using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.GdbStub.Run;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// Who is right: QEMU 7.2's documentation, Invocation, and what qemu-system-aarch64 7.2 did with the same lines; what it refuses
/// and we refuse differs in words only. tests/EndToEnd.Tests/QemuLineTests.cs runs both side by side.
/// </summary>
public sealed class QemuLineTests : IDisposable
{
    private const string Board = "-M virt -cpu cortex-a53 ";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-qemu");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("virt,virtualization=on,usb=off", "type", "type=virt virtualization=on usb=off")]
    [InlineData("path,,with,,commas,ro", "file", "file=path,with,commas ro=on")]
    [InlineData("file=a,,b=c,nowait,server", null, "file=a,b=c wait=off server=on")]
    [InlineData("a=1,a=2", null, "a=1 a=2")]
    [InlineData("", "x", "")]
    [InlineData("x,", "first", "first=x")]
    public void Values_are_lists_with_doubled_commas(string text, string? first, string pairs)
    {
        var read = new List<string>();
        new KeyValues("-x", text, first).ForEachLeft((key, value) => read.Add($"{key}={value}"));
        Assert.Equal(pairs, string.Join(' ', read));
    }

    [Fact]
    public void The_last_of_equal_keys_counts_as_with_QEMU() => Assert.Equal("2", new KeyValues("-x", "a=1,b=0,a=2").Take("a"));

    [Fact]
    public void Every_name_has_one_row_and_the_help_shows_it()
    {
        string[] names = [.. QemuOptions.Table.SelectMany(o => o.Names.Split('|'))];
        Assert.Equal(names.Distinct(), names);
        Assert.All(names, name => Assert.Contains($"-{name}", QemuOptions.Help(), StringComparison.Ordinal));
        Assert.All(QemuOptions.Table, row => Assert.True(row.Text.Length > 0 && !row.Text.Contains('\n'), row.Name));
    }

    [Theory]
    [InlineData("-help", "-semihosting-config")]
    [InlineData("--help", "gdbhost qemu")]
    [InlineData("-version", "gdbhost 0.")]
    [InlineData("-M help", "virt")]
    [InlineData("-cpu help", "cortex-a53")]
    [InlineData("-device help", "guest-loader")]
    public void A_text_is_asked_for_as_with_QEMU(string line, string part) =>
        Assert.Contains(part, QemuOptions.Read(line.Split(' ')).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("-m 512", 512UL << 20)]
    [InlineData("-m 2G", 2UL << 30)]
    [InlineData("-m size=1.5g,slots=2,maxmem=4G", 1536UL << 20)]
    [InlineData("-m 1000b", 8192UL)]
    [InlineData("-m 0", 128UL << 20)]
    [InlineData("", 128UL << 20)]
    public void Memory_is_in_MiB_and_128_of_them_by_default(string line, ulong bytes) => Assert.Equal(bytes, Machine(Board + line).MemoryBytes);

    [Theory]
    [InlineData("-smp 4", 4, 1, 4, 1)]
    [InlineData("-smp 4,sockets=2", 4, 1, 2, 1)]
    [InlineData("-smp 6,clusters=3", 6, 3, 2, 1)]
    [InlineData("-smp cores=4,threads=2", 8, 1, 4, 2)]
    [InlineData("-smp cpus=3,maxcpus=8,clusters=2", 3, 2, 4, 1)]
    [InlineData("-smp sockets=2", 2, 1, 1, 1)]
    public void Topology_is_filled_in_as_QEMU_does(string line, int cpus, int clusters, int cores, int threads)
    {
        MachineConfiguration machine = Machine(Board + line);
        Assert.Equal((cpus, new CpuTopology(clusters, cores, threads)), (machine.Cpus, machine.Topology));
    }

    [Fact]
    public void Machine_may_be_given_again_and_adds_up()
    {
        MachineConfiguration machine = Machine("-machine virt-7.2 -cpu cortex-a53 -M virtualization=on -machine type=virt,gic-version=2,highmem=off,accel=kvm:tcg");
        Assert.Equal((true, false, false), (machine.El2, machine.El3, machine.HighMemory));
    }

    [Theory]
    [InlineData("-nographic", "mon:stdio")]
    [InlineData("-nographic -serial null", "none")]
    [InlineData("-nographic -nodefaults", "none")]
    [InlineData("-display none", "none")]
    [InlineData("-display none -serial stdio", "stdio")]
    [InlineData("-nodefaults", "none")]
    [InlineData("", "stdio")]
    [InlineData("-serial mon:stdio", "mon:stdio")]
    [InlineData("-serial file:a,b", "file:a,b")]
    [InlineData("-serial tcp::4444,server,nowait", "tcp::4444")]
    [InlineData("-serial unix:/tmp/a,,b,server=on,wait=off", "unix:/tmp/a,b")]
    [InlineData("-chardev stdio,id=c,mux=on,signal=off -serial chardev:c -mon chardev=c", "mon:stdio")]
    [InlineData("-chardev socket,id=c,path=/tmp/s,server=on,wait=off -serial chardev:c", "unix:/tmp/s")]
    [InlineData("-chardev file,id=c,path=f -serial chardev:c", "file:f")]
    public void Serial_line_leads_where_QEMUs_does(string line, string to) => Assert.Equal(to, Settings(Board + line).Serial.To);

    [Theory]
    [InlineData("-nic user,model=e1000e,mac=52:54:00:00:00:01", "e1000e,netdev=nic0,mac=52:54:00:00:00:01")]
    [InlineData("-nic user", "virtio-net-pci,netdev=nic0")]
    [InlineData("-net nic,model=e1000e,macaddr=52:54:00:00:00:01 -net user", "e1000e,netdev=net user,mac=52:54:00:00:00:01")]
    [InlineData("-net user -net nic", "virtio-net-pci,netdev=net user")]
    [InlineData("-netdev user,id=n -device e1000e,netdev=n", "e1000e,netdev=n")]
    public void A_card_with_its_network_is_one_device(string line, string device) =>
        Assert.Equal(device, QemuOptions.Read((Board + line).Split(' ')).PciDevices.Single().ToString());

    [Fact]
    public void A_listening_line_waits_for_its_client_unless_told_not_to() =>
        Assert.True(Settings(Board + "-serial tcp::4444,server").Serial.WaitsForClient);

    [Theory]
    [InlineData("", null)]
    [InlineData("-s", "127.0.0.1:1234")]
    [InlineData("-gdb tcp::9999", "127.0.0.1:9999")]
    [InlineData("-gdb tcp:127.0.0.1:9999,server,nowait", "127.0.0.1:9999")]
    [InlineData("-gdb unix:/tmp/gdb,server=on,wait=off", "/tmp/gdb")]
    [InlineData("-s -gdb none", null)]
    public void Gdb_listens_only_when_it_is_told_to(string line, string? at) => Assert.Equal(at, Settings(Board + line).Gdb?.EndPoint.ToString());

    [Theory]
    [InlineData("", ResetAction.Reboot, false)]
    [InlineData("-no-reboot", ResetAction.PowerOff, false)]
    [InlineData("-no-reboot -no-shutdown", ResetAction.PowerOff, true)]
    [InlineData("-action reboot=shutdown,shutdown=pause", ResetAction.PowerOff, true)]
    public void The_guests_end_is_as_with_QEMU(string line, object onReset, bool stays) =>
        Assert.Equal(((ResetAction)onReset, stays), (Settings(Board + line).Ending.OnReset, Settings(Board + line).Ending.StaysWhenOff));

    [Theory]
    [InlineData("addr=0x48000000,data=0x1234,data-len=2", "3412")]
    [InlineData("addr=0x48000000,data=0x1234,data-len=8,data-be=on", "0000000000001234")]
    [InlineData("addr=0x48000000,data=0x1234,data-len=2,data-be=on", "0000")]
    [InlineData("addr=0x48000000,data=010,data-len=1", "08")]
    public void Loader_writes_data_as_QEMU_does(string value, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(Assert.Single(Machine($"{Board} -device loader,{value}").Loads).File.Bytes.Span).ToLowerInvariant());

    [Fact]
    public void Notes_are_for_what_is_not_as_with_QEMU()
    {
        QemuRequest request = QemuOptions.Read($"{Board} -nographic -s -name x -nic none -vga none -no-user-config -icount shift=0 -monitor null".Split(' ', StringSplitOptions.RemoveEmptyEntries));
        QemuConfiguration.Settings(request);
        Assert.Empty(request.Notes);
        request = QemuOptions.Read("-M virt -d int,mmu -D f -icount shift=auto -L /usr -rtc base=utc".Split(' '));
        QemuConfiguration.Settings(request);
        Assert.Equal(7, request.Notes.Count); // and one for each of -cpu and the window that is not there
    }

    /// <summary>Wrong lines and their answers; $F is a file of four bytes.</summary>
    public static TheoryData<string, string> WrongLines => new()
    {
        { "-cpu cortex-a53", "-machine: no machine is named, and QEMU has no default; add -machine virt" },
        { "-M raspi3b", "-machine raspi3b: this machine is not built; use -machine virt" },
        { "-M virt,gic-version=7", "-machine gic-version=7: not built; use gic-version=2 or gic-version=3" },
        { "-M virt,iommu=virtio", "-machine iommu=virtio: use iommu=none or iommu=smmuv3" },
        { "-M virt,mte=on", "-machine mte=on: not built; use mte=off" },
        { "-M virt,virtualization=maybe", "-machine: virtualization: \"maybe\" is neither on nor off" },
        { "-M virt,turbo=on", "-machine turbo=on: there is no such switch here; use gic-version=, virtualization=, secure=, highmem=, iommu= or dumpdtb=" },
        { "-M virt,accel=kvm", "-machine accel=kvm: the machine is emulated; use tcg or leave it out" },
        { "-accel hvf", "-accel hvf: the machine is emulated; use tcg or leave it out" },
        { "-enable-kvm", "-enable-kvm: there is no accelerator; the machine is emulated: leave it out" },
        { "-M virt -cpu max", "-cpu max: not built; use -cpu cortex-a53" },
        { "-M virt -cpu cortex-a53,pmu=off", "-cpu cortex-a53,pmu=off: the core's features are fixed; use -cpu cortex-a53" },
        { "-M virt -smp 9", "-smp 9: with GICv2 there are at most 8 cores; give 1 to 8, or use -machine gic-version=3" },
        { "-M virt -smp 0", "-smp cpus: it is a number from 1 to 512" },
        { "-M virt -smp 2,cores=3", "-smp 2,cores=3: sockets x clusters x cores x threads is 3, not 2; leave some of them out, or make their product the number of cores" },
        { "-M virt -smp two", "-smp: cpus: \"two\" is no number; write it like 0x40080000" },
        { "-M virt -m 4X", "-m 4X: this is no size; write MiB, or a number with k, M or G, for example 512M" },
        { "-M virt -m 300G", "-m: 307200 MiB are more than the board has room for; give at most 255G" },
        { "-M virt -kernel /nonexistent", "-kernel: there is no file /nonexistent; check the path" },
        { "-M virt -initrd $F", "-initrd: there is no kernel that could take it; add -kernel" },
        { "-M virt -append x", "-append: there is no kernel that could take it; add -kernel" },
        { "-M virt -bios", "-bios: it needs a value: FILE" },
        { "-M virt -bios $F -pflash $F", "-bios: flash bank 0 holds $F already; leave one of them out" },
        { "-M virt -pflash $F", "-drive $F: a flash bank has 67108864 bytes and this file 4; lengthen it with truncate -s 64M, or use -bios" },
        { "-M virt -drive if=pflash,unit=2,file=$F", "-drive $F: the board has two flash banks; use unit=0 or unit=1" },
        { "-M virt -drive if=pflash,format=qcow2,file=$F", "-drive file=$F: $F: it is no qcow2 image that can be used: its first bytes are not those of one: it is truncated, or of another format; look at it with qemu-img check" },
        { "-M virt -drive file=disk.img,if=virtio", "-drive file=disk.img: there is no file disk.img; check the path, or make an empty disk with truncate -s 64M disk.img" },
        { "-M virt -drive file=disk.img,if=ide", "-drive file=disk.img,if=ide: only if=none, if=virtio and if=pflash are built; use if=virtio" },
        { "-M virt -sd disk.img", "-sd disk.img: this disk is not built; use -drive file=FILE,if=virtio" },
        { "-M virt -hda disk.img", "-drive file=disk.img: there is no file disk.img; check the path, or make an empty disk with truncate -s 64M disk.img" },
        { "-M virt disk.img", "\"disk.img\": a word without option is a disk image; use -drive file=FILE,if=none,id=hd0 -device virtio-blk-device,drive=hd0" },
        { "-M virt -device virtio-net-pci,netdev=n", "-device virtio-net-pci,netdev=n: there is no -netdev with id=n, or another device uses it already" },
        { "-M virt -device edu,adr=1", "-device edu: \"adr\" is no key of it; the nearest names are addr, id, bus" },
        { "-M virt -netdev tap,id=n", "-netdev tap: only user networks are built; use -netdev user,id=NAME" },
        { "-M virt -netdev user,id=n,hostfwd=tcp::80", "-netdev user,id=n: hostfwd=tcp::80: it is not understood; write hostfwd=tcp:[HOST-ADDRESS]:PORT-[10.0.2.15]:PORT" },
        { "-M virt -drive if=none,file=missing,id=d -device virtio-blk-device,drive=d", "-drive file=missing: there is no file missing; check the path, or make an empty disk with truncate -s 64M missing" },
        { "-M virt -drive if=none,file=$F,id=d -device virtio-blk-pci,drive=d", "-drive file=$F: $F has 4 bytes, which is no whole number of sectors of 512: it is truncated or no disk image; make it longer with truncate -s, or check the path" },
        { "-M virt -device virtio-blk-pci,drive=d", "-device virtio-blk-pci,drive=d: there is no -drive with id=d" },
        { "-M virt -device nvme,serial=a", "-device nvme: it has no drive; add drive=ID of a -drive" },
        { "-M virt -device nvme,drive=d,serial=a", "-device nvme,drive=d: there is no -drive with id=d" },
        { "-M virt -drive if=none,file=missing,id=d -device nvme,drive=d,serial=a", "-drive file=missing: there is no file missing; check the path, or make an empty disk with truncate -s 64M missing" },
        { "-M virt -drive if=none,file=$F,id=d,format=qcow2 -device nvme,drive=d,serial=a", "-drive file=$F: $F: it is no qcow2 image that can be used: its first bytes are not those of one: it is truncated, or of another format; look at it with qemu-img check" },
        { "-M virt -drive if=none,file=$F,id=d,format=vmdk -device nvme,drive=d,serial=a", "-drive file=$F,format=vmdk: only raw and qcow2 images are built; convert it with qemu-img convert -O qcow2" },
        { "-M virt -nic user,model=nvme", "-nic user,model=nvme: only user networks and cards on PCI, such as model=virtio-net-pci or model=e1000e, are built; use -nic user or -nic none" },
        { "-M virt -device virtio-blk-device,drve=d", "-device virtio-blk-device: it has no drive; add drive=ID of a -drive" },
        { "-M virt -device virtconsole,chardev=c", "-device virtconsole: there is no device before it that it could be a port of; put -device virtio-serial-device in front" },
        { "-M virt -nic tap", "-nic tap: only user networks and cards on PCI, such as model=virtio-net-pci or model=e1000e, are built; use -nic user or -nic none" },
        { "-M virt -net tap", "-net tap: one nic and one user are built; use -netdev user,id=ID and -device NAME,netdev=ID for more" },
        { "-M virt -net nic -net nic", "-net nic: one nic and one user are built; use -netdev user,id=ID and -device NAME,netdev=ID for more" },
        { "-M virt -net nic,model=ne2k_pci", "-net nic,model=ne2k_pci: only user networks and cards on PCI, such as model=virtio-net-pci or model=e1000e, are built; use -nic user or -nic none" },
        { "-M virt -device loader", "-device loader: it loads nothing; give file=FILE, or addr= with data= and data-len=, or addr= with cpu-num=" },
        { "-M virt -device loader,addr=0x1000", "-device loader: addr alone starts no core; add cpu-num=N, or file=FILE to load something there" },
        { "-M virt -device loader,addr=0x1000,data=1", "-device loader: data needs data-len, 1 to 8" },
        { "-M virt -device loader,addr=0x1000,data=1,data-len=9", "-device loader: data needs data-len, 1 to 8" },
        { "-M virt -device loader,file=$F,data=1,data-len=4", "-device loader: file and data exclude each other; use two -device loader" },
        { "-M virt -device loader,force-raw=on", "-device loader: force-raw is given without a file; add file=FILE" },
        { "-M virt -device loader,file=$F,address=1", "-device loader: \"address\" is not known here; use file, addr, cpu-num, force-raw, data, data-len or data-be" },
        { "-M virt -device loader,file=$F,addr=09", "-device loader: addr: \"09\" is no number; write it like 0x40080000" },
        { "-M virt -device loader,file=$F,addr=0x48000000,cpu-num=4", "cpu 4: there is no such core to start; the machine has 0 to 0" },
        { "-M virt -device loader,file=$F,addr=0x30000000", "$F: 0x30000000-0x30000003 is not in RAM (0x40000000-0x47ffffff); load it elsewhere or give more with -m" },
        { "-M virt -device guest-loader,addr=0x48000000", "-device guest-loader: give either kernel=FILE or initrd=FILE; use two of them for both" },
        { "-M virt -device guest-loader,initrd=$F,bootargs=x", "-device guest-loader: bootargs belong to a kernel; give them with kernel=FILE" },
        { "-M virt -serial pty", "-serial pty: this kind of line is not built; use stdio, mon:stdio, null, none, file:PATH, tcp:HOST:PORT,server=on,wait=off or unix:PATH,server=on,wait=off" },
        { "-M virt -serial tcp:localhost:4444", "-serial tcp:localhost:4444: gdbhost connects to nobody; add server=on,wait=off and connect to it" },
        { "-M virt -serial chardev:c", "-serial chardev:c: there is no -chardev with id=c" },
        { "-M virt -chardev pty,id=c", "-chardev pty: this backend is not built; use stdio, null, file or socket" },
        { "-M virt -chardev stdio", "-chardev stdio: it has no id; add id=NAME" },
        { "-M virt -monitor telnet::5555,server", "-monitor telnet::5555,server: there is no QEMU monitor; use -monitor none, and gdb's \"monitor\" command" },
        { "-M virt -S", "-S: without gdb nobody could let the guest run; add -s, or leave -S out" },
        { "-M virt -gdb stdio", "-gdb stdio: this kind of line is not built; use tcp:HOST:PORT, tcp::PORT, unix:PATH,server=on,wait=off or none" },
        { "-M virt -gdb unix:/tmp/x", "-gdb unix:/tmp/x: gdbhost connects to nobody; add server=on,wait=off" },
        { "-M virt -gdb tcp::99999", "-gdb: \"99999\" is no port number (0 to 65535); write HOST:PORT, PORT or unix:PATH" },
        { "-M virt -gdb tcp:0.0.0.0:1234", "-gdb: 0.0.0.0:1234 can be reached from other hosts, whose users then control the guest; add -allow-remote to allow that" },
        { "-M virt -semihosting-config target=gdb", "-semihosting-config target=gdb: gdbhost itself answers the calls; use target=native" },
        { "-M virt -rtc base=yesterday", "-rtc base=yesterday: this is no date of the clock; write it like 2023-01-31T12:00:00" },
        { "-M virt -icount shift=1,rr=record", "-icount shift=1,rr=record: recording is not needed: the same inputs always give the same run; leave rr= out" },
        { "-M virt -daemonize", "-daemonize: gdbhost stays in the foreground; start it with &" },
        { "-M virt -fw_cfg opt/x", "-fw_cfg opt/x: it takes a name and one of file= and string=; for example name=opt/org.example/a,string=text" },
        { "-M virt -fw_cfg string=x", "-fw_cfg string=x: it takes a name and one of file= and string=; for example name=opt/org.example/a,string=text" },
        { "-M virt -fw_cfg opt/x,file=$F,string=x", "-fw_cfg opt/x,file=$F,string=x: it takes a name and one of file= and string=; for example name=opt/org.example/a,string=text" },
        { "-M virt -fw_cfg opt/x,string=a -fw_cfg opt/x,file=$F", "-fw_cfg name=opt/x: another file has this name; use a different one" },
        { "-M virt -fw_cfg opt/01234567890123456789012345678901234567890123456789xx,string=x", "-fw_cfg name=opt/01234567890123456789012345678901234567890123456789xx: the name is longer than 55 bytes; use a shorter one" },
        { "-M virt -nonsense", "-nonsense: there is no such option; \"gdbhost qemu -help\" lists those that are understood" },
        { "-M virt --machine", "-machine: it needs a value: virt[,KEY=VALUE...]" },
    };

    [Theory]
    [MemberData(nameof(WrongLines))]
    public void A_wrong_line_has_this_answer(string line, string answer)
    {
        string file = Path.Combine(_folder.FullName, "four");
        File.WriteAllText(file, "four");
        Exception error = Assert.ThrowsAny<Exception>(() => Build(line.Replace("$F", file, StringComparison.Ordinal)));
        Assert.True(error is UserErrorException or MachineConfigurationException, error.ToString());
        Assert.Equal(answer.Replace("$F", file, StringComparison.Ordinal), QemuConfiguration.InQemusWords(error.Message));
    }

    [Fact]
    public void Files_for_firmware_hold_the_text_or_the_file()
    {
        string file = Path.Combine(_folder.FullName, "four");
        File.WriteAllText(file, "four");
        MachineConfiguration machine = Machine($"-M virt -fw_cfg name=opt/a,string=x,,y -fw_cfg opt/b,file={file}");
        Assert.Equal(["opt/a: x,y", "opt/b: four"], machine.FirmwareFiles.Select(static f => $"{f.Name}: {System.Text.Encoding.ASCII.GetString(f.Bytes.Span)}"));
    }

    private static Log Quiet => new(TextWriter.Null, LogLevel.Error);

    private static void Build(string line)
    {
        QemuRequest request = QemuOptions.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        QemuConfiguration.Settings(request);
        using HostDevices host = new(terminalTaken: false, allowRemote: false, Quiet);
        MachineDebugPort.Create(QemuConfiguration.Machine(request, host, Quiet), static _ => { }).Dispose();
    }

    private static MachineConfiguration Machine(string line)
    {
        using HostDevices host = new(terminalTaken: false, allowRemote: false, Quiet);
        return QemuConfiguration.Machine(QemuOptions.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)), host, Quiet);
    }

    private static RunSettings Settings(string line) =>
        QemuConfiguration.Settings(QemuOptions.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
}
