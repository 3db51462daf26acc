using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Debian's firmware for QEMU's virt board, started by the lines of its users. Oracle: the words that each says under
/// qemu-system-aarch64 7.2 with the same line.
/// </summary>
public sealed class FirmwareTests : IDisposable
{
    private const int Sector = 512;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-firmware");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.Firmware)]
    [InlineData("off")]
    [InlineData("on")]
    public async Task U_Boot_comes_to_its_prompt_and_takes_a_command(string virtualization)
    {
        // The first key stops its countdown.
        Ended guest = await HostRun.TypingAsync(
            "\n\npoweroff\n",
            "qemu", "-M", $"virt,virtualization={virtualization}", "-cpu", "cortex-a53", "-nographic", "-net", "none", "-bios", Firmware.UBoot,
            "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest, "U-Boot 2023.01", "DRAM:  128 MiB", "Flash: 64 MiB", "Net:   No ethernet found.", "=> poweroff", "poweroff ...");
        Assert.Equal(0, guest.Status);
    }

    /// <summary>Without a key its countdown ends and it looks for something to boot, so the first is for that.</summary>
    [RequiresTheory(Need.Firmware)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task U_Boot_at_EL2_finds_PCI_and_virtio_and_reads_both_disks(int gic)
    {
        byte[] content = new byte[64 * Sector];
        new Random(gic).NextBytes(content);
        string disk = Path.Combine(_folder.FullName, "disk.img");
        await File.WriteAllBytesAsync(disk, content);
        string[] commands =
        [
            "", "", "pci enum", "pci", "virtio scan", "virtio info",
            "virtio device 0", "virtio read 40200000 3 1", "crc32 40200000 200",
            "virtio device 1", "virtio read 40300000 5 2", "crc32 40300000 400",
            "pci bar 0.1.0", "pci 1", "poweroff", "",
        ];
        Ended guest = await HostRun.TypingAsync(
            string.Join('\n', commands),
            "qemu", "-M", $"virt,virtualization=on,gic-version={gic}", "-cpu", "cortex-a53", "-nographic", "-net", "none", "-bios", Firmware.UBoot,
            "-drive", $"file={disk},if=none,id=hd0,format=raw,readonly=on", "-device", "virtio-blk-pci,drive=hd0",
            "-device", "virtio-rng-pci", "-device", "pcie-root-port,id=rp,chassis=1", "-device", "edu,bus=rp",
            "-drive", $"file={disk},if=none,id=hd1,format=raw,readonly=on", "-device", "virtio-blk-device,drive=hd1",
            "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest,
            "=> pci enum", "00.00.00   0x1b36     0x0008     Bridge device           0x00", "00.01.00   0x1af4     0x1001     Mass storage controller 0x00",
            "00.02.00   0x1af4     0x1005", "00.03.00   0x1b36     0x000c     Bridge device           0x04", "01.00.00   0x1234     0x11e8",
            "Device 0: QEMU VirtIO Block Device", "Capacity: 0.0 MB = 0.0 GB (64 x 512)", "Device 1: 1af4 VirtIO Block Device",
            "block # 3, count 1 ... 1 blocks read: OK", $"==> {Crc(content, 3, 1)}", "block # 5, count 2 ... 2 blocks read: OK", $"==> {Crc(content, 5, 2)}",
            " 0   0x0000000000001000  0x0000000000000080  32     I/O", " 1   0x0000000010000000  0x0000000000001000  32     MEM",
            " 4   0x0000000010004000  0x0000000000004000  64     MEM   Prefetchable", "Scanning PCI devices on bus 1", "poweroff ...");
        Assert.Equal(0, guest.Status);
    }

    [RequiresFact(Need.Firmware)]
    public async Task U_Boot_lists_files_of_the_users_own_in_fw_cfg()
    {
        Ended guest = await HostRun.TypingAsync(
            "\n\nqfw list\npoweroff\n",
            "qemu", "-M", "virt", "-cpu", "cortex-a53", "-nographic", "-net", "none", "-bios", Firmware.UBoot,
            "-fw_cfg", "name=opt/org.gdbhost/text,string=a,,b", "-fw_cfg", $"opt/org.gdbhost/file,file={Firmware.UBoot}",
            "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest, "=> qfw list", "bootorder", "etc/boot-fail-wait", "opt/org.gdbhost/file", "opt/org.gdbhost/text", "poweroff ...");
        Assert.Equal(0, guest.Status);
    }

    [RequiresFact(Need.Firmware, Need.DebianGuests, Need.FatTools)]
    public async Task UEFI_comes_to_its_shell_and_boots_the_kernel_from_a_virtio_disk()
    {
        string disk = Path.Combine(_folder.FullName, "fat.img");
        await using (FileStream image = File.Create(disk))
        {
            image.SetLength(64 << 20);
        }

        await FatAsync("mformat", "-i", disk, "-F", "::");
        await FatAsync("mcopy", "-i", disk, Repository.Guest("debian/vmlinuz"), "::vmlinuz.efi");
        await FatAsync("mcopy", "-i", disk, Repository.Guest("debian/initramfs.cpio.gz"), "::initrd.gz");
        Ended guest = await Typist.RunAsync(
            [
                ("Press ESC in", "\r"), // "or any other key to continue"
                ("Shell> ", "pci\r"),
                ("Shell> ", "fs0:\r"),
                (@"FS0:\> ", "vmlinuz.efi initrd=\\initrd.gz console=ttyAMA0 panic=-1\r"),
            ],
            "qemu", "-M", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a53", "-m", "1G", "-nographic", "-net", "none",
            "-drive", $"if=pflash,format=raw,unit=0,file={Firmware.UefiCode},readonly=on",
            "-drive", $"if=pflash,format=raw,unit=1,file={Firmware.UefiVariables},snapshot=on",
            "-drive", $"file={disk},if=none,id=hd0,format=raw,snapshot=on", "-device", "virtio-blk-pci,drive=hd0",
            "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest,
            "UEFI Interactive Shell v2.2", "FS0: Alias(s):F0:;BLK0:", "PciRoot(0x0)/Pci(0x1,0x0)", "Shell> pci",
            "00   00   00    00 ==> Bridge Device - Host/PCI bridge", "Vendor 1B36 Device 0008", "00   00   01    00 ==> Mass Storage Controller",
            "Vendor 1AF4 Device 1001", "EFI stub: Booting Linux Kernel...", "EFI stub: Loaded initrd from command line option",
            "efi: EFI v2.70 by EDK II", "CPU: All CPU(s) started at EL2", "GUEST-UP", "DEVICE block/vda", "GUEST-DONE");
        Assert.Equal(0, guest.Status);
    }

    [RequiresFact(Need.Firmware, Need.DebianGuests)]
    public async Task UEFI_in_flash_starts_the_kernel_that_it_finds_in_fw_cfg()
    {
        string variables = Path.Combine(_folder.FullName, "variables.fd");
        File.Copy(Firmware.UefiVariables, variables);
        Ended guest = await HostRun.CommandAsync(
            "qemu", "-M", "virt", "-cpu", "cortex-a53", "-m", "1G", "-nographic", "-net", "none",
            "-drive", $"if=pflash,format=raw,unit=0,file={Firmware.UefiCode},readonly=on",
            "-drive", $"if=pflash,format=raw,unit=1,file={variables}",
            "-kernel", Repository.Guest("cloud/vmlinuz"), "-initrd", Repository.Guest("cloud/initramfs.cpio.gz"),
            "-append", "console=ttyAMA0 panic=-1", "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest, "EFI stub: Booting Linux Kernel...", "EFI stub: Loaded initrd", "efi: EFI v2.70 by EDK II", "GUEST-UP", "GUEST-DONE");
        Assert.Equal(0, guest.Status);

        // UEFI keeps its variables in the second bank, and their names as UTF-16 (UEFI Specification, Variable Services).
        byte[] name = System.Text.Encoding.Unicode.GetBytes("BootOrder\0");
        Assert.True((await File.ReadAllBytesAsync(Firmware.UefiVariables)).AsSpan().IndexOf(name) < 0);
        Assert.True((await File.ReadAllBytesAsync(variables)).AsSpan().IndexOf(name) > 0);
    }

    /// <summary>As U-Boot's crc32 prints it.</summary>
    private static string Crc(byte[] content, int sector, int count)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in content.AsSpan(sector * Sector, count * Sector))
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb8_8320);
            }
        }

        return (~crc).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task FatAsync(string tool, params string[] arguments)
    {
        Ended done = await ChildProcess.RunAsync(tool, arguments);
        Assert.True(done.Status == 0, done.Errors);
    }
}
