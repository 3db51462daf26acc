using System;
using System.IO;
using System.Linq;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>What a test needs from the computer it runs on; scripts/test.sh brings all of it.</summary>
public enum Need
{
    /// <summary>Stock gdb, the client of every conversation.</summary>
    Gdb,

    /// <summary>LLDB, the other client.</summary>
    Lldb,

    /// <summary>The cross compiler, which builds the demo and the hypervisors of ours.</summary>
    CrossCompiler,

    /// <summary>qemu-aarch64, the oracle of instructions.</summary>
    UserEmulator,

    /// <summary>qemu-system-aarch64, the oracle of everything else.</summary>
    SystemEmulator,

    /// <summary>qemu-img, which makes and checks disk images.</summary>
    QemuImg,

    /// <summary>fdtput, which edits device tree blobs.</summary>
    DeviceTreeTools,

    /// <summary>The Debian kernels and their initramfs, from scripts/fetch-guests.sh.</summary>
    DebianGuests,

    /// <summary>Debian's U-Boot and UEFI for QEMU's virt board.</summary>
    Firmware,

    /// <summary>mtools, which make FAT images for firmware.</summary>
    FatTools,

    /// <summary>Trusted Firmware-A, from scripts/build-firmware.sh.</summary>
    TrustedFirmware,

    /// <summary>Chromium, which reads reports.</summary>
    Browser,

    /// <summary>script, which gives a program a terminal.</summary>
    Script,

    /// <summary>The guests of tests/Guests, from scripts/build-guests.sh.</summary>
    BuiltGuests,

    /// <summary>The kernels of tests/Bench/Guests, from scripts/build-guests.sh.</summary>
    BenchKernels,
}

/// <summary>Says whether a need is met, and if not, what is missing.</summary>
internal static class Needs
{
    private static readonly string[] BuiltGuests = ["situation1/fixed.elf", "semihosting/semihosting.elf", "smmu/smmu.elf", "worlds/worlds.elf", "virtio/debian.cpio.gz", "report/report.bin", "kvm/kvm.cpio.gz", "vfio/vfio.cpio.gz"];

    public static bool UnderCi => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The reason a test with these needs cannot run here, or null.</summary>
    public static string? Missing(Need[] needs)
    {
        return needs.Select(Missing).FirstOrDefault(reason => reason is not null);
    }

    private static string? Missing(Need need)
    {
        return need switch
        {
            Need.Gdb => OnPath("gdb-multiarch") ? null : "gdb-multiarch is not installed: run scripts/test.sh",
            Need.Lldb => OnPath("lldb") ? null : "lldb is not installed: run scripts/test.sh",
            Need.CrossCompiler => OnPath("aarch64-linux-gnu-gcc") ? null : "aarch64-linux-gnu-gcc is not installed: run scripts/test.sh",
            Need.UserEmulator => OnPath("qemu-aarch64") ? null : "qemu-aarch64 is not installed: run scripts/test.sh",
            Need.SystemEmulator => OnPath("qemu-system-aarch64") ? null : "qemu-system-aarch64 is not installed: run scripts/test.sh",
            Need.QemuImg => OnPath("qemu-img") ? null : "qemu-img is not installed: run scripts/test.sh",
            Need.DeviceTreeTools => OnPath("fdtput") ? null : "fdtput is not installed: run scripts/test.sh",
            Need.DebianGuests => File.Exists(Repository.Guest("SHA256SUMS")) ? null : "no Debian guests: run scripts/fetch-guests.sh",
            Need.TrustedFirmware => File.Exists(Repository.Built("tf-a/gicv3/bl31.bin")) ? null : "no Trusted Firmware-A: run scripts/build-firmware.sh",
            Need.BuiltGuests => BuiltGuests.All(g => File.Exists(Repository.Built(g))) ? null : "guests not built: run scripts/build-guests.sh",
            Need.Firmware => File.Exists(Firmware.UBoot) && File.Exists(Firmware.UefiCode) ? null : "no firmware: run scripts/test.sh",
            Need.FatTools => OnPath("mformat") ? null : "mtools is not installed: run scripts/test.sh",
            Need.Browser => OnPath(Browser.Program) ? null : "chromium is not installed: run scripts/test.sh",
            Need.Script => OnPath("script") ? null : "script is not installed: run scripts/test.sh",
            Need.BenchKernels => File.Exists(Repository.Built("bench/bench.elf")) ? null : "kernels not built: run scripts/build-guests.sh",
            _ => throw new ArgumentOutOfRangeException(nameof(need)),
        };
    }

    private static bool OnPath(string program)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
    }
}

/// <summary>Where Debian's packages put firmware for QEMU's virt board.</summary>
internal static class Firmware
{
    public const string UBoot = "/usr/lib/u-boot/qemu_arm64/u-boot.bin";
    public const string UefiCode = "/usr/share/AAVMF/AAVMF_CODE.fd";
    public const string UefiVariables = "/usr/share/AAVMF/AAVMF_VARS.fd";
}
