using System;
using System.Collections.Generic;
using System.IO;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices.GicV3;

/// <summary>Witness: distributor and redistributors of the GICv3 of qemu-system-aarch64 7.2, driven by the same accesses.</summary>
public sealed class RegisterOracleTests
{
    private const ulong SecondFrame = 0x1_0000;
    private static readonly ulong Distributor = VirtInterrupts.Distributor.Start;

    [QemuFact]
    public void Registers_after_reset_read_as_QEMUs()
    {
        using QemuComparison both = TwoCores();
        ReadAll(both, cores: 2);
    }

    /// <summary>Before a kernel that finds all interrupts in group 1; accesses are Non-secure.</summary>
    [QemuFact]
    public void Registers_after_reset_read_as_QEMUs_in_Non_secure_state()
    {
        using NonSecure machine = new();
        ReadAll(machine.Both, cores: 1);
    }

    [QemuTheory]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_Non_secure_traffic_reads_as_QEMUs(int seed)
    {
        using NonSecure machine = new();
        machine.Both.About = $"seed {seed}";
        Traffic(machine.Both, new Random(seed), cores: 1);
    }

    [QemuFact]
    public void All_ones_and_all_zeros_leave_what_they_leave_on_QEMU()
    {
        using QemuComparison both = TwoCores();
        ulong ppis = Redistributor(1) + SecondFrame;
        foreach (ulong value in (ReadOnlySpan<ulong>)[0xffff_ffff, 0, 0x5555_aaaa])
        {
            foreach (ulong register in (ReadOnlySpan<ulong>)
                [Distributor, Redistributor(1) + 0x14, Redistributor(1) + 0x70, Redistributor(1) + 0x74, Redistributor(1) + 0x78,
                 ppis + 0x80, ppis + 0x100, ppis + 0x180, ppis + 0x200, ppis + 0x280, ppis + 0x300, ppis + 0x380, ppis + 0x400, ppis + 0xc00,
                 ppis + 0xc04, ppis + 0xd00, ppis + 0xe00, Distributor + 0x80, Distributor + 0x84, Distributor + 0x104, Distributor + 0x120,
                 Distributor + 0x400, Distributor + 0x420, Distributor + 0x51c, Distributor + 0xc00, Distributor + 0xc08, Distributor + 0xd04,
                 Distributor + 0xe08, Distributor + 0x820, Distributor + 0xf00, Distributor + 0xf10, Distributor + 0x6000, Distributor + 0x6100,
                 Distributor + 0x6104, Distributor + 0x68f8])
            {
                both.About = $"0x{register:x}, 0x{value:x} written";
                both.Write(register, value);
                both.Read(register);
            }
        }
    }

    [QemuTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_traffic_reads_as_QEMUs(int seed)
    {
        using QemuComparison both = TwoCores();
        both.About = $"seed {seed}";
        Traffic(both, new Random(seed), cores: 2);
    }

    private static void ReadAll(QemuComparison both, int cores)
    {
        List<(ulong Start, ulong Size)> ranges =
        [
            (Distributor, 0x1000), (Distributor + 0x6000, 0x2000), (Distributor + 0xff00, 0x100),
            (VirtInterrupts.Translation.Start, 0x200), (VirtInterrupts.Translation.Start + 0xff00, 0x200),
        ];
        for (int core = 0; core < cores; core++)
        {
            ranges.AddRange([(Redistributor(core), 0x100), (Redistributor(core) + 0xff00, 0x1100)]);
        }

        foreach ((ulong start, ulong size) in ranges)
        {
            for (ulong offset = 0; offset < size; offset += 4)
            {
                both.Read(start + offset);
            }
        }
    }

    private static void Traffic(QemuComparison both, Random random, int cores)
    {
        both.Write(Distributor, 3);
        both.Read(Distributor);
        for (int i = 0; i < 600; i++)
        {
            ulong id = (ulong)random.Next(0, 96);
            ulong frame = id < 32 ? Redistributor(random.Next(cores)) + SecondFrame : Distributor;
            ulong word = id / 32 * 4;
            ulong register = (ulong)random.Next(1, 8) * 0x80;
            switch (random.Next(6))
            {
                case 0:
                    both.Write(frame + 0x400 + id, (ulong)random.Next(256), 1);
                    break;
                case 1:
                    both.Write(frame + 0xc00 + (id / 16 * 4), (uint)random.Next());
                    break;
                case 2 when id >= 32:
                    both.Write(Distributor + 0x6000 + (id * 8), (uint)random.Next(2));
                    break;
                default:
                    both.Write(frame + register + word, (uint)random.NextInt64());
                    break;
            }

            both.Read(frame + 0xd00 + word);
            for (ulong each = 0x80; each < 0x400; each += 0x80)
            {
                both.Read(frame + each + word);
            }

            both.Read(frame + 0x400 + (id & ~3UL));
            both.Read(frame + 0x400 + id, 1);
            both.Read(frame + 0xc00 + (id / 16 * 4));
        }
    }

    private static QemuComparison TwoCores() => new(new MachineConfiguration { GicVersion = 3, Cpus = 2, El2 = false });

    private static ulong Redistributor(int core) => VirtInterrupts.Redistributors.Start + ((ulong)core * 0x2_0000);

    /// <summary>A machine with two Security states, seen from the Non-secure one.</summary>
    private sealed class NonSecure : IDisposable
    {
        private readonly FileInfo _kernel = new(Path.GetTempFileName());

        public NonSecure()
        {
            File.WriteAllBytes(_kernel.FullName, [0, 0, 0, 0x14, 0, 0, 0, 0]);
            Both = new QemuComparison(_kernel, gic: 3);
        }

        public QemuComparison Both { get; }

        public void Dispose()
        {
            Both.Dispose();
            _kernel.Delete();
        }
    }
}
