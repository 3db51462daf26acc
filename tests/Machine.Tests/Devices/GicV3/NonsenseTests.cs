using System;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Devices.GicV3;

/// <summary>
/// Accesses without sense to every frame and every register of the CPU interface. Witness: CONTRIBUTING.md, nothing that a guest does
/// may throw; and the state that is saved afterwards, which another machine takes over.
/// </summary>
public sealed class NonsenseTests
{
    private const int Steps = 20_000;
    private const ulong Ram = 0x4000_0000;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Nothing_throws_and_the_state_can_be_taken_over(int seed, bool el3)
    {
        MachineConfiguration configuration = new() { GicVersion = 3, Cpus = 3, El2 = true, El3 = el3, MemoryBytes = 4 << 20 };
        using GdbHost.Machine.Boards.Machine machine = MachineFactory.Create(configuration, _ => { });
        using GdbHost.Machine.Boards.Machine other = MachineFactory.Create(configuration, _ => { });
        Random random = new(seed);
        SysReg[] registers = [.. SysRegTable.Groups.Single(g => g.Name == "gic").Rows];
        for (int step = 0; step < Steps; step++)
        {
            Core core = machine.Cores[random.Next(3)];
            switch (random.Next(6))
            {
                case 0:
                    SysReg row = registers[random.Next(registers.Length)];
                    core.System.SystemRegisters.TryWrite(row, Value(random));
                    core.System.SystemRegisters.TryRead(row, out _);
                    break;
                case 1:
                    core.System.Gic!.Physical.Acknowledge(random.Next(2));
                    core.System.Gic.Virtual.Acknowledge(random.Next(2));
                    break;
                case 2:
                    machine.Bus.WriteFrom(new RequesterId((ushort)random.Next(3)), new PhysicalAddress(0x0809_0040), 4, (ulong)random.Next(64));
                    break;
                default:
                    Access(machine.Bus, random);
                    break;
            }
        }

        foreach ((IStateful from, IStateful to) in machine.Parts.Zip(other.Parts).Where(p => p.First.StateName.StartsWith("gic", StringComparison.Ordinal)))
        {
            byte[] saved = DeviceFixture.Save(from);
            DeviceFixture.Restore(to, saved);
            Assert.Equal(saved, DeviceFixture.Save(to));
        }
    }

    private static void Access(PhysicalBus bus, Random random)
    {
        int size = 1 << random.Next(4);
        ulong start = random.Next(4) switch
        {
            0 => 0x0800_0000,
            1 => 0x0808_0000,
            _ => 0x080a_0000 + ((ulong)random.Next(6) * 0x1_0000),
        };
        ulong range = random.Next(4) == 0 ? 0x1_0000UL : 0x200;
        ulong address = start + ((ulong)random.NextInt64((long)range) & ~((ulong)size - 1));
        bool nonSecure = random.Next(2) == 0;
        if (random.Next(3) == 0)
        {
            bus.Read(new PhysicalAddress(address), size, out _, nonSecure);
        }
        else
        {
            bus.Write(new PhysicalAddress(address), size, Value(random), nonSecure);
        }
    }

    /// <summary>Small numbers, addresses of memory with bits on top, and anything.</summary>
    private static ulong Value(Random random) => random.Next(3) switch
    {
        0 => (ulong)random.Next(64),
        1 => Ram | ((ulong)random.Next(64) << 16) | ((ulong)random.Next(4) << 62) | (uint)random.Next(32),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
    };
}
