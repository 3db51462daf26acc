using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>
/// Witness: IHI 0048, GIC Support for Virtualization, and the virtual interface of qemu-system-aarch64 7.2 driven by
/// the same accesses.
/// </summary>
public class GicVirtualizationTests
{
    private static readonly ulong Hypervisor = VirtInterrupts.Hypervisor.Start;
    private static readonly ulong Guest = VirtInterrupts.VirtualCpuInterface.Start;

    private readonly DeviceFixture _fixture = new();
    private readonly Wire _virq = new();
    private readonly Wire _irq = new();
    private readonly GicV2 _gic;

    public GicVirtualizationTests()
    {
        _gic = new GicV2(1, virtualization: true, () => 0, _fixture.Events);
        _gic.Connect(0, _irq, new Wire());
        _gic.ConnectVirtual(0, _virq, new Wire());
        DeviceFixture.Write(_gic.DistributorPort, 0, 1);
        DeviceFixture.Write(_gic.CpuInterfacePort, 0, 0x201);
        DeviceFixture.Write(_gic.CpuInterfacePort, 4, 0xff);
        DeviceFixture.Write(_gic.HypervisorPort, 0, 1);
        DeviceFixture.Write(_gic.VirtualCpuInterfacePort, 0, 1);
        DeviceFixture.Write(_gic.VirtualCpuInterfacePort, 4, 0xf8);
    }

    [Fact]
    public void The_end_of_a_hardware_interrupt_in_the_guest_deactivates_the_physical_one()
    {
        DeviceFixture.Write(_gic.DistributorPort, 0x100, 1 << 27);
        _gic.Ppi(0, 27).Set(true);
        Assert.Equal(27u, DeviceFixture.Read(_gic.CpuInterfacePort, 0xc));
        DeviceFixture.Write(_gic.CpuInterfacePort, 0x10, 27);
        _gic.Ppi(0, 27).Set(false);
        DeviceFixture.Write(_gic.HypervisorPort, 0x100, (1u << 31) | (1 << 28) | (27 << 10) | 40);
        Assert.True(_virq.High);
        Assert.Equal(40u, DeviceFixture.Read(_gic.VirtualCpuInterfacePort, 0xc));
        Assert.False(_virq.High);
        Assert.Equal(1u << 27, DeviceFixture.Read(_gic.DistributorPort, 0x300));
        DeviceFixture.Write(_gic.VirtualCpuInterfacePort, 0x10, 40);
        Assert.Equal(0u, DeviceFixture.Read(_gic.DistributorPort, 0x300));
        Assert.Equal(0xfu, DeviceFixture.Read(_gic.HypervisorPort, 0x30));
    }

    [Fact]
    public void The_maintenance_interrupt_tells_of_an_end_that_was_asked_for()
    {
        DeviceFixture.Write(_gic.DistributorPort, 0x100, 1 << GicV2.MaintenanceInterrupt);
        DeviceFixture.Write(_gic.HypervisorPort, 0x104, (1 << 28) | (1 << 19) | 50);
        Assert.Equal(50u, DeviceFixture.Read(_gic.VirtualCpuInterfacePort, 0xc));
        Assert.False(_irq.High);
        DeviceFixture.Write(_gic.VirtualCpuInterfacePort, 0x10, 50);
        Assert.True(_irq.High);
        Assert.Equal(2u, DeviceFixture.Read(_gic.HypervisorPort, 0x20));
        Assert.Equal(1u, DeviceFixture.Read(_gic.HypervisorPort, 0x10));
        DeviceFixture.Write(_gic.HypervisorPort, 0x104, 0);
        Assert.False(_irq.High);
    }

    [QemuTheory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Random_traffic_of_a_hypervisor_and_its_guest_reads_as_QEMUs(int seed)
    {
        using QemuComparison both = new(el2: true) { About = $"seed {seed}" };
        Random random = new(seed);
        Stack<ulong> active = new();
        both.Write(Hypervisor, 1);
        both.Write(Guest, 1);
        both.Write(Guest + 4, 0xf8);
        for (int i = 0; i < 400; i++)
        {
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    Inject(both, random);
                    break;
                case 3 or 4:
                    ulong taken = both.Read(Guest + 0xc);
                    if (taken < 1020)
                    {
                        active.Push(taken);
                    }

                    break;
                case 5 when active.Count > 0:
                    both.Write(Guest + 0x10, active.Pop());
                    break;
                case 6:
                    both.Write(Hypervisor, 1 | ((ulong)random.Next(128) << 1));
                    break;
                case 7 when random.Next(4) == 0:
                    both.Write(Guest + 4, (ulong)random.Next(0x60, 0x100));
                    break;
            }

            foreach (ulong offset in (ReadOnlySpan<ulong>)[0, 8, 0x10, 0x20, 0x30, 0xf0, 0x100, 0x104, 0x108, 0x10c])
            {
                both.Read(Hypervisor + offset);
            }

            both.Read(Guest + 0x14);
            both.Read(Guest + 0x18);
        }
    }

    /// <summary>Puts a pending interrupt into a free list register, under an ID that no other has.</summary>
    private static void Inject(QemuComparison both, Random random)
    {
        ulong free = both.Read(Hypervisor + 0x30) | both.Read(Hypervisor + 0x20);
        for (int n = 0; n < 4; n++)
        {
            if ((free >> n & 1) != 0)
            {
                ulong id = (ulong)((n * 100) + 40 + random.Next(50));
                ulong wantsEnd = (ulong)random.Next(2) << 19;
                both.Write(Hypervisor + 0x100 + ((ulong)n * 4), id | wantsEnd | ((ulong)random.Next(32) << 23) | (1 << 28));
                return;
            }
        }
    }
}
