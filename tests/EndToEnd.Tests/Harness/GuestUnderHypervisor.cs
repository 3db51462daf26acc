using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>The three kinds of hypervisor that the monitor is asked about, each stopped where EL2 has just been called by a Linux that has its MMU on.</summary>
internal static class GuestUnderHypervisor
{
    /// <summary>Ours: the fixed form of situation 1.</summary>
    public const string Ours = "situation1";

    /// <summary>Linux at EL2 as the host of KVM.</summary>
    public const string Kvm = "kvm";

    public const string Xen = "xen";

    private const ulong Limit = 8_000_000_000;

    /// <summary>The machine, stopped; the words of its stop are checked.</summary>
    public static async Task<MachineTarget> StoppedAsync(string kind, Action<MachineTarget>? prepare = null)
    {
        (MachineConfiguration configuration, string stop) = kind switch
        {
            Ours => (SituationOne("fixed"), "break pci 00:00.0 0 read"),
            Kvm => (KvmHost, "break trap wfx vmid 1"),
            _ => (await XenAsync(), "break irq 27"),
        };
        MachineTarget target = MachineTarget.Create(configuration, static _ => { }, Limit);
        prepare?.Invoke(target);
        TargetRun.Ask(target, stop);
        TargetStop reached = TargetRun.Run(target);
        Assert.True(reached.Kind == StopKind.Event, $"{kind}: {reached.Kind}");
        return target;
    }

    /// <summary>A form of the hypervisor of situation 1 with its guest.</summary>
    public static MachineConfiguration SituationOne(string form) => new()
    {
        MemoryBytes = 4UL << 30,
        Kernel = FileOf(Repository.Built($"situation1/{form}.elf")),
        Loads =
        [
            new LoadFile(FileOf(Repository.Guest("debian/vmlinuz")), 0x80200000),
            new LoadFile(FileOf(Repository.Built("situation1/guest.dtb")), 0x88000000),
            new LoadFile(FileOf(Repository.Guest("debian/initramfs.cpio.gz")), 0x89000000),
        ],
    };

    private static MachineConfiguration KvmHost => new()
    {
        MemoryBytes = 512 << 20,
        Kernel = FileOf(Repository.Guest("debian/vmlinuz")),
        Initrd = FileOf(Repository.Built("kvm/kvm.cpio.gz")),
        Append = "console=ttyAMA0 nokaslr panic=-1 loglevel=4 rdinit=/kvm-init GIC=2",
        PciDevices = [DiskOf("kvm/kernel.img", "hd0"), DiskOf("kvm/initrd.img", "hd1")],
    };

    private static PciDeviceRequest DiskOf(string file, string id) =>
        new("virtio-blk-pci", [new KeyValuePair<string, string>("drive", id)]) { Backend = new BlockBackend(new MemoryDisk(File.ReadAllBytes(Repository.Built(file)))) };

    private static async Task<MachineConfiguration> XenAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-xen");
        try
        {
            string tree = Path.Combine(folder.FullName, "xen.dtb");
            await XenGuest.MakeTreeAsync(tree);
            return XenGuest.Configuration(tree, 2);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static BootFile FileOf(string path) => new(Path.GetFileName(path), File.ReadAllBytes(path));
}
