using System;
using System.IO;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Network;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Console;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>Witness: virtio-mmio of qemu-system-aarch64 7.2, read and written side by side with ours.</summary>
public sealed class VirtioMmioOracleTests : IDisposable
{
    private const int DiskBytes = 3 << 20;

    /// <summary>Registers that the other version has, and those of which QEMU differs from the specification.</summary>
    private static readonly uint[] NotCompared = [0xfc];

    private readonly string _disk = Path.GetTempFileName();

    public VirtioMmioOracleTests()
    {
        using FileStream file = File.OpenWrite(_disk);
        file.SetLength(DiskBytes);
    }

    public void Dispose() => File.Delete(_disk);

    [QemuTheory]
    [Xunit.InlineData(true, "")]
    [Xunit.InlineData(false, "")]
    [Xunit.InlineData(false, ",packed=on,event_idx=off")]
    [Xunit.InlineData(true, ",indirect_desc=off")]
    public void Transports_and_configuration_read_as_QEMUs(bool legacy, string options)
    {
        using QemuComparison both = Make(legacy, options);
        for (int number = Virt.VirtioSlots - 6; number < Virt.VirtioSlots; number++)
        {
            both.About = $"slot {number}";
            ulong slot = Virt.Virtio(number).Start;
            for (uint half = 0; half < 2; half++)
            {
                both.Write(slot + 0x14, half);
                both.Read(slot + 0x10);
            }

            for (uint queue = 0; queue < 6; queue++)
            {
                both.Write(slot + 0x30, queue);
                both.Read(slot + 0x34);
            }

            both.Write(slot + 0x30, 0);
            for (uint offset = 0; offset < 0x100; offset += 4)
            {
                if (Array.IndexOf(NotCompared, offset) < 0)
                {
                    both.Read(slot + offset);
                }
            }

            // Of a word across the end of the configuration QEMU gives nothing, and we what is there.
            for (uint offset = 0x100; offset < 0x180; offset += 4)
            {
                if (offset != 0x138)
                {
                    both.Read(slot + offset);
                }
            }

            for (uint offset = 0x100; offset < 0x140; offset++)
            {
                both.Read(slot + offset, 1);
            }
        }
    }

    [QemuFact]
    public void A_legacy_queue_is_set_up_as_on_QEMU()
    {
        using QemuComparison both = Make(legacy: true, "");
        ulong slot = Virt.Virtio(31).Start;
        both.Write(slot + 0x28, 4096);
        foreach (uint status in (ReadOnlySpan<uint>)[0, 1, 3])
        {
            both.Write(slot + 0x70, status);
            both.Read(slot + 0x70);
        }

        both.Write(slot + 0x24, 0);
        both.Write(slot + 0x20, 0x3000_0254);
        both.Write(slot + 0x30, 0);
        both.Read(slot + 0x40);
        both.Write(slot + 0x38, 128);
        both.Write(slot + 0x3c, 4096);
        both.Write(slot + 0x40, 0x48000);
        both.Read(slot + 0x40);
        both.Write(slot + 0x70, 7);
        both.Read(slot + 0x70);
        both.Read(slot + 0x60);
        both.Write(slot + 0x70, 0);
        both.Read(slot + 0x40);
        both.Read(slot + 0x70);
    }

    [QemuFact]
    public void A_modern_queue_is_set_up_as_on_QEMU()
    {
        using QemuComparison both = Make(legacy: false, "");
        ulong slot = Virt.Virtio(31).Start;
        foreach (uint status in (ReadOnlySpan<uint>)[0, 1, 3])
        {
            both.Write(slot + 0x70, status);
            both.Read(slot + 0x70);
        }

        foreach ((uint half, uint features) in (ReadOnlySpan<(uint, uint)>)[(0, 0x3000_0254), (1, 1)])
        {
            both.Write(slot + 0x24, half);
            both.Write(slot + 0x20, features);
        }

        both.Write(slot + 0x70, 11);
        both.Read(slot + 0x70);
        both.Write(slot + 0x30, 0);
        both.Read(slot + 0x44);
        both.Write(slot + 0x38, 128);
        for (uint offset = 0x80; offset <= 0xa0; offset += 0x10)
        {
            both.Write(slot + offset, 0x4800_0000 + (offset << 12));
            both.Write(slot + offset + 4, 0);
        }

        both.Write(slot + 0x44, 1);
        both.Read(slot + 0x44);
        both.Write(slot + 0x70, 15);
        both.Read(slot + 0x70);
        both.Write(slot + 0x70, 0);
        both.Read(slot + 0x44);
        both.Read(slot + 0x70);
    }

    private QemuComparison Make(bool legacy, string options)
    {
        VirtioSettings settings = new()
        {
            Packed = options.Contains("packed=on", StringComparison.Ordinal),
            EventIndex = !options.Contains("event_idx=off", StringComparison.Ordinal),
            Indirect = !options.Contains("indirect_desc=off", StringComparison.Ordinal),
        };
        return QemuComparison.WithBackends(
            new MachineConfiguration
            {
                El2 = false,
                LegacyVirtioMmio = legacy,
                VirtioMmio =
                [
                    new BlockDeviceConfiguration(new MemoryStorage(DiskBytes), null) { Settings = settings },
                    new RngDeviceConfiguration { Settings = settings },
                    new SerialDeviceConfiguration([new ConsolePortConfiguration(0, IsConsole: true, null, null)]) { Settings = settings },
                    new NetDeviceConfiguration(new UserNetworkConfiguration(null, null), new byte[] { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 })
                    {
                        // QEMU offers none of them where its user network is behind the card.
                        Offloads = default,
                        Settings = settings,
                    },
                ],
            },
            "-drive", $"file={_disk},if=none,id=hd0,format=raw", "-device", $"virtio-blk-device,drive=hd0{options}",
            "-device", $"virtio-rng-device{options}", "-device", $"virtio-serial-device{options}",
            "-chardev", "null,id=c0", "-device", "virtconsole,chardev=c0",
            "-netdev", "user,id=n0", "-device", $"virtio-net-device,netdev=n0{options}",
            "-global", $"virtio-mmio.force-legacy={(legacy ? "on" : "off")}");
    }
}
