using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>
/// Witness: the GICv2 of qemu-system-aarch64 7.2, one core, driven by the same accesses. The aliased registers of
/// group 1 are left out: QEMU does not have all of them.
/// </summary>
public class GicOracleTests
{
    private static readonly ulong Distributor = VirtInterrupts.Distributor.Start;
    private static readonly ulong Cpu = VirtInterrupts.CpuInterface.Start;

    [QemuFact]
    public void Registers_after_reset_read_as_QEMUs()
    {
        using QemuComparison both = new();
        for (ulong offset = 0; offset < 0x1000; offset += 4)
        {
            both.Read(Distributor + offset);
        }

        foreach (ulong offset in (ReadOnlySpan<ulong>)[0, 4, 8, 0xc, 0x14, 0x18, 0x1c, 0xd0, 0xe0, 0xfc])
        {
            both.Read(Cpu + offset);
        }
    }

    [QemuFact]
    public void Messages_to_the_v2m_frame_make_pending_what_they_do_on_QEMU()
    {
        using QemuComparison both = new();
        ulong frame = VirtInterrupts.Messages.Start;
        for (ulong offset = 0; offset < 0x1000; offset += 4)
        {
            both.Read(frame + offset);
            both.Read(frame + offset, 2);
        }

        // Half of the interrupts are edge-triggered, as Linux makes them; a pulse leaves no trace on the others.
        both.Write(Distributor, 1);
        both.Write(Distributor + 0xc00 + (80 / 4), 0xaaaa_aaaa);
        both.Write(Distributor + 0xc00 + (128 / 4), 0xaaaa_aaaa);
        foreach ((ulong id, int size) in (ReadOnlySpan<(ulong, int)>)
            [(79, 4), (80, 4), (81, 2), (82, 1), (95, 4), (100, 4), (143, 4), (144, 4), (0x450, 4), (0x1_0000_0053, 8), (0, 4), (1023, 4)])
        {
            both.About = $"message {id} of {size} bytes";
            both.Write(frame + 0x40, id, size);
            for (ulong word = 0; word < 0x24; word += 4)
            {
                both.Read(Distributor + 0x200 + word);
            }
        }

        both.About = "upper half";
        both.Write(frame + 0x42, 84, 2);
        both.Read(Distributor + 0x208);
    }

    [QemuTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_traffic_of_group_0_reads_as_QEMUs(int seed)
    {
        using QemuComparison both = new() { About = $"seed {seed}" };
        Random random = new(seed);
        both.Write(Distributor, 1);
        both.Write(Cpu, 1);
        both.Write(Cpu + 4, 0xff);
        for (int i = 0; i < 700; i++)
        {
            ulong id = (ulong)random.Next(0, 64);
            ulong word = id / 32 * 4;
            ulong bit = 1UL << (int)(id % 32);
            switch (random.Next(16))
            {
                case 0:
                    both.Write(Distributor + 0x100 + word, bit);
                    break;
                case 1 when random.Next(3) == 0:
                    both.Write(Distributor + 0x180 + word, bit);
                    break;
                case 2 or 3:
                    both.Write(Distributor + 0x200 + word, bit);
                    break;
                case 4:
                    both.Write(Distributor + 0x280 + word, bit);
                    break;
                case 5:
                    both.Write(Distributor + 0x400 + id, (ulong)random.Next(256), 1);
                    break;
                case 6:
                    both.Write(Distributor + 0xf00, (ulong)random.Next(3) << 24 | 1 << 16 | (uint)random.Next(16));
                    break;
                case 7 or 8 or 9:
                    both.Read(Cpu + 0xc);
                    break;
                case 10 or 11:
                    // The active interrupt of highest priority has to end first: anything else is UNPREDICTABLE.
                    EndMostUrgent(both);
                    break;
                // With another binary point than at acknowledge QEMU compares priorities that are not of one kind.
                case 12 when both.Read(Cpu + 0x14) == 0xff:
                    both.Write(Cpu + 8, (ulong)random.Next(8));
                    break;
                case 13 when random.Next(4) == 0:
                    both.Write(Cpu + 4, (ulong)random.Next(0x40, 0x100));
                    break;
                // An SPI that software made active QEMU holds active for all possible cores, and ends for one.
                case 14 when word == 0:
                    both.Write(Distributor + (random.Next(2) == 0 ? 0x300UL : 0x380UL), random.Next(4) == 0 ? bit : 0);
                    break;
                default:
                    both.Write(Distributor + 0xc00 + (id / 16 * 4), (ulong)random.Next() & 0xaaaa_aaaa);
                    break;
            }

            both.Read(Cpu + 0x18);
            both.Read(Cpu + 0x14);
            both.Read(Distributor + 0x100 + word);
            both.Read(Distributor + 0x200 + word);
            both.Read(Distributor + 0x300 + word);
            both.Read(Distributor + 0x400 + (id & ~3UL));
            both.Read(Distributor + 0xc00 + (id / 16 * 4));
            both.Read(Cpu + 0xd0);
        }
    }

    [QemuFact]
    public void Split_priority_drop_and_deactivation_read_as_QEMUs()
    {
        using QemuComparison both = new();
        both.Write(Distributor, 1);
        both.Write(Cpu, 1 | (1 << 9));
        both.Write(Cpu + 4, 0xf0);
        both.Write(Distributor + 0x104, 0xff);
        both.Write(Distributor + 0x204, 0x3);
        for (int i = 0; i < 3; i++)
        {
            ulong id = both.Read(Cpu + 0xc);
            both.Read(Distributor + 0x304);
            both.Write(Cpu + 0x10, id);
            both.Read(Distributor + 0x304);
            both.Read(Cpu + 0x14);
            both.Read(Cpu + 0x18);
            both.Write(Cpu + 0x1000, id);
            both.Read(Distributor + 0x304);
        }
    }

    private static void EndMostUrgent(QemuComparison both)
    {
        ulong running = both.Read(Cpu + 0x14);
        ulong best = 1023;
        for (ulong word = 0; word < 2; word++)
        {
            ulong active = both.Read(Distributor + 0x300 + (word * 4));
            for (int bit = 0; bit < 32; bit++)
            {
                ulong id = (word * 32) + (ulong)bit;
                if ((active >> bit & 1) != 0 && both.Read(Distributor + 0x400 + id, 1) >= running && best == 1023)
                {
                    best = id;
                }
            }
        }

        both.Write(Cpu + 0x10, best);
    }
}
