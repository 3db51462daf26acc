using System;
using GdbHost.Machine.Network;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie.E1000e;

/// <summary>A driver that writes anything anywhere. Witness: the machine goes on, in bounded time and memory.</summary>
public sealed class HostileGuestTests
{
    private const ulong Bar = PciMachine.Window;

    private static readonly uint[] Interesting =
    [
        0x0, 0x18, 0x20, 0xc0, 0xc4, 0xc8, 0xd0, 0xd8, 0xdc, 0xe0, 0xe4, 0xe8, 0x100, 0x400, 0x2170, 0x2800, 0x2804, 0x2808, 0x2810, 0x2818, 0x2820,
        0x282c, 0x2900, 0x2908, 0x2910, 0x2918, 0x3800, 0x3804, 0x3808, 0x3810, 0x3818, 0x3820, 0x3828, 0x3840, 0x3900, 0x3908, 0x3918, 0x5000, 0x5008, 0x5818,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Anything_in_registers_and_descriptors_is_survived(int seed)
    {
        Random random = new(seed);
        using PciMachine machine = Make();
        INetworkCard card = (INetworkCard)machine.Named("e1000e");
        byte[] frame = new byte[1514];
        for (int step = 0; step < 3000; step++)
        {
            if (step % 50 == 0)
            {
                Fill(machine, random);
            }

            uint register = random.Next(4) > 0 ? Interesting[random.Next(Interesting.Length)] : (uint)random.Next(0x8000) * 4;
            machine.Write(Bar + register, Value(random));
            machine.Read(Bar + register);
            random.NextBytes(frame);
            card.TryReceive(frame.AsSpan(0, random.Next(frame.Length)), default);
            RunSome(machine);
        }
    }

    /// <summary>The longest ring, each of its descriptors with the largest buffer: what is done at once is limited, and it ends.</summary>
    [Fact]
    public void A_ring_of_the_largest_buffers_ends()
    {
        using PciMachine machine = Make();
        for (ulong at = 0; at < 0x10_0000; at += 16)
        {
            machine.Write(PciMachine.Ram + at, PciMachine.Ram, 8);
            machine.Write(PciMachine.Ram + at + 8, 0x201f_ffff | 0x0900_0000, 8);
        }

        machine.Write(Bar + 0x3800, PciMachine.Ram);
        machine.Write(Bar + 0x3808, 0xf_ff80);
        machine.Write(Bar + 0x400, 2);
        machine.Write(Bar + 0x3818, 0xfff7);
        Assert.InRange(machine.Read(Bar + 0x3810), 1ul, 1024ul);
        machine.RunEvents();
        Assert.Equal(0xfff7ul, machine.Read(Bar + 0x3810));
    }

    [Theory]
    [InlineData(0u, 0u, 0u)]
    [InlineData(0x80u, 0xffffu, 0u)]
    [InlineData(0x80u, 0u, 0xffffu)]
    [InlineData(0u, 3u, 9u)]
    public void A_ring_without_length_or_with_head_or_tail_outside_does_nothing(uint length, uint head, uint tail)
    {
        using PciMachine machine = Make();
        foreach (ulong ring in (ReadOnlySpan<ulong>)[0x2800, 0x3800])
        {
            machine.Write(Bar + ring, PciMachine.Ram);
            machine.Write(Bar + ring + 8, length);
            machine.Write(Bar + ring + 0x10, head);
            machine.Write(Bar + ring + 0x18, tail);
        }

        machine.Write(Bar + 0x100, 0x800e);
        machine.Write(Bar + 0x400, 2);
        machine.RunEvents();
        Assert.Equal(head, machine.Read(Bar + 0x2810));
        Assert.Equal(head, machine.Read(Bar + 0x3810));
        Assert.False(((INetworkCard)machine.Named("e1000e")).TryReceive(new byte[64], default));
    }

    private static PciMachine Make()
    {
        PciMachine machine = new("e1000e,addr=1");
        machine.Write(PciMachine.Config(0, 1, 0x10), Bar);
        machine.Write(PciMachine.Config(0, 1, 4), 7, 2);
        return machine;
    }

    private static void Fill(PciMachine machine, Random random)
    {
        for (ulong at = 0; at < 0x400; at += 8)
        {
            ulong value = random.Next(2) == 0 ? PciMachine.Ram + (ulong)random.Next(0x1000) : (ulong)random.NextInt64();
            machine.Write(PciMachine.Ram + at, value, 8);
        }
    }

    private static ulong Value(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => uint.MaxValue,
        2 => PciMachine.Ram,
        3 => (uint)random.Next(64),
        4 => (uint)random.Next(64) << 7,
        _ => (uint)random.NextInt64(),
    };

    private static void RunSome(PciMachine machine)
    {
        for (int i = 0; i < 4 && machine.Machine.Scheduler.Next != ulong.MaxValue; i++)
        {
            machine.Machine.Clock.Now = Math.Max(machine.Machine.Clock.Now, machine.Machine.Scheduler.Next);
            machine.Machine.Scheduler.RunDue();
        }
    }
}
