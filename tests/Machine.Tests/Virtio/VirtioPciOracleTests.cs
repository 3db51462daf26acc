using System;
using System.IO;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Console;
using Xunit;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>Witness: virtio on PCI of qemu-system-aarch64 7.2, read and written side by side with ours.</summary>
public sealed class VirtioPciOracleTests : IDisposable
{
    private const int DiskBytes = 3 << 20;
    private const ulong Ecam = 0x40_1000_0000;
    private const ulong IoWindow = 0x3eff_0000;
    private const ulong Messages = 0x1000_0000;
    private const ulong Modern = 0x80_0000_0000;
    private const int Devices = 4;

    /// <summary>QEMU offers none of them where its user network is behind the card.</summary>
    private const string NoOffloads = ",csum=off,guest_csum=off,host_tso4=off,guest_tso4=off";

    private readonly string _disk = Path.GetTempFileName();

    public VirtioPciOracleTests()
    {
        using FileStream file = File.OpenWrite(_disk);
        file.SetLength(DiskBytes);
    }

    public void Dispose() => File.Delete(_disk);

    [QemuTheory]
    [InlineData("-pci", "")]
    [InlineData("-pci", ",disable-legacy=on,packed=on")]
    [InlineData("-pci", ",disable-modern=on")]
    [InlineData("-pci-non-transitional", ",iommu_platform=on")]
    [InlineData("-pci-transitional", ",event_idx=off,indirect_desc=off")]
    public void Functions_read_as_QEMUs(string suffix, string options)
    {
        using QemuComparison both = Make(suffix, options);
        bool legacy = suffix != "-pci-non-transitional" && !options.Contains("disable-legacy", StringComparison.Ordinal);
        bool modern = !options.Contains("disable-modern", StringComparison.Ordinal);
        for (ulong device = 1; device <= Devices; device++)
        {
            both.About = $"device {device}, configuration space";
            ulong config = Ecam + (device << 15);
            for (ulong bar = 0x10; bar < 0x28; bar += 4)
            {
                both.Write(config + bar, uint.MaxValue);
                both.Read(config + bar);
            }

            both.Write(config + 0x10, device << 8);
            both.Write(config + 0x14, Messages + (device << 16));
            both.Write(config + 0x20, (uint)(device << 16));
            both.Write(config + 0x24, Modern >> 32);
            both.Write(config + 4, 7, 2);
            for (ulong offset = 0; offset < 0x100; offset += 4)
            {
                both.Read(config + offset);
            }

            both.About = $"device {device}, MSI-X";
            for (ulong offset = 0; offset < 0x20; offset += 4)
            {
                both.Read(Messages + (device << 16) + offset);
            }

            both.Read(Messages + (device << 16) + 0x800);

            if (legacy)
            {
                both.About = $"device {device}, legacy region";
                ReadLegacy(both, IoWindow + (device << 8));
            }

            if (!modern)
            {
                continue;
            }

            both.About = $"device {device}, common configuration";
            ulong common = Modern + (device << 16);
            ReadCommon(both, common);

            both.About = $"device {device}, device configuration";
            for (ulong offset = 0; offset < 0x50; offset++)
            {
                both.Read(common + 0x2000 + offset, 1);
            }

            both.About = $"device {device}, window of configuration space";
            both.Write(config + 0x88, 4, 1);
            both.Write(config + 0x8c, 0x12);
            both.Write(config + 0x90, 2);
            both.Read(config + 0x94, 2);
        }
    }

    /// <summary>Behind a port a device is an endpoint of PCI Express, and modern.</summary>
    [QemuFact]
    public void An_endpoint_behind_a_port_reads_as_QEMUs()
    {
        const string Port = "pcie-root-port,id=rp,chassis=1,addr=1";
        using QemuComparison both = QemuComparison.WithBackends(
            new MachineConfiguration { El2 = false, PciDevices = [QemuComparison.Request(Port), QemuComparison.Request("virtio-rng-pci,bus=rp")] },
            "-device", Port, "-device", "virtio-rng-pci,bus=rp");
        both.Write(Ecam + (1 << 15) + 0x18, 0x0001_0100);
        for (ulong offset = 0; offset < 0x100; offset += 4)
        {
            both.Read(Ecam + (1 << 20) + offset);
        }
    }

