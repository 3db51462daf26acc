using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices.GicV3;

/// <summary>
/// Witness: the ITS of qemu-system-aarch64 7.2, which gets the same commands and messages. Its own tables have another form;
/// what is compared is what software can know: registers, and the pending tables of both cores in memory.
/// </summary>
public sealed class ItsOracleTests
{
    private const ulong Queue = 0x4100_0000;
    private const ulong DeviceTable = 0x4110_0000;
    private const ulong CollectionTable = 0x4120_0000;
    private const ulong SecondLevel = 0x4130_0000;
    private const ulong TranslationTables = 0x4140_0000;
    private const ulong Properties = 0x4150_0000;
    private const ulong Pending = 0x4160_0000;
    private const int FirstLpi = 8192;
    private const ulong Indirect = 1UL << 62;
    private const ulong Valid = 1UL << 63;

    private static readonly ulong Its = VirtInterrupts.Translation.Start;

    private enum Command : byte
    {
        Movi = 1,
        Int = 3,
        Clear = 4,
        Sync = 5,
        Mapd = 8,
        Mapc = 9,
        Mapti = 10,
        Mapi = 11,
        Inv = 12,
        Invall = 13,
        Movall = 14,
        Discard = 15,
    }

    [QemuTheory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void Random_commands_make_pending_what_they_do_on_QEMU(int seed, bool indirect)
    {
        using QemuComparison both = new(new MachineConfiguration { GicVersion = 3, Cpus = 2, El2 = false });
        Random random = new(seed);
        SetUp(both, indirect);
        for (int n = 0; n < 300; n++)
        {
            (ulong w0, ulong w1, ulong w2, ulong w3) = Draw(random, n);
            both.About = $"seed {seed}, command {n}: {w0:x} {w1:x} {w2:x} {w3:x}";
            Send(both, n, w0, w1, w2, w3);
            if (random.Next(3) == 0)
            {
                both.Write(Its + 0x1_0040, (ulong)random.Next(40));
            }

            both.Read(Its + 0x88);
            both.Read(Its + 0x90);
            for (ulong core = 0; core < 2; core++)
            {
                for (ulong offset = 0; offset < 16; offset += 4)
                {
                    both.Read(Pending + (core * 0x1_0000) + (FirstLpi / 8) + offset);
                }
            }
        }
    }

    private static void SetUp(QemuComparison both, bool indirect)
    {
        for (ulong core = 0; core < 2; core++)
        {
            ulong redistributor = VirtInterrupts.Redistributors.Start + (core * 0x2_0000);
            both.Write(redistributor + 0x70, Properties | 15, 8);
            both.Write(redistributor + 0x78, Pending + (core * 0x1_0000), 8);
            both.Write(redistributor, 1);
        }

        for (ulong offset = 0; offset < 256; offset += 8)
        {
            both.Write(Properties + offset, 0xa1a1_a0a1_e1c1_8180, 8);
        }

        both.Write(VirtInterrupts.Distributor.Start, 2);
        if (indirect)
        {
            both.Write(DeviceTable, SecondLevel | Valid, 8);
        }

        both.Write(Its + 0x100, DeviceTable | Valid | (indirect ? Indirect : 0) | (2 << 8), 8);
        both.Write(Its + 0x108, CollectionTable | Valid | (2 << 8), 8);
        both.Write(Its + 0x80, Queue | Valid | 15, 8);
        both.Write(Its, 1);
        both.Read(Its);
        both.Read(Its + 0x100, 8);
        both.Read(Its + 0x108, 8);
        both.Read(Its + 0x80, 8);
    }

    /// <summary>Mostly what makes sense, sometimes not.</summary>
    private static (ulong Word0, ulong Word1, ulong Word2, ulong Word3) Draw(Random random, int n)
    {
        Command command = n < 8
            ? (Command)((int)Command.Mapd + (n % 2))
            : (Command)(byte)new[] { 1, 3, 3, 3, 4, 5, 8, 9, 10, 10, 10, 10, 11, 12, 13, 14, 15, 0x55 }[random.Next(18)];
        bool odd = random.Next(12) == 0;
        ulong device = odd ? 0x2_0000 : (ulong)random.Next(3);
        ulong eventId = (ulong)random.Next(odd ? 60 : 32);
        ulong collection = odd ? 9000 : (ulong)random.Next(3);
        ulong processor = (ulong)(odd ? 7 : random.Next(2)) << 16;
        ulong valid = random.Next(12) == 0 ? 0 : Valid;
        ulong word0 = (byte)command | (device << 32);
        return command switch
        {
            Command.Mapd => (word0, odd ? 20u : 4, valid | (TranslationTables + (device * 0x1000)), 0),
            Command.Mapc => (word0, 0, valid | processor | collection, 0),
            Command.Mapti => (word0, eventId | ((ulong)(odd ? 77 : FirstLpi + random.Next(100)) << 32), collection, 0),
            Command.Movall => (word0, 0, processor, (ulong)random.Next(2) << 16),
            _ => (word0, eventId, collection, 0),
        };
    }

    private static void Send(QemuComparison both, int n, params ReadOnlySpan<ulong> words)
    {
        ulong at = (ulong)n * 32;
        for (int i = 0; i < words.Length; i++)
        {
            both.Write(Queue + at + ((ulong)i * 8), words[i], 8);
        }

        both.Write(Its + 0x88, at + 32, 8);
    }
}
