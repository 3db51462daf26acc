using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using Xunit;

namespace GdbHost.Machine.Tests.Boards;

/// <summary>Witness: the memory map and wiring of QEMU's virt board, and the program that runs on ours.</summary>
public class MachineTests
{
    private const ulong Ram = 0x4000_0000;

    [Theory]
    [InlineData(0x0000_0000, "flash0")]
    [InlineData(0x07ff_ffff, "flash1")]
    [InlineData(0x0800_0fff, "gic-distributor")]
    [InlineData(0x0801_1fff, "gic-cpu-interface")]
    [InlineData(0x0802_0fff, "gic-v2m")]
    [InlineData(0x0803_0000, "gic-hypervisor")]
    [InlineData(0x0804_0000, "gic-virtual-cpu-interface")]
    [InlineData(0x0900_0fff, "uart")]
    [InlineData(0x0901_0000, "rtc")]
    [InlineData(0x0902_0017, "fw-cfg")]
    [InlineData(0x0903_0000, "gpio")]
    [InlineData(0x0a00_3fff, "virtio-mmio31")]
    [InlineData(0x1000_0000, "pcie-mmio")]
    [InlineData(0x3eff_ffff, "pcie-pio")]
    [InlineData(0x4000_0000, "ram")]
    [InlineData(0x40_1000_0000, "pcie-ecam")]
    [InlineData(0xff_ffff_ffff, "pcie-mmio-high")]
    [InlineData(0x0902_0018, null)]
    [InlineData(0x0c00_0000, null)]
    [InlineData(0x3f00_0000, null)]
    [InlineData(0x8000_0000, null)]
    public void An_address_reaches_what_QEMU_has_there(ulong address, string? name)
    {
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(new MachineConfiguration(), _ => { });
        Assert.Equal(name, machine.Bus.Find(new PhysicalAddress(address))?.Name);
    }

    [Theory]
    [InlineData(0x0000_0000, false)]
    [InlineData(0x0400_0000, true)]
    [InlineData(0x0800_0000, true)]
    [InlineData(0x0900_0000, true)]
    [InlineData(0x0904_0000, false)]
    [InlineData(0x090b_0000, false)]
    [InlineData(0x0e00_0000, false)]
    [InlineData(0x4000_0000, true)]
    public void Non_secure_accesses_reach_what_QEMU_leaves_them_with_EL3(ulong address, bool reachable)
    {
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(new MachineConfiguration { El3 = true }, _ => { });
        PhysicalAddress at = new(address);
        Assert.Equal(BusResult.Ok, machine.Bus.Read(at, 4, out _));
        Assert.Equal(reachable ? BusResult.Ok : BusResult.DecodeError, machine.Bus.Read(at, 4, out _, nonSecure: true));
        Assert.Equal(reachable, machine.Bus.Find(at, nonSecure: true) is not null);
    }

    [Fact]
    public void The_firmware_configurations_DMA_does_not_reach_Secure_memory()
    {
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(new MachineConfiguration { El3 = true }, _ => { });
        PhysicalAddress secure = new(Virt.SecureRam.Start);
        Assert.Equal(BusResult.Ok, machine.Bus.Write(secure, 8, 0x1234));

        // Select the signature, read 4 bytes of it into Secure RAM.
        byte[] descriptor = [0, 0, 0, 0x0a, 0, 0, 0, 4, 0, 0, 0, 0, 0x0e, 0, 0, 0];
        Assert.True(machine.Bus.TryPoke(new PhysicalAddress(Ram + 0x1000), descriptor));
        machine.Bus.Write(new PhysicalAddress(Virt.FirmwareConfiguration.Start + 0x14), 4, 0x0010_0040);
        machine.Bus.Read(secure, 8, out ulong kept);
        Assert.Equal(0x1234UL, kept);
        machine.Bus.Read(new PhysicalAddress(Ram + 0x1000), 4, out ulong control);
        Assert.Equal(0x0100_0000UL, control);
    }

    [Theory]
    [InlineData(0, PowerState.Off)]
    [InlineData(1, PowerState.ResetRequested)]
    public void The_Secure_GPIO_switches_off_and_resets(int line, object power)
    {
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(new MachineConfiguration { El3 = true }, _ => { });
        ulong gpio = Virt.SecureGpio.Start;
        ulong data = gpio + (4UL << line);
        machine.Bus.Write(new PhysicalAddress(data), 4, 0xff);
        machine.Bus.Write(new PhysicalAddress(gpio + 0x400), 4, 1UL << line);
        Assert.Equal(PowerState.Running, machine.Power);
        machine.Bus.Write(new PhysicalAddress(data), 4, 0xff);
        Assert.Equal(power, machine.Power);
    }

