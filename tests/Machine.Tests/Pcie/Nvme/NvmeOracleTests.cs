using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Virtio;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie.Nvme;

/// <summary>
/// The same driver on our controller and on qemu-system-aarch64 7.2's nvme. Witness: QEMU. What differs is listed here, each with its reason.
/// </summary>
public sealed class NvmeOracleTests : IDisposable
{
    private const int DiskBytes = 1 << 20;
    private const ulong Data = NvmeDriver.Data;

    private readonly OurNvme _ours = new(new MemoryStorage(DiskBytes));
    private readonly QemuNvme _theirs = new(new byte[DiskBytes]);
    private readonly NvmeDriver[] _both;

    public NvmeOracleTests()
    {
        _both = [new NvmeDriver(_ours), new NvmeDriver(_theirs)];
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [QemuFact]
    public void Configuration_space_is_QEMUs()
    {
        for (ulong at = NvmeDriver.Config; at < NvmeDriver.Config + 0x1000; at += 4)
        {
            SameWord(at);
        }

        // QEMU keeps what is written to bytes that nothing is in.
        foreach (ulong at in Enumerable.Range(0, 0xbc / 4).Select(static i => NvmeDriver.Config + ((ulong)i * 4)).Where(IsRegister))
        {
            foreach (uint value in (ReadOnlySpan<uint>)[0xffff_ffff, 0x5a5a_5a5a, 0])
            {
                Each(d => d.Machine.Write(at, value, 4));
                SameWord(at);
            }
        }

        static bool IsRegister(ulong at) => (at & 0xfff) is < 0x4c or (>= 0x60 and < 0x68) or >= 0x80;

        void SameWord(ulong at)
        {
            // QEMU takes power states that the function says it does not have.
            const ulong PowerState = 3;
            ulong mask = at == NvmeDriver.Config + 0x64 ? ~PowerState : ulong.MaxValue;
            (ulong ours, ulong theirs) = (_ours.Read(at, 4) & mask, _theirs.Read(at, 4) & mask);
            Assert.True(ours == theirs, $"0x{at & 0xfff:x}: ours {ours:x}, QEMU's {theirs:x}");
        }
    }

    [QemuFact]
    public void Properties_read_as_QEMUs_before_and_after_it_is_enabled()
    {
        Each(static d => d.Open());
        SameProperties();
        Assert.Equal(1u, Same(static d => d.Enable()));
        SameProperties();
        Each(static d => d.Register(0x0c, 0x11));
        Each(static d => d.Register(0x10, 0x10));
        SameProperties();
        Each(static d => d.Register(0x14, 0x46_4001));
        SameProperties();
        Each(static d => d.Register(0x14, 0x46_0000));
        SameProperties();
    }

    /// <summary>CC.MPS, CC.CSS, and entries of AQA that there cannot be.</summary>
    [QemuTheory]
    [InlineData(0x46_0201, 32)]
    [InlineData(0x46_0281, 32)]
    [InlineData(0x46_0011, 32)]
    [InlineData(0x46_0061, 32)]
    [InlineData(0x46_0071, 32)]
    [InlineData(0x46_0001, 1)]
    public void A_configuration_is_taken_or_refused_as_by_QEMU(uint configuration, uint entries)
    {
        Each(static d => d.Open());
        Same(d => d.Enable(configuration, entries));
    }

    [QemuFact]
    public void Identify_answers_and_says_what_QEMUs_does()
    {
        Start();
        for (uint structure = 0; structure < 0x20; structure++)
        {
            foreach (uint of in (ReadOnlySpan<uint>)[0, 1, 2, 256, 257, 0xffff_fffe, 0xffff_ffff])
            {
                // Namespace management across controllers and SR-IOV are not built.
                if (structure is 0x14 or 0x15)
                {
                    continue;
                }

                SameAnswer($"Identify {structure:x} of {of:x}", 0, new NvmeOrder(6) { Namespace = of, Pointer1 = Data, Dword10 = structure });
            }
        }

        foreach ((uint structure, uint of, int[] except) in (ReadOnlySpan<(uint, uint, int[])>)
            [
                (0, 1, DifferentOfNamespace), (0, 2, []), (1, 0, DifferentOfController), (2, 0, []), (2, 1, []), (3, 1, []), (5, 1, []), (7, 0, []),
                (0x10, 0, []), (0x11, 1, DifferentOfNamespace), (0x1a, 0, []), (0x1b, 1, []),
            ])
        {
            SamePage($"Identify {structure:x} of {of:x}", new NvmeOrder(6) { Namespace = of, Pointer1 = Data, Dword10 = structure }, 4096, except);
        }
    }

    [QemuFact]
    public void Features_read_and_are_set_as_QEMUs()
    {
        Start();
        for (uint id = 0; id < 0x20; id++)
        {
            // Host Behavior Support, which is for what is not built.
            if (id == 0x16)
            {
                continue;
            }

            for (uint select = 0; select < 4; select++)
            {
                foreach (uint of in (ReadOnlySpan<uint>)[0, 1, 2])
                {
                    SameAnswer($"Get {id:x}, {select}, {of}", 0, new NvmeOrder(0xa) { Namespace = of, Pointer1 = Data, Dword10 = id | (select << 8) });
                }
            }

            foreach (uint value in (ReadOnlySpan<uint>)[0, 1, 0x10_0150, 0x0007_0007, 0xffff_ffff])
            {
                foreach (uint of in (ReadOnlySpan<uint>)[0, 1, 2, 0xffff_ffff])
                {
                    foreach (uint save in (ReadOnlySpan<uint>)[0, 0x8000_0000])
                    {
                        // Errors of blocks that are deallocated are not built.
                        if (id == 5 && (value >> 16 & 1) != 0)
                        {
                            continue;
                        }

                        string about = $"Set {id:x} to {value:x} of {of:x}, save {save:x}";
                        SameAnswer(about, 0, new NvmeOrder(9) { Namespace = of, Pointer1 = Data, Dword10 = id | save, Dword11 = value });
                        SameAnswer(about + ": get", 0, new NvmeOrder(0xa) { Namespace = 1, Pointer1 = Data, Dword10 = id });
                    }
                }
            }
        }
    }

    [QemuFact]
    public void Log_pages_answer_and_say_what_QEMUs_do()
    {
        Start();
        for (uint page = 0; page < 8; page++)
        {
            foreach (uint of in (ReadOnlySpan<uint>)[0, 1, 2, 0xffff_ffff])
            {
                foreach (uint offset in (ReadOnlySpan<uint>)[0, 4, 64, 512, 4096, 8192])
                {
                    SameAnswer($"log {page}, {of:x}, {offset}", 0, new NvmeOrder(2) { Namespace = of, Pointer1 = Data, Dword10 = page | (15 << 16), Dword12 = offset });
                }
            }
        }

        SamePage("health", new NvmeOrder(2) { Namespace = 1, Pointer1 = Data, Dword10 = 2 | (127 << 16) }, 512, []);
        SamePage("errors", new NvmeOrder(2) { Namespace = 1, Pointer1 = Data, Dword10 = 1 | (15 << 16) }, 64, []);
    }

    [QemuFact]
    public void Wrong_commands_for_queues_get_QEMUs_answers()
    {
        Start();
        const ulong At = NvmeDriver.Queues + 0x8_0000;
        foreach (uint id in (ReadOnlySpan<uint>)[0, 1, 64, 65, 0xffff])
        {
            foreach (uint entries in (ReadOnlySpan<uint>)[0, 1, 2047, 2048, 0xffff])
            {
                foreach (uint flags in (ReadOnlySpan<uint>)[0, 1, 3, 0x1_0003, 0xffff_0003])
                {
                    foreach (ulong pointer in (ReadOnlySpan<ulong>)[At, At + 8])
                    {
                        foreach (byte opcode in (ReadOnlySpan<byte>)[5, 1, 0, 4])
                        {
                            string about = $"opcode {opcode}, id {id}, entries {entries}, dword 11 {flags:x}, at {pointer:x}";
                            SameAnswer(about, 0, new NvmeOrder(opcode) { Pointer1 = pointer, Dword10 = id | (entries << 16), Dword11 = flags });
                        }
                    }
                }
            }
        }
    }

    [QemuFact]
    public void Other_commands_of_administration_get_QEMUs_answers()
    {
        Start();
        for (uint opcode = 0; opcode < 256; opcode++)
        {
            // Namespace Attachment and Virtualization Management are not built; requests for events do not answer.
            if (opcode is 0xc or 0x15 or 0x1c or 0x7c)
            {
                continue;
            }

            SameAnswer($"opcode {opcode:x}", 0, new NvmeOrder((byte)opcode) { Pointer1 = Data, Dword10 = 0xff });
            SameAnswer($"fused {opcode:x}", 0, new NvmeOrder((byte)opcode) { Pointer1 = Data, Dword10 = 0xff, Flags = 1 }, retry: false);
            SameAnswer($"SGL {opcode:x}", 0, new NvmeOrder((byte)opcode) { Pointer1 = Data, Dword10 = 0xff, Flags = 0x40 });
        }

        foreach (uint of in (ReadOnlySpan<uint>)[0, 1, 2, 257, 0xffff_ffff])
        {
            // QEMU also takes Cryptographic Erase, which FNA says that it does not.
            foreach (uint value in (ReadOnlySpan<uint>)[0, 9, 0x20, 0x200])
            {
                SameAnswer($"format {value:x} of {of:x}", 0, new NvmeOrder(0x80) { Namespace = of, Dword10 = value });
            }
        }

        SameAnswer("abort nothing", 0, new NvmeOrder(8) { Dword10 = 0x1234_0000 });
        SameAnswer("abort of no queue", 0, new NvmeOrder(8) { Dword10 = 0x1234_0007 });
        SameAnswer("doorbells", 0, new NvmeOrder(0x7c) { Pointer1 = Data + 4, Pointer2 = Data + 4096 });
    }

    [QemuFact]
    public void Requests_for_events_are_answered_as_by_QEMU()
    {
        Start();
        Each(static d => d.MakeQueues(1));
        for (int i = 0; i < 4; i++)
        {
            Each(static d => d.Put(0, new NvmeOrder(0xc)));
        }

        SameAnswer("a request too many", 0, new NvmeOrder(0xc));
        Each(static d => d.RingRaw(1, completion: false, 16));
        Same(static d => d.Answer(0));
        Each(static d => d.RingRaw(1, completion: true, 16));

        Each(static d => d.Put(0, new NvmeOrder(2) { Namespace = 0xffff_ffff, Pointer1 = Data, Dword10 = 1 | (15 << 16) }));
        Each(static d => d.Ring(0));
        AnswersInAnyOrder();
        SameAnswer("events of health are wanted", 0, new NvmeOrder(9) { Dword10 = 0xb, Dword11 = 2 });
        Each(static d => d.Put(0, new NvmeOrder(9) { Dword10 = 4, Dword11 = 0x100 }));
        Each(static d => d.Ring(0));
        AnswersInAnyOrder();
    }

    [QemuFact]
    public void Blocks_are_moved_and_refused_as_by_QEMU()
    {
        Start();
        Each(static d => d.MakeQueues(1));
        byte[] pattern = new byte[4096];
        new Random(1).NextBytes(pattern);
        Each(d => d.Fill(Data, pattern));
        foreach (byte opcode in (ReadOnlySpan<byte>)[1, 2, 5, 8, 9, 0, 0x7f, 3])
        {
            foreach (uint of in opcode is 0x7f or 3 ? (ReadOnlySpan<uint>)[1] : [0, 1, 2, 257, 0xffff_ffff])
            {
                foreach ((uint first, uint count) in (ReadOnlySpan<(uint, uint)>)[(0, 0), (1, 7), ((DiskBytes / 512) - 1, 0), ((DiskBytes / 512) - 1, 1), (DiskBytes / 512, 0), (0, 2047), (0, 0xffff)])
                {
                    NvmeOrder order = new(opcode) { Namespace = of, Pointer1 = Data, Pointer2 = Data + 0x1000, Dword10 = first, Dword12 = count };
                    SameAnswer($"opcode {opcode}, namespace {of:x}, {count} from {first}", 1, order);
                }
            }
        }

        Each(d => d.Fill(Data, new byte[4096]));
        SamePage("a read", new NvmeOrder(2) { Namespace = 1, Pointer1 = Data, Dword10 = 0, Dword12 = 7 }, 4096, [], queue: 1);
    }

    [QemuFact]
    public void Pointers_to_data_are_followed_and_refused_as_by_QEMU()
    {
        Start();
        Each(static d => d.MakeQueues(1));
        const ulong Nowhere = 0x7_0000_0000;
        Each(static d => d.Fill(Data + 0x8000, Pages(Data + 0x1_0000, 512)));
        Each(static d => d.Fill(Data + 0x9000, Pages(Data + 0x1_0004, 512)));
        foreach ((ulong first, ulong second, uint blocks) in (ReadOnlySpan<(ulong, ulong, uint)>)
            [
                (Data, Data + 0x1000, 16), (Data, Data + 0x1008, 16), (Data + 0x800, Data + 0x1000, 8), (Data + 4, Data + 0x1000, 8), (Data + 2, 0, 1),
                (Data, Data + 0x8000, 24), (Data, Data + 0x8008, 24), (Data, Data + 0x8ff8, 24), (Data, Data + 0x9000, 24), (Data, Nowhere, 24),
                (Data, Data + 0x8000, 1024), (Data, Data + 0x8000, 1025),
            ])
        {
            foreach (byte opcode in (ReadOnlySpan<byte>)[1, 2])
            {
                SameAnswer($"opcode {opcode}: {blocks} blocks at {first:x} and {second:x}", 1,
                    new NvmeOrder(opcode) { Namespace = 1, Pointer1 = first, Pointer2 = second, Dword12 = blocks - 1 }, retry: false);
            }
        }
    }

    [QemuFact]
    public void Scatter_gather_lists_are_followed_and_refused_as_by_QEMU()
    {
        Start();
        Each(static d => d.MakeQueues(1));
        foreach ((string name, ulong type, uint length, (ulong, uint, byte)[] list) in Lists())
        {
            Each(d => d.Fill(Data + 0x8000, [.. list.SelectMany(static e => Descriptor(e.Item1, e.Item2, e.Item3))]));
            foreach (byte flags in (ReadOnlySpan<byte>)[0x40, 0x80])
            {
                ulong at = type == 0 ? Data : Data + 0x8000;
                SameAnswer(name, 1, new NvmeOrder(2) { Flags = flags, Namespace = 1, Pointer1 = at, Pointer2 = length | (type << 60), Dword12 = 7 });
            }
        }
    }

    private static IEnumerable<(string, ulong, uint, (ulong, uint, byte)[])> Lists() =>
    [
        ("one block", 0, 4096, []),
        ("a short block", 0, 4095, []),
        ("two blocks", 3, 32, [(Data, 1000, 0), (Data + 0x2001, 3096, 0)]),
        ("two short blocks", 3, 32, [(Data, 1000, 0), (Data + 0x2001, 3095, 0)]),
        ("blocks beyond the end", 3, 48, [(Data, 1000, 0), (Data + 0x2001, 3096, 0), (Data, 4, 0)]),
        ("a length of no descriptors", 3, 20, [(Data, 4096, 0)]),
        ("two segments", 2, 32, [(Data, 1000, 0), (Data + 0x8020, 16, 0x30), (Data, 3096, 0)]),
        ("a segment inside the last", 3, 32, [(Data, 1000, 0), (Data + 0x8020, 16, 0x30), (Data, 3096, 0)]),
    ];

    private static byte[] Descriptor(ulong address, uint length, byte type) =>
        [.. BitConverter.GetBytes(address), .. BitConverter.GetBytes(length), 0, 0, 0, type];

    private static byte[] Pages(ulong first, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(i => BitConverter.GetBytes(first + ((ulong)i * 4096)))];

    /// <summary>
    /// NSFEAT without errors of deallocated blocks, NLBAF, MC and DPC without metadata, and the formats themselves.
    /// </summary>
    private static int[] DifferentOfNamespace => [24, 25, 27, 28, .. Enumerable.Range(128, 64)];

    /// <summary>FR, which is QEMU's package; CTRATT, OACS, ONCS, OCFS without what is not built.</summary>
    private static int[] DifferentOfController => [.. Enumerable.Range(64, 8), .. Enumerable.Range(96, 4), 256, 257, 520, 521, 534];

    private void Start()
    {
        Each(static d => d.Open());
        Assert.Equal(1u, Same(static d => d.Enable()));
    }

    private void Each(Action<NvmeDriver> action) => Array.ForEach(_both, action);

    private T Same<T>(Func<NvmeDriver, T> ask)
    {
        T ours = ask(_both[0]);
        Assert.Equal(ask(_both[1]), ours);
        return ours;
    }

    /// <summary>A command's answer and that of the event that it lets through may come in either order.</summary>
    private void AnswersInAnyOrder()
    {
        NvmeAnswer[][] answers = [.. _both.Select(static d => new[] { d.Answer(0)!.Value, d.Answer(0)!.Value })];
        Assert.Equal(answers[1].Select(Essence).Order(), answers[0].Select(Essence).Order());

        static (uint, ushort, ushort) Essence(NvmeAnswer answer) => (answer.Result, answer.Command, answer.Status);
    }

    private void SameProperties()
    {
        for (uint offset = 0; offset < 0x40; offset += 4)
        {
            (uint ours, uint theirs) = (_both[0].Register(offset), _both[1].Register(offset));
            Assert.True(ours == theirs, $"0x{offset:x}: ours {ours:x}, QEMU's {theirs:x}");
        }
    }

    /// <param name="retry">Do Not Retry is compared, too.</param>
    private void SameAnswer(string about, int queue, NvmeOrder order, bool retry = true)
    {
        const int DoNotRetry = 0x4000;
        const int CompletionQueueInvalid = 0x100;
        NvmeAnswer? ours = _both[0].Do(queue, order);
        NvmeAnswer? theirs = _both[1].Do(queue, order);
        if (order.Opcode == 4 && theirs is NvmeAnswer { Code: CompletionQueueInvalid } answer)
        {
            // QEMU says so of one that it is to delete and that is not there; section 5.5 says Invalid Queue Identifier.
            theirs = answer with { Status = (ushort)(answer.Status + 1) };
        }

        if (!retry)
        {
            ours = ours is NvmeAnswer own ? own with { Status = (ushort)(own.Status & ~DoNotRetry) } : null;
            theirs = theirs is NvmeAnswer other ? other with { Status = (ushort)(other.Status & ~DoNotRetry) } : null;
        }

        Assert.True(ours == theirs, $"{about}:\n ours {ours} {ours?.Status:x}\n QEMU's {theirs} {theirs?.Status:x}");
    }

    private void SamePage(string about, NvmeOrder order, int length, int[] except, int queue = 0)
    {
        SameAnswer(about, queue, order);
        byte[] ours = _both[0].Bytes(Data, length);
        byte[] theirs = _both[1].Bytes(Data, length);
        int[] different = [.. Enumerable.Range(0, length).Where(i => ours[i] != theirs[i] && !except.Contains(i))];
        Assert.True(different.Length == 0, $"{about}: {string.Join(", ", different.Select(i => $"{i}: {ours[i]:x} {theirs[i]:x}"))}");
    }
}
