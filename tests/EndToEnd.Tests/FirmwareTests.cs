using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Debian's firmware for QEMU's virt board, started by the lines of its users. Oracle: the words that each says under
/// qemu-system-aarch64 7.2 with the same line.
/// </summary>
public sealed class FirmwareTests
{
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

    [RequiresFact(Need.Firmware, Need.DebianGuests)]
    public async Task UEFI_in_flash_starts_the_kernel_that_it_finds_in_fw_cfg()
    {
        Ended guest = await HostRun.CommandAsync(
            "qemu", "-M", "virt", "-cpu", "cortex-a53", "-m", "1G", "-nographic", "-net", "none",
            "-drive", $"if=pflash,format=raw,unit=0,file={Firmware.UefiCode},readonly=on",
            "-drive", $"if=pflash,format=raw,unit=1,file={Firmware.UefiVariables},snapshot=on",
            "-kernel", Repository.Guest("cloud/vmlinuz"), "-initrd", Repository.Guest("cloud/initramfs.cpio.gz"),
            "-append", "console=ttyAMA0 panic=-1", "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest, "EFI stub: Booting Linux Kernel...", "EFI stub: Loaded initrd", "efi: EFI v2.70 by EDK II", "GUEST-UP", "GUEST-DONE");
        Assert.Equal(0, guest.Status);
    }
}