    [QemuFact]
    public void A_queue_is_set_up_as_on_QEMU()
    {
        using QemuComparison both = Make("-pci", "");
        ulong config = Ecam + (1 << 15);
        both.Write(config + 0x20, 0x10000);
        both.Write(config + 0x24, Modern >> 32);
        both.Write(config + 4, 7, 2);
        ulong common = Modern + 0x10000;
        foreach (uint status in (ReadOnlySpan<uint>)[0, 1, 3])
        {
            both.Write(common + 0x14, status, 1);
            both.Read(common + 0x14, 1);
        }

        foreach ((uint half, uint features) in (ReadOnlySpan<(uint, uint)>)[(0, 0x3000_0254), (1, 1)])
        {
            both.Write(common + 8, half);
            both.Write(common + 0xc, features);
            both.Read(common + 0xc);
        }

        both.Write(common + 0x14, 11, 1);
        both.Read(common + 0x14, 1);
        both.Write(common + 0x10, 0, 2);
        both.Read(common + 0x10, 2);
        both.Write(common + 0x16, 0, 2);
        both.Write(common + 0x18, 128, 2);
        both.Read(common + 0x18, 2);
        foreach (uint vector in (ReadOnlySpan<uint>)[1, 9, 0])
        {
            both.Write(common + 0x1a, vector, 2);
            both.Read(common + 0x1a, 2);
        }

        for (ulong area = 0x20; area < 0x38; area += 8)
        {
            both.Write(common + area, 0x4400_0000 + (area << 12));
            both.Write(common + area + 4, 0);
        }

        both.Write(common + 0x1c, 1, 2);
        both.Read(common + 0x1c, 2);
        both.Write(common + 0x14, 15, 1);
        both.Read(common + 0x14, 1);
        both.Write(common + 0x14, 0, 1);

        // QEMU 7.2 still shows what the driver had accepted, which the specification does not have.
        foreach ((ulong at, int size) in (ReadOnlySpan<(ulong, int)>)[(0x14, 1), (0x10, 2), (0x18, 2), (0x1a, 2), (0x1c, 2)])
        {
            both.Read(common + at, size);
        }
    }

    private static void ReadCommon(QemuComparison both, ulong common)
    {
        for (uint half = 0; half < 2; half++)
        {
            both.Write(common, half);
            both.Read(common);
            both.Read(common + 4);
        }

        both.Read(common + 0x10, 2);
        both.Read(common + 0x12, 2);
        both.Read(common + 0x14, 1);
        both.Read(common + 0x15, 1);
        for (uint queue = 0; queue < 6; queue++)
        {
            both.Write(common + 0x16, queue, 2);
            both.Read(common + 0x16, 2);
            both.Read(common + 0x18, 2);
            both.Read(common + 0x1a, 2);
            both.Read(common + 0x1c, 2);
        }
    }

    private static void ReadLegacy(QemuComparison both, ulong io)
    {
        both.Read(io);
        both.Read(io + 4);
        both.Read(io + 0x12, 1);
        both.Read(io + 0x13, 1);
        for (uint queue = 0; queue < 6; queue++)
        {
            both.Write(io + 0xe, queue, 2);
            both.Read(io + 0xe, 2);
            both.Read(io + 0xc, 2);
            both.Read(io + 8);
        }

        for (ulong offset = 0x14; offset < 0x20; offset++)
        {
            both.Read(io + offset, 1);
        }
    }

    private static PciDeviceRequest On(int slot, string kind, string options, VirtioDeviceConfiguration device) =>
        QemuComparison.Request($"{kind},addr={slot}{options}") with { Backend = device.Backend };

    private QemuComparison Make(string suffix, string options)
    {
        VirtioSettings settings = new()
        {
            Packed = options.Contains("packed=on", StringComparison.Ordinal),
            EventIndex = !options.Contains("event_idx=off", StringComparison.Ordinal),
            Indirect = !options.Contains("indirect_desc=off", StringComparison.Ordinal),
            AccessPlatform = options.Contains("iommu_platform=on", StringComparison.Ordinal),
        };
        return QemuComparison.WithBackends(
            new MachineConfiguration
            {
                El2 = false,
                PciDevices =
                [
                    On(1, "virtio-blk" + suffix, options, new BlockDeviceConfiguration(new MemoryStorage(DiskBytes), null) { Settings = settings }),
                    On(2, "virtio-rng" + suffix, options, new RngDeviceConfiguration { Settings = settings }),
                    On(3, "virtio-serial" + suffix, options,
                        new SerialDeviceConfiguration([new ConsolePortConfiguration(0, IsConsole: true, null, null)]) { Settings = settings }),
                    On(4, "virtio-net" + suffix, options + NoOffloads,
                        new NetDeviceConfiguration(new UserNetworkConfiguration(null, null), new byte[] { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 })
                        {
                            Settings = settings,
                        }),
                ],
            },
            "-drive", $"file={_disk},if=none,id=hd0,format=raw", "-device", $"virtio-blk{suffix},drive=hd0,addr=1{options}",
            "-device", $"virtio-rng{suffix},addr=2{options}", "-device", $"virtio-serial{suffix},addr=3{options}",
            "-chardev", "null,id=c0", "-device", "virtconsole,chardev=c0",
            "-netdev", "user,id=n0", "-device", $"virtio-net{suffix},netdev=n0,romfile=,addr=4{options}");
    }
}
