using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Network;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie.E1000e;

/// <summary>Witness: the e1000e of qemu-system-aarch64 7.2, read and written side by side with ours. What differs, and why, is in lists on top.</summary>
public sealed class E1000eOracleTests
{
    private const ulong Function = 0x40_1000_8000;
    private const ulong Bar = 0x1000_0000;
    private const ulong IoBar = 0x3eff_1000;
    private const ulong Ram = 0x4100_0000;

    private static readonly byte[] Mac = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

    /// <summary>
    /// Power Management Control (QEMU keeps states D1 and D2, which there are not), and the mask of uncorrectable errors (QEMU 7.2 has it read-only).
    /// </summary>
    private static readonly HashSet<ulong> OwnConfiguration = [0xcc, 0x108];

    /// <summary>Registers whose writes do something: they have tests of their own.</summary>
    private static readonly HashSet<uint> Acting =
    [
        0x00000, 0x00004, 0x00014, 0x00020, 0x000c0, 0x000c8, 0x000d0, 0x000d8, 0x0102c, 0x05b50,
        0x00010, // EECD.FLUPD: QEMU keeps it as if an update never ended
        0x00440, 0x03820, // TIDV, which QEMU lets nobody read
        0x02828, // RXDCTL, which in QEMU writes that of the other queue too
        0x04058, // FCRUC, which in QEMU can be written
    ];

    [QemuFact]
    public void Configuration_space_is_QEMUs()
    {
        using QemuComparison both = Make();
        for (ulong at = Function; at < Function + 0x1000; at += 4)
        {
            both.Read(at);
        }

        for (ulong at = 0; at < 0x150; at += 4)
        {
            foreach (uint value in (ReadOnlySpan<uint>)[0xffff_ffff, 0x5a5a_5a5a, 0])
            {
                if (!OwnConfiguration.Contains(at))
                {
                    both.Write(Function + at, value);
                    both.Read(Function + at);
                }
            }
        }
    }

    [QemuFact]
    public void Registers_after_reset_are_QEMUs()
    {
        using QemuComparison both = Make();
        for (uint at = 0; at < 0x1_0100; at += 4)
        {
            // The second place of CTRL, which QEMU fills when CTRL is written.
            if (at != 4)
            {
                both.Read(Bar + at);
            }
        }
    }

    [QemuFact]
    public void Bits_that_can_be_written_are_QEMUs()
    {
        using QemuComparison both = Make();
        for (uint at = 0; at < 0x1_0100; at += 4)
        {
            if (Acting.Contains(at))
            {
                continue;
            }

            foreach (uint value in (ReadOnlySpan<uint>)[0xffff_ffff, 0])
            {
                both.Write(Bar + at, value);
                both.Read(Bar + at);
            }
        }
    }

    [QemuFact]
    public void Words_of_the_NVM_are_QEMUs()
    {
        using QemuComparison both = Make();
        for (uint word = 0; word < 70; word++)
        {
            both.Write(Bar + 0x14, 1 | (word << 2));
            both.Read(Bar + 0x14);
        }

        both.Write(Bar + 0x102c, 1 | (5 << 2) | 0x1234_0000);
        both.Write(Bar + 0x14, 1 | (5 << 2));
        both.Read(Bar + 0x14);
    }

    /// <summary>Every register of the PHY on every page; a reset of it is not QEMU's, which does nothing then.</summary>
    [QemuFact]
    public void Registers_of_the_PHY_are_QEMUs()
    {
        using QemuComparison both = Make();
        for (uint page = 0; page < 8; page++)
        {
            for (uint register = 0; register < 32; register++)
            {
                Access(both, write: true, 22, page);
                Access(both, write: false, register, 0);
                if (register is not (0 or 22 or 25))
                {
                    Access(both, write: true, register, 0x5aa5 + register);
                    Access(both, write: false, register, 0);
                }
            }
        }

        Access(both, write: false, 2, 0, phy: 2);
    }

    [QemuFact]
    public void IO_space_leads_to_the_registers()
    {
        using QemuComparison both = Make();
        foreach (uint at in (ReadOnlySpan<uint>)[8, 0x5400, 0x5404, 0x100, 0x2_0000, 0x8_0000, 0xffff_fffc])
        {
            both.Write(IoBar, at);
            both.Read(IoBar);
            both.Read(IoBar + 4);
        }

        both.Write(IoBar, 0x5200);
        both.Write(IoBar + 4, 0x1234_5678);
        both.Read(Bar + 0x5200);
        both.Read(IoBar + 8);
    }

    [QemuFact]
    public void Causes_and_masks_follow_QEMUs()
    {
        using QemuComparison both = Make();
        Random random = new(7);
        for (int step = 0; step < 400; step++)
        {
            uint register = new uint[] { 0xc8, 0xd0, 0xd8, 0xc0, 0xe0 }[random.Next(5)];
            both.Write(Bar + register, (uint)random.NextInt64() & (uint)random.NextInt64() & 0x7fff_ffff);
            both.Read(Bar + 0xd0);
            both.Read(Bar + 0xc8);
        }

        // With no mask set a read takes all causes.
        both.Write(Bar + 0xd8, uint.MaxValue);
        both.Write(Bar + 0xc8, 0x85);
        both.Read(Bar + 0xc0);
        both.Read(Bar + 0xc0);
    }

    /// <summary>Frames that go out come back in: descriptors and buffers of both kinds are compared as they lie in memory afterwards.</summary>
    [QemuTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Frames_in_loopback_are_stored_as_QEMUs(int seed)
    {
        using QemuComparison both = Make();
        both.About = $"seed {seed}";
        LoopbackTraffic traffic = new(both, new Random(seed), Bar, Ram);
        traffic.SetUp();
        for (int i = 0; i < 6; i++)
        {
            traffic.SendOne();
        }

        traffic.Compare();
    }

    private static void Access(QemuComparison both, bool write, uint register, uint data, uint phy = 1)
    {
        both.Write(Bar + 0x20, ((write ? 1u : 2u) << 26) | (phy << 21) | (register << 16) | (data & 0xffff));
        both.Read(Bar + 0x20);
    }

    private static QemuComparison Make()
    {
        MachineConfiguration ours = new()
        {
            PciDevices = [QemuComparison.Request("e1000e,addr=1") with { Backend = new NetworkBackend(new UserNetworkConfiguration(null, null), Mac) }],
        };
        QemuComparison both = QemuComparison.WithBackends(ours, "-device", "e1000e,addr=1,romfile=,mac=52:54:00:12:34:56");
        both.Write(Function + 0x10, Bar);
        both.Write(Function + 0x14, Bar + 0x4_0000);
        both.Write(Function + 0x18, 0x1001);
        both.Write(Function + 0x1c, Bar + 0x8_0000);
        both.Write(Function + 4, 7, 2);
        return both;
    }
}
