using System;
using System.Buffers.Binary;
using System.Linq;
using System.Text;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Tests.Virtio;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>
/// Witness: DDI 0224 (PL031), DDI 0190 (PL061), QEMU's fw_cfg specification, and JEP137 for the flash command set.
/// </summary>
public class SmallDeviceTests
{
    private const ulong Ram = 0x4000_0000;

    private readonly DeviceFixture _fixture = new();
    private readonly Wire _wire = new();

    [Fact]
    public void Clock_counts_virtual_seconds_from_its_start_and_can_be_set()
    {
        Pl031 rtc = new("rtc", 1000, _wire, _fixture.Scheduler, _fixture.Events);
        Assert.Equal(1000u, DeviceFixture.Read(rtc.Port, 0));
        _fixture.Pass(2_500_000_000);
        Assert.Equal(1002u, DeviceFixture.Read(rtc.Port, 0));
        DeviceFixture.Write(rtc.Port, 8, 5000);
        Assert.Equal(5000u, DeviceFixture.Read(rtc.Port, 0));
        _fixture.Pass(500_000_000);
        Assert.Equal(5001u, DeviceFixture.Read(rtc.Port, 0));
        rtc.Reset();
        Assert.Equal(5001u, DeviceFixture.Read(rtc.Port, 0));
    }

    [Fact]
    public void Alarm_interrupts_at_its_second_until_it_is_cleared()
    {
        Pl031 rtc = new("rtc", 0, _wire, _fixture.Scheduler, _fixture.Events);
        DeviceFixture.Write(rtc.Port, 4, 3);
        DeviceFixture.Write(rtc.Port, 0x10, 1);
        _fixture.Pass(2_999_999_999);
        Assert.False(_wire.High);
        _fixture.Pass(1);
        Assert.True(_wire.High);
        Assert.Equal(1u, DeviceFixture.Read(rtc.Port, 0x18));
        DeviceFixture.Write(rtc.Port, 0x1c, 1);
        Assert.False(_wire.High);
    }

    [Fact]
    public void Power_key_makes_both_edges_a_tenth_of_a_second_apart()
    {
        Pl061 gpio = new("gpio", _wire, _fixture.Events);
        PowerKey key = new(gpio, 3, _fixture.Scheduler);
        DeviceFixture.Write(gpio.Port, 0x408, 8);
        DeviceFixture.Write(gpio.Port, 0x410, 8);
        key.Press();
        Assert.True(_wire.High);
        Assert.Equal(8u, DeviceFixture.Read(gpio.Port, 0x20));
        DeviceFixture.Write(gpio.Port, 0x41c, 8);
        Assert.False(_wire.High);
        _fixture.Pass(100_000_000);
        Assert.True(_wire.High);
        Assert.Equal(0u, DeviceFixture.Read(gpio.Port, 0x20));
    }

    [Fact]
    public void Firmware_configuration_reads_a_file_by_DMA_and_clears_what_lies_behind_it()
    {
        using GdbHost.Machine.Boards.Machine machine = Machine();
        Poke(machine, Ram, new byte[64], 0xee);
        Assert.Equal(0u, Dma(machine, (0x22u << 16) | 8 | 2, 6, Ram));
        byte[] got = new byte[8];
        Assert.True(machine.Bus.TryPeek(new PhysicalAddress(Ram), got));
        Assert.Equal([0xff, 0xff, 0xff, 0xff, 0, 0, 0xee, 0xee], got);
    }

    [Fact]
    public void Firmware_configuration_lists_its_files_by_name()
    {
        using GdbHost.Machine.Boards.Machine machine = Machine();
        Assert.Equal(0u, Dma(machine, (0x19u << 16) | 8 | 2, 4 + (3 * 64), Ram));
        byte[] directory = new byte[4 + (3 * 64)];
        Assert.True(machine.Bus.TryPeek(new PhysicalAddress(Ram), directory));
        Assert.Equal(3u, BinaryPrimitives.ReadUInt32BigEndian(directory));
        Assert.Equal(4u, BinaryPrimitives.ReadUInt32BigEndian(directory.AsSpan(4 + 128)));
        Assert.StartsWith("etc/boot-fail-wait\0", Encoding.ASCII.GetString(directory, 4 + 128 + 8, 56), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2u, 0x9000_0000ul)]
    [InlineData(2u, ulong.MaxValue - 2)]
    [InlineData(16u, Ram)]
    public void Firmware_configuration_answers_a_DMA_that_cannot_be_with_an_error(uint control, ulong target)
    {
        using GdbHost.Machine.Boards.Machine machine = Machine();
        Assert.Equal(1u, Dma(machine, control, 64, target));
    }

    [Fact]
    public void Flash_programs_bits_to_zero_only_and_erases_blocks_to_ones()
    {
        using GdbHost.Machine.Boards.Machine machine = Machine();
        Assert.Equal(0xffff_ffffu, EraseBlock(machine, 0));
        Program(machine, 8, 0x0000_ff0f);
        Program(machine, 8, 0x1234_ffff);
        Assert.Equal(0x0000_ff0fu, Word(machine, 8));
        Assert.Equal(0xffff_ffffu, Word(machine, 0x3fffc));
        Assert.Equal(0u, Word(machine, 0x40000));
    }

