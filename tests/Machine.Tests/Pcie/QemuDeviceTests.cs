using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>Witness: pci-testdev and edu of qemu-system-aarch64 7.2, driven side by side with ours.</summary>
public sealed class QemuDeviceTests
{
    private const ulong Function = 0x40_1000_8000;
    private const ulong Memory = 0x1000_0000;
    private const ulong Io = 0x3eff_1000;
    private const ulong Ram = 0x4000_0000;
    private const ulong Doorbell = 0x0802_0040;
    private const ulong Distributor = 0x0800_0000;

    [QemuTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pci_testdev_counts_as_QEMUs(byte test)
    {
        using QemuComparison both = Open("pci-testdev,addr=1");
        foreach ((ulong start, ulong place) in (ReadOnlySpan<(ulong, ulong)>)[(Memory, 2048 + (ulong)test), (Io, 131 + (ulong)test)])
        {
            both.About = $"test {test} at 0x{start:x}";
            both.Write(start, test, 1);
            foreach (byte data in (ReadOnlySpan<byte>)[0xfa, 0xce, 0xfa])
            {
                both.Write(start + place, data, 1);
                both.Write(start + (place & ~3UL), data * 0x0101_0101UL, 4);
            }

            for (ulong at = 0; at < 48; at++)
            {
                both.Read(start + at, 1);
            }

            both.Read(start, 4);
            both.Read(start + 14, 2);
        }
    }

    [QemuFact]
    public void Edu_registers_of_all_widths_read_as_QEMUs()
    {
        using QemuComparison both = Open("edu,addr=1");
        foreach (ulong at in (ReadOnlySpan<ulong>)[0, 4, 0x10, 0x20, 0x24, 0x60, 0x80, 0x84, 0x88, 0x90, 0x98, 0xa0, 0x4_0000])
        {
            both.About = $"register {at:x}";
            both.Read(Memory + at);
            both.Read(Memory + (at & ~7UL), 8);
            both.Write(Memory + at, 0x1234_5678);
            both.Read(Memory + at);
            both.Write(Memory + (at & ~7UL), 0x1122_3344_5566_7788, 8);
            both.Read(Memory + (at & ~7UL), 8);
        }
    }

    [QemuFact]
    public void Edu_interrupts_by_its_pin_and_by_messages_as_QEMUs()
    {
        using QemuComparison both = Open("edu,addr=1");
        both.Write(Memory + 0x60, 5);
        ReadInterrupts(both, "pin");
        both.Write(Function + 4, 0x0407, 2);
        ReadInterrupts(both, "pin disabled");
        both.Write(Function + 4, 0x0007, 2);
        both.Write(Memory + 0x64, 4);
        ReadInterrupts(both, "one of two");
        both.Write(Memory + 0x64, 1);
        ReadInterrupts(both, "none");
        both.Write(Function + 0x44, (uint)Doorbell);
        both.Write(Function + 0x4c, 85, 2);
        both.Write(Function + 0x42, 1, 2);
        both.Write(Memory + 0x60, 2);
        ReadInterrupts(both, "message");
        both.Write(Function + 4, 0x0003, 2);
        both.Write(Function + 0x4c, 86, 2);
        both.Write(Memory + 0x60, 2);
        ReadInterrupts(both, "message without bus mastering");
    }

    [QemuTheory]
    [InlineData(true, 0x4000_1000ul, 16ul)]
    [InlineData(true, 0x4000_1ff0ul, 64ul)]
    [InlineData(false, 0x4000_1000ul, 16ul)]
    [InlineData(true, 0x9000_0000_0000ul, 8ul)]
    public void Edu_copies_as_QEMUs(bool mastering, ulong to, ulong count)
    {
        using QemuComparison both = Open("edu,addr=1,dma_mask=0xffffffffffffffff");
        both.About = $"mastering {mastering}, to {to:x}, {count} bytes";
        both.Write(Function + 4, mastering ? 7u : 3u, 2);
        for (ulong at = 0; at < 256; at += 8)
        {
            both.Write(Ram + at, 0x0102_0304_0506_0708 * (at + 1), 8);
            both.Write(Ram + 0x1000 + at, 0, 8);
            both.Write(Ram + 0x2000 + at, 0, 8);
        }

        Copy(both, Ram + 3, 0x4_0010, count, command: 1);
        Copy(both, 0x4_0010, to, count, command: 7);
        ReadInterrupts(both, both.About);
        if (to < 0x4800_0000)
        {
            for (ulong at = 0; at < 16; at += 8)
            {
                both.Read((to & ~7UL) + at, 8);
            }
        }

        both.Read(Function + 6, 2);
    }

    [QemuTheory]
    [InlineData(0u)]
    [InlineData(5u)]
    [InlineData(12u)]
    [InlineData(33u)]
    [InlineData(34u)]
    [InlineData(1000u)]
    public void Edu_computes_as_QEMUs(uint number)
    {
        using QemuComparison both = Open("edu,addr=1");
        both.Write(Memory + 0x20, 0x80);
        both.Write(Memory + 0x08, number);
        both.WaitFor(Memory + 0x24, 1);
        both.Read(Memory + 0x08);
        both.Read(Memory + 0x20);
    }

    private static QemuComparison Open(string device)
    {
        QemuComparison both = new(new MachineConfiguration(), timed: true, device);
        both.Write(Function + 0x10, (uint)Memory);
        both.Write(Function + 0x14, 0x1000);
        both.Write(Function + 4, 7, 2);
        return both;
    }

    private static void Copy(QemuComparison both, ulong source, ulong destination, ulong count, ulong command)
    {
        both.Write(Memory + 0x80, source, 8);
        both.Write(Memory + 0x88, destination, 8);
        both.Write(Memory + 0x90, count, 8);

        // While it copies, for a tenth of a second, it takes no new source: a busy host could be away for longer between two writes.
        both.WriteTogether((Memory + 0x98, command), (Memory + 0x80, 0UL));
        both.WaitFor(Memory + 0x98, 0, mask: 1);
        both.Read(Memory + 0x98, 8);
        both.Read(Memory + 0x80, 8);
        both.Read(Memory + 0x24);
    }

    private static void ReadInterrupts(QemuComparison both, string about)
    {
        both.About = about;
        both.Read(Function + 6, 2);
        both.Read(Memory + 0x24);
        both.Read(Distributor + 0x204);
        both.Read(Distributor + 0x208);
    }
}
