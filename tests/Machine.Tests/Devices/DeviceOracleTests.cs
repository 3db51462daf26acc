using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>Witness: the devices of qemu-system-aarch64 7.2, read and written side by side with ours.</summary>
public class DeviceOracleTests
{
    [QemuFact]
    public void Registers_after_reset_read_as_QEMUs()
    {
        using QemuComparison both = new();
        foreach (BoardSlot slot in (ReadOnlySpan<BoardSlot>)[Virt.Uart, Virt.Gpio, Virt.Virtio(0), Virt.Virtio(31)])
        {
            both.About = slot.Name;
            for (ulong offset = 0; offset < slot.Size; offset += 4)
            {
                both.Read(slot.Start + offset);
            }
        }

        // The time itself, at offset 0, is the host's on QEMU.
        both.About = Virt.Rtc.Name;
        for (ulong offset = 8; offset < Virt.Rtc.Size; offset += 4)
        {
            both.Read(Virt.Rtc.Start + offset);
        }
    }

    [QemuFact]
    public void Firmware_configuration_items_read_as_QEMUs()
    {
        using QemuComparison both = new();
        ulong data = Virt.FirmwareConfiguration.Start;
        both.Read(data + 0x10);
        both.Read(data + 0x14);
        both.Read(data + 0x10, 8);

        // 0x04 tells whether there is a display, and QEMU's file directory has its SMBIOS tables in it.
        foreach (ushort item in (ReadOnlySpan<ushort>)[0, 1, 2, 3, 5, 7, 8, 0xa, 0xb, 0xf, 0x13, 0x18, 0x20, 0x21, 0x22])
        {
            both.About = $"item {item:x}";
            both.Write(data + 8, (ulong)((item << 8) | (item >> 8)) & 0xffff, 2);
            for (int i = 0; i < 6; i++)
            {
                both.Read(data, 1);
            }
        }

        both.About = "wide reads of the signature";
        both.Write(data + 8, 0, 2);
        both.Read(data, 2);
        both.Read(data, 4);
        both.Write(data + 8, 0, 2);
        both.Read(data, 8);
    }

    [QemuFact]
    public void Flash_answers_queries_as_QEMUs()
    {
        using QemuComparison both = new();
        foreach (ulong bank in (ReadOnlySpan<ulong>)[Virt.Flash0.Start, Virt.Flash1.Start])
        {
            both.About = $"bank 0x{bank:x} array";
            both.Read(bank + 0x1000);
            both.About = $"bank 0x{bank:x} query";
            both.Write(bank + 0x154, 0x0098_0098);
            for (ulong word = 0; word < 0x54; word++)
            {
                both.Read(bank + (word * 4));
            }

            both.Write(bank, 0x00ff_00ff);
            both.About = $"bank 0x{bank:x} identifiers";
            both.Write(bank, 0x0090_0090);
            for (ulong word = 0; word < 8; word++)
            {
                both.Read(bank + (word * 4));
            }

            both.Write(bank, 0x00ff_00ff);
            both.About = $"bank 0x{bank:x} erase and program";
            both.Write(bank + 0x40000, 0x0020_0020);
            both.Write(bank + 0x40000, 0x00d0_00d0);
            both.Read(bank + 0x40000);
            both.Write(bank + 0x40000, 0x00ff_00ff);
            both.Read(bank + 0x40000);
            both.Read(bank + 0x7fffc);
            both.Read(bank + 0x80000);
            both.Write(bank + 0x40010, 0x0040_0040);
            both.Write(bank + 0x40010, 0x1234_5678);
            both.Read(bank + 0x40010);
            both.Write(bank, 0x00ff_00ff);
            both.Read(bank + 0x40010);

            both.About = $"bank 0x{bank:x} buffer";
            both.Write(bank + 0x41000, 0x00e8_00e8);
            both.Read(bank + 0x41000);
            both.Write(bank + 0x41000, 0x0003_0003);
            for (ulong word = 0; word < 4; word++)
            {
                both.Write(bank + 0x41000 + (word * 4), 0x0101_0101 * (word + 1));
            }

            both.Write(bank + 0x41000, 0x00d0_00d0);
            both.Read(bank + 0x41000);
            both.Write(bank, 0x00ff_00ff);
            for (ulong word = 0; word < 6; word++)
            {
                both.Read(bank + 0x41000 + (word * 4));
            }
        }
    }

    [QemuFact]
    public void Random_gpio_traffic_reads_as_QEMUs()
    {
        using QemuComparison both = new() { About = "gpio, seed 7" };
        Random random = new(7);
        ulong gpio = Virt.Gpio.Start;
        ReadOnlySpan<ulong> registers = [0x400, 0x404, 0x408, 0x40c, 0x410, 0x41c];
        for (int i = 0; i < 300; i++)
        {
            ulong offset = random.Next(3) == 0 ? registers[random.Next(registers.Length)] : (ulong)random.Next(256) * 4;
            both.Write(gpio + offset, (ulong)random.Next(256));
            both.Read(gpio + 0x3fc);
            foreach (ulong register in (ReadOnlySpan<ulong>)[0x400, 0x404, 0x408, 0x40c, 0x410])
            {
                both.Read(gpio + register);
            }
        }
    }

    [QemuFact]
    public void Uart_registers_keep_what_QEMUs_keep()
    {
        using QemuComparison both = new();
        ulong uart = Virt.Uart.Start;
        both.Write(uart + 0x24, 0xffff);
        both.Write(uart + 0x28, 0x3f);
        both.Write(uart + 0x2c, 0x70);
        both.Write(uart + 0x30, 0x301);
        both.Write(uart + 0x38, 0x70);
        foreach (ulong offset in (ReadOnlySpan<ulong>)[0x18, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x38, 0x3c, 0x40])
        {
            both.Read(uart + offset);
        }

        both.Write(uart, 'x');
        both.Read(uart + 0x18);
        both.Read(uart + 0x3c);
        both.Read(uart + 0x40);
        both.Write(uart + 0x44, 0x20);
        both.Read(uart + 0x3c);
        both.Read(uart);
        both.Read(uart + 0x4);
    }
}