    [Fact]
    public void Flash_keeps_on_its_medium_what_is_programmed_and_says_when_it_cannot()
    {
        const int BankBytes = 64 << 20;
        MemoryStorage medium = new(BankBytes);
        BootFile file = new("flash", new byte[BankBytes]);
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(
            new MachineConfiguration { MemoryBytes = 16 << 20, StartsInFlash = true, Flash = [new FlashImage(0, file, medium)] }, _ => { });
        EraseBlock(machine, 0);
        Program(machine, 0x808, 0x1234_5678);
        Assert.Equal([0xff, 0xff, 0xff, 0xff, 0x78, 0x56, 0x34, 0x12, 0xff], medium.Content[0x804..0x80d]);
        Assert.Equal([0xff, 0], medium.Content[0x3ffff..0x40001]);

        // Program error and erase error are SR.4 and SR.5; what the host has not taken is written with the next that it takes.
        medium.Fails = true;
        machine.Bus.Write(new PhysicalAddress(0x900), 4, 0x0040_0040);
        machine.Bus.Write(new PhysicalAddress(0x900), 4, 0);
        Assert.Equal(0x00b0_00b0u, Word(machine, 0));
        medium.Fails = false;
        Array.Clear(medium.Content);
        Program(machine, 0x20_0000, 0);
        Assert.Equal([0x78, 0x56, 0x34, 0x12], medium.Content[0x808..0x80c]);
        Assert.Equal([0, 0, 0, 0, 0xff], medium.Content[0x900..0x905]);
    }

    [Fact]
    public void Flash_is_memory_in_read_array_mode_and_a_device_in_the_others()
    {
        using GdbHost.Machine.Boards.Machine machine = Machine();
        BusRegion flash = machine.Bus.Find(new PhysicalAddress(0))!;
        Assert.True(flash.IsMemoryFor(isWrite: false));
        Assert.False(flash.IsMemoryFor(isWrite: true));
        machine.Bus.Write(new PhysicalAddress(0), 4, 0x0070_0070);
        Assert.False(flash.IsMemoryFor(isWrite: false));
        Assert.Equal(0x0080_0080u, Word(machine, 0));
        machine.Reset();
        Assert.True(flash.IsMemoryFor(isWrite: false));
    }

    [Fact]
    public void No_access_of_a_guest_makes_a_device_fail_and_none_of_the_debugger_changes_one()
    {
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(
            new MachineConfiguration { MemoryBytes = 16 << 20, Cpus = 2, El3 = true }, _ => { });
        Random random = new(1);
        foreach (BusRegion region in machine.Bus.Regions)
        {
            if (region.Device is null)
            {
                continue;
            }

            for (int i = 0; i < 3000; i++)
            {
                int size = 1 << random.Next(4);
                ulong offset = (ulong)random.NextInt64((long)Math.Min(region.Size, 0x2000)) & ~(ulong)(size - 1);
                if (offset + (ulong)size > region.Size)
                {
                    continue;
                }

                PhysicalAddress at = new(region.Start + offset);
                Assert.Equal(BusResult.Ok, random.Next(2) == 0
                    ? machine.Bus.Read(at, size, out ulong _)
                    : machine.Bus.Write(at, size, (ulong)random.NextInt64()));
            }
        }

        byte[][] before = [.. machine.Parts.Select(DeviceFixture.Save)];
        foreach (BusRegion region in machine.Bus.Regions)
        {
            byte[] looked = new byte[Math.Min(region.Size, 0x2000)];
            machine.Bus.TryPeek(new PhysicalAddress(region.Start), looked);
        }

        Assert.Equal(before, machine.Parts.Select(DeviceFixture.Save));
    }

    private static GdbHost.Machine.Boards.Machine Machine() =>
        MachineFactory.Create(new MachineConfiguration { MemoryBytes = 16 << 20 }, _ => { });

    private static void Poke(GdbHost.Machine.Boards.Machine machine, ulong at, byte[] bytes, byte fill)
    {
        Array.Fill(bytes, fill);
        Assert.True(machine.Bus.TryPoke(new PhysicalAddress(at), bytes));
    }

    /// <summary>Runs one DMA descriptor and returns what the device leaves in its control word.</summary>
    private static uint Dma(GdbHost.Machine.Boards.Machine machine, uint control, uint length, ulong target)
    {
        const ulong Descriptor = Ram + 0x8000;
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, control);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), length);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), target);
        Assert.True(machine.Bus.TryPoke(new PhysicalAddress(Descriptor), bytes));
        machine.Bus.Write(
            new PhysicalAddress(Virt.FirmwareConfiguration.Start + 16), 8, BinaryPrimitives.ReverseEndianness(Descriptor));
        Assert.True(machine.Bus.TryPeek(new PhysicalAddress(Descriptor), bytes));
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static uint Word(GdbHost.Machine.Boards.Machine machine, ulong at)
    {
        machine.Bus.Read(new PhysicalAddress(at), 4, out ulong value);
        return (uint)value;
    }

    private static void Command(GdbHost.Machine.Boards.Machine machine, ulong at, uint value) =>
        machine.Bus.Write(new PhysicalAddress(at), 4, value);

    private static uint EraseBlock(GdbHost.Machine.Boards.Machine machine, ulong at)
    {
        Command(machine, at, 0x0020_0020);
        Command(machine, at, 0x00d0_00d0);
        Command(machine, at, 0x00ff_00ff);
        return Word(machine, at);
    }

    private static void Program(GdbHost.Machine.Boards.Machine machine, ulong at, uint value)
    {
        Command(machine, at, 0x0040_0040);
        Command(machine, at, value);
        Command(machine, at, 0x00ff_00ff);
    }
}
