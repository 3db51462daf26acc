using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>Witness: the PCIe host of qemu-system-aarch64 7.2 and its pci-testdev, read and written side by side with ours.</summary>
public class PcieOracleTests
{
    private const ulong HighEcam = 0x40_1000_0000;
    private const ulong FunctionBytes = 0x1000;
    private const ulong DeviceBytes = 8 * FunctionBytes;
    private const ulong Testdev = HighEcam + DeviceBytes;

    private const string TestdevDevice = "pci-testdev,addr=1,membar=64K";

    [QemuTheory]
    [InlineData(true, HighEcam)]
    [InlineData(false, 0x3f00_0000)]
    public void Configuration_space_of_the_host_bridge_is_QEMUs(bool highMemory, ulong ecam)
    {
        using QemuComparison both = new(new MachineConfiguration { HighMemory = highMemory });
        WriteAndRead(both, ecam);
    }

    [QemuTheory]
    [InlineData(TestdevDevice)]
    [InlineData("edu,addr=1")]
    [InlineData("edu,addr=1,multifunction=on")]
    public void Configuration_space_of_a_device_is_QEMUs(string device)
    {
        using QemuComparison both = new(new MachineConfiguration(), device) { About = device };
        WriteAndRead(both, Testdev);
    }

    [QemuTheory]
    [InlineData("edu")]
    [InlineData("edu", "pci-testdev,addr=3", "edu,id=a", "edu,addr=1f.0")]
    [InlineData("edu,addr=5.0,multifunction=on", "pci-testdev,addr=5.3", "edu,addr=0x5.7")]
    public void Devices_are_where_QEMU_puts_them(params string[] devices)
    {
        using QemuComparison both = new(new MachineConfiguration(), devices) { About = string.Join(' ', devices) };
        for (ulong at = HighEcam; at < HighEcam + (32 * DeviceBytes); at += FunctionBytes)
        {
            both.Read(at);
            both.Read(at + 0x0c);
        }
    }

    [QemuFact]
    public void Functions_that_are_not_there_answer_as_QEMUs()
    {
        using QemuComparison both = new(new MachineConfiguration());
        foreach (ulong place in (ReadOnlySpan<ulong>)[FunctionBytes, DeviceBytes, 31 * DeviceBytes, 1 << 20, 255 << 20])
        {
            both.Write(HighEcam + place, 0, 8);
            foreach (int size in (ReadOnlySpan<int>)[1, 2, 4, 8])
            {
                both.Read(HighEcam + place, size);
                both.Read(HighEcam + place + 0xff8, size);
            }
        }
    }

    [QemuTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_configuration_accesses_of_all_widths_read_as_QEMUs(int seed)
    {
        using QemuComparison both = new(new MachineConfiguration(), TestdevDevice) { About = $"seed {seed}" };
        Random random = new(seed);
        for (int i = 0; i < 500; i++)
        {
            int size = 1 << random.Next(4);
            ulong at = HighEcam + ((ulong)random.Next(3) * DeviceBytes) + (ulong)(random.Next(0x108 / size) * size);
            both.Write(at, (ulong)random.NextInt64() & (ulong.MaxValue >> (64 - (size * 8))), size);
            both.Read(at & ~7UL, 8);
        }
    }

    /// <summary>What is decoded reads as zero on both sides, what is not as ones.</summary>
    [QemuTheory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Windows_lead_where_QEMUs_do(uint command)
    {
        using QemuComparison both = new(new MachineConfiguration(), TestdevDevice) { About = $"command {command}" };
        both.Write(Testdev + 4, command);
        foreach (uint memory in (ReadOnlySpan<uint>)[0, 0x1000_0000, 0x3efe_f000, 0x2000_0fff, 0xffff_ffff])
        {
            both.Write(Testdev + 0x10, memory);
            foreach (ulong at in (ReadOnlySpan<ulong>)[0x1000_0000, 0x1000_0ffc, 0x1000_1000, 0x2000_0000, 0x3efe_effc, 0x3efe_f000])
            {
                both.Read(at);
                both.Read(at, 1);
            }
        }

        foreach (uint io in (ReadOnlySpan<uint>)[0, 0x1000, 0xff00, 0x1_0000, 0xffff_ffff])
        {
            both.Write(Testdev + 0x14, io);
            foreach (ulong at in (ReadOnlySpan<ulong>)[0, 0xfc, 0x100, 0x1000, 0x1100, 0xff00, 0xfffc])
            {
                both.Read(Virt.PciePio.Start + at);
                both.Read(Virt.PciePio.Start + at, 2);
            }
        }
    }

    private static void WriteAndRead(QemuComparison both, ulong function)
    {
        for (ulong at = function; at < function + FunctionBytes; at += 4)
        {
            both.Read(at);
        }

        for (ulong at = function; at < function + 0x108; at += 4)
        {
            foreach (uint value in (ReadOnlySpan<uint>)[0xffff_ffff, 0x5a5a_5a5a, 0])
            {
                both.Write(at, value);
                both.Read(at);
            }
        }
    }
}