    [Fact]
    public void The_largest_RAM_costs_nothing_until_it_is_used()
    {
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(
            new MachineConfiguration { MemoryBytes = 255UL << 30 }, _ => { });
        PhysicalAddress last = new(Ram + (255UL << 30) - 8);
        Assert.Equal(BusResult.Ok, machine.Bus.Write(last, 8, 42));
        machine.Bus.Read(last, 8, out ulong value);
        Assert.Equal(42ul, value);
    }

    [Fact]
    public void A_program_prints_and_takes_the_timers_interrupt_through_the_GIC()
    {
        // At EL1: enable group 0, PMR and PPI 27, arm the virtual timer, wait, print the acknowledged ID, stay.
        uint[] program =
        [
            0xd2a10000, // mov x0, #0x08000000
            0xd2a10021, // mov x1, #0x08010000
            0xd2a12002, // mov x2, #0x09000000
            0x52800023, // mov w3, #1
            0xb9000003, // str w3, [x0]
            0xb9000023, // str w3, [x1]
            0x52801fe4, // mov w4, #0xff
            0xb9000424, // str w4, [x1, #4]
            0x52a10005, // mov w5, #0x08000000
            0xb9010005, // str w5, [x0, #0x100]
            0xd2800c86, // mov x6, #100
            0xd51be306, // msr cntv_tval_el0, x6
            0xd51be323, // msr cntv_ctl_el0, x3
            0xd503207f, // wfi
            0xb9400c27, // ldr w7, [x1, #0xc]
            0x110080e7, // add w7, w7, #32
            0xb9000047, // str w7, [x2]
            0x14000000, // b .
        ];
        byte[] code = [.. program.SelectMany(BitConverter.GetBytes)];
        List<byte> printed = [];
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(
            new MachineConfiguration { El2 = false, MemoryBytes = 16 << 20, Kernel = new BootFile("program", code) }, printed.Add);
        Assert.Equal(RunEnd.Budget, machine.Cluster.Run(1_000_000));
        Assert.InRange(machine.Cluster.Retired, 1ul, 999_000ul);
        Assert.Equal((char)(27 + 32), Assert.Single(Encoding.ASCII.GetString([.. printed])));

        // A reset begins again, with the same result.
        machine.Reset();
        machine.Cluster.Run(1_000_000);
        Assert.Equal(2, printed.Count);
    }

    [Fact]
    public void Code_in_flash_runs_and_a_store_to_flash_is_a_command()
    {
        // Ask for the identifiers of the flash that this runs from, in a bank of its own, and print the first.
        uint[] program =
        [
            0xd2a08001, // mov x1, #0x04000000
            0xd2a12002, // mov x2, #0x09000000
            0x52801203, // mov w3, #0x90
            0xb9000023, // str w3, [x1]
            0xb9400427, // ldr w7, [x1, #4]
            0x39000047, // strb w7, [x2]
            0x52801fe3, // mov w3, #0xff
            0xb9000023, // str w3, [x1]
            0xb9400027, // ldr w7, [x1]
            0x39000047, // strb w7, [x2]
            0x14000000, // b .
        ];
        byte[] code = [.. program.SelectMany(BitConverter.GetBytes)];
        List<byte> printed = [];
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(
            new MachineConfiguration
            {
                MemoryBytes = 16 << 20,
                Loads = [new LoadFile(new BootFile("firmware", code), 0), new LoadFile(new BootFile("data", new byte[] { 0x21 }), 0x0400_0000)],
            },
            printed.Add);
        machine.Cluster.Run(100_000);
        Assert.Equal([0x18, 0x21], printed);
    }

    [Fact]
    public void Two_machines_live_side_by_side_and_print_the_same()
    {
        byte[] code = [.. new uint[] { 0xd2a12002, 0x52800823, 0xb9000043, 0x14000000 }.SelectMany(BitConverter.GetBytes)];
        MachineConfiguration configuration = new() { MemoryBytes = 16 << 20, Kernel = new BootFile("program", code) };
        List<byte> first = [];
        List<byte> second = [];
        using GdbHost.Machine.Boards.Machine one = MachineFactory.Create(configuration, first.Add);
        using GdbHost.Machine.Boards.Machine two = MachineFactory.Create(configuration, second.Add);
        one.Cluster.Run(1000);
        two.Cluster.Run(1000);
        Assert.Equal("A"u8.ToArray(), first);
        Assert.Equal(first, second);
        Assert.Equal(one.Parts.Select(p => p.StateName), one.Parts.Select(p => p.StateName).Distinct());
    }
}
