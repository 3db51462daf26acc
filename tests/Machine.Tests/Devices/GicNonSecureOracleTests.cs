using System;
using System.IO;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>
/// The Non-secure view of a GICv2 with the Security Extensions. Witness: qemu-system-aarch64 7.2 with secure=on, whose
/// qtest accesses are Non-secure, before a kernel that finds all interrupts in group 1.
/// </summary>
public sealed class GicNonSecureOracleTests : IDisposable
{
    private static readonly ulong Distributor = VirtInterrupts.Distributor.Start;
    private static readonly ulong Cpu = VirtInterrupts.CpuInterface.Start;

    private readonly FileInfo _kernel = new(Path.GetTempFileName());

    public GicNonSecureOracleTests() => File.WriteAllBytes(_kernel.FullName, [0, 0, 0, 0x14, 0, 0, 0, 0]);

    public void Dispose() => _kernel.Delete();

    [QemuFact]
    public void Registers_after_reset_read_as_QEMUs()
    {
        using QemuComparison both = new(_kernel);
        for (ulong offset = 0; offset < 0x1000; offset += 4)
        {
            both.Read(Distributor + offset);
        }

        foreach (ulong offset in (ReadOnlySpan<ulong>)[0, 4, 8, 0xc, 0x14, 0x18, 0x1c, 0xd0, 0xd4, 0xd8, 0xdc, 0xe0, 0xec, 0xfc])
        {
            both.Read(Cpu + offset);
        }
    }

    [QemuTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_traffic_of_group_1_reads_as_QEMUs(int seed)
    {
        using QemuComparison both = new(_kernel) { About = $"seed {seed}" };
        Random random = new(seed);
        both.Write(Distributor, 1);
        both.Write(Cpu, 1);
        both.Write(Cpu + 4, 0xff);
        for (int i = 0; i < 500; i++)
        {
            ulong id = (ulong)random.Next(0, 64);
            ulong word = id / 32 * 4;
            ulong bit = 1UL << (int)(id % 32);
            switch (random.Next(14))
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
                case 7:
                    both.Write(Distributor + 0x080 + word, (ulong)random.Next());
                    break;
                case 8 or 9:
                    Take(both, random.Next(3) == 0);
                    break;
                case 10 when both.Read(Cpu + 0x14) == 0xff:
                    both.Write(Cpu + 8, (ulong)random.Next(8));
                    break;
                case 11:
                    both.Write(Cpu + 4, (ulong)random.Next(0x80, 0x100));
                    break;
                case 12:
                    both.Write(Cpu + 0x1c, (ulong)random.Next(8));
                    break;
                default:
                    both.Write(Distributor + 0xc00 + (id / 16 * 4), (ulong)random.Next() & 0xaaaa_aaaa);
                    break;
            }

            foreach (ulong offset in (ReadOnlySpan<ulong>)[0, 4, 8, 0x14, 0x18, 0x1c, 0xd0, 0xd4, 0xd8, 0xe8])
            {
                both.Read(Cpu + offset);
            }

            both.Read(Distributor);
            both.Read(Distributor + 0x080 + word);
            both.Read(Distributor + 0x100 + word);
            both.Read(Distributor + 0x200 + word);
            both.Read(Distributor + 0x300 + word);
            both.Read(Distributor + 0x400 + (id & ~3UL));
            both.Read(Distributor + 0xc00 + (id / 16 * 4));
        }
    }

    /// <summary>Acknowledges, looks, and ends what was acknowledged; in one step or with priority drop and deactivation split.</summary>
    private static void Take(QemuComparison both, bool split)
    {
        const ulong SplitMode = 1 << 9;
        both.Write(Cpu, split ? SplitMode | 1 : 1);
        ulong id = both.Read(Cpu + 0xc);
        both.Read(Cpu + 0x14);
        both.Read(Cpu + 0xd0);
        both.Read(Cpu + 0xd4);
        both.Write(Cpu + 0x10, id);
        both.Read(Cpu + 0x14);
        both.Read(Distributor + 0x300);
        both.Read(Distributor + 0x304);
        both.Write(Cpu + 0x1000, id);
        both.Read(Distributor + 0x300);
        both.Read(Distributor + 0x304);
        both.Write(Cpu, 1);
    }
}
