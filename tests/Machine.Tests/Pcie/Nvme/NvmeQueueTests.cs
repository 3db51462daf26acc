using System;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Tests.Virtio;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie.Nvme;

/// <summary>
/// Queues, interrupts, errors and resets of a controller. Witness: NVM Express Base Specification 1.4, the sections that are named; where a host fails, what
/// its driver has to see.
/// </summary>
public sealed class NvmeQueueTests : IDisposable
{
    private const int DiskBytes = 4 << 20;
    private const ulong Data = NvmeDriver.Data;
    private const ulong Lists = NvmeDriver.Data + 0x40_0000;
    private const ulong Nowhere = 0x7_0000_0000;
    private const ulong Doorbell = 0x0802_0040;
    private const int FirstMessage = 80;
    private const int PinOfSlot1 = 36;
    private const byte Write = 1;
    private const byte Read = 2;

    private readonly OurNvme _machine = new(new MemoryStorage(DiskBytes));
    private readonly NvmeDriver _driver;

    public NvmeQueueTests()
    {
        new Random(1).NextBytes(_machine.Disk.Content);
        _driver = new NvmeDriver(_machine);
        _driver.Open();
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_list_of_pages_that_goes_on_on_other_pages_is_followed()
    {
        Start();
        const int Blocks = 1024;
        ulong[] pages = [.. Enumerable.Range(0, (Blocks * 512 / 4096) - 1).Select(static i => Data + 0x1000 + ((ulong)i * 0x2000))];

        // 20 pointers up to the end of the first page of the list, and the last of them leads to the rest.
        Put(Lists + 0x1000 - (20 * 8), [.. pages[..19], Lists + 0x2000]);
        Put(Lists + 0x2000, pages[19..]);
        Assert.Equal(0, Do(new NvmeOrder(Read) { Namespace = 1, Pointer1 = Data, Pointer2 = Lists + 0x1000 - (20 * 8), Dword12 = Blocks - 1 }).Code);
        Assert.Equal(_machine.Disk.Content[..4096], _driver.Bytes(Data, 4096));
        for (int page = 0; page < pages.Length; page++)
        {
            Assert.Equal(_machine.Disk.Content.AsSpan((page + 1) * 4096, 4096).ToArray(), _driver.Bytes(pages[page], 4096));
        }
    }

    /// <summary>MDTS, CAP.MPS: the limit does not grow with the page size.</summary>
    [Theory]
    [InlineData(1024, 0)]
    [InlineData(1025, 2)]
    public void A_transfer_above_the_limit_is_refused(uint blocks, int code)
    {
        Start();
        Put(Lists, [.. Enumerable.Range(0, 512).Select(static i => Data + ((ulong)i * 4096))]);
        Assert.Equal(code, Do(new NvmeOrder(Write) { Namespace = 1, Pointer1 = Data, Pointer2 = Lists, Dword12 = blocks - 1 }).Code);
    }

    [Theory]
    [InlineData(Nowhere, 0ul, 1u)]
    [InlineData(Data, Nowhere, 16u)]
    [InlineData(Data, Nowhere, 24u)]
    [InlineData(0xffff_ffff_ffff_f000, 0ul, 1u)]
    [InlineData(Data, 0xffff_ffff_ffff_f000, 24u)]
    public void Data_out_of_memory_is_a_data_transfer_error(ulong first, ulong second, uint blocks)
    {
        Start();
        foreach (byte opcode in (ReadOnlySpan<byte>)[Read, Write, 5])
        {
            Assert.Equal(4, Do(new NvmeOrder(opcode) { Namespace = 1, Pointer1 = first, Pointer2 = second, Dword12 = blocks - 1 }).Code);
        }
    }

    /// <summary>Section 4.4: a segment that leads to itself is no way to hold the machine.</summary>
    [Theory]
    [InlineData(0u, 0xe)]
    [InlineData(1u, 0xf)]
    public void A_scatter_gather_list_that_leads_to_itself_ends(uint length, int code)
    {
        Start();
        Put(Lists, [Data, length, Lists, 32 | (2ul << 60)]);
        Assert.Equal(code, Do(new NvmeOrder(Read) { Flags = 0x40, Namespace = 1, Pointer1 = Lists, Pointer2 = 32 | (2ul << 60), Dword12 = 7 }).Code);
    }

    [Fact]
    public void A_list_of_pages_that_leads_to_itself_ends()
    {
        Start();
        Put(Lists, [.. Enumerable.Repeat(Lists, 512)]);
        Assert.Equal(0, Do(new NvmeOrder(Read) { Namespace = 1, Pointer1 = Data, Pointer2 = Lists + 0xff8, Dword12 = 1023 }).Code);
    }

    [Theory]
    [InlineData(Write, 0x280)]
    [InlineData(Read, 0x281)]
    [InlineData((byte)5, 0x281)]
    [InlineData((byte)8, 0x280)]
    [InlineData((byte)0, 0x280)]
    public void What_the_host_cannot_do_is_an_error_of_the_medium_and_in_the_log(byte opcode, int code)
    {
        Start();
        _machine.Disk.Fails = true;
        NvmeAnswer answer = Do(new NvmeOrder(opcode) { Namespace = 1, Pointer1 = Data, Dword10 = 5 });
        Assert.Equal(code, answer.Code);
        Assert.Equal(0x2000, answer.Status & 0x6000);
        Assert.Equal(0, _driver.Do(0, new NvmeOrder(2) { Namespace = 1, Pointer1 = Data, Dword10 = 1 | (15 << 16) })!.Value.Status);
        byte[] log = _driver.Bytes(Data, 64);
        Assert.Equal(1ul, BitConverter.ToUInt64(log));
        Assert.Equal(1, BitConverter.ToUInt16(log, 8));
        Assert.Equal(answer.Command, BitConverter.ToUInt16(log, 10));
        Assert.Equal(answer.Status, BitConverter.ToUInt16(log, 12) >> 1);
        Assert.Equal(5ul, BitConverter.ToUInt64(log, 16));
    }

    [Fact]
    public void A_medium_that_is_only_read_says_so_and_refuses_writes()
    {
        using OurNvme machine = new(new MemoryStorage(4096) { IsReadOnly = true });
        NvmeDriver driver = new(machine);
        driver.Open();
        driver.Enable();
        driver.MakeQueues(1);
        driver.Do(0, new NvmeOrder(6) { Namespace = 1, Pointer1 = Data });
        Assert.Equal(1, driver.Bytes(Data, 104)[99]);
        foreach (byte opcode in (ReadOnlySpan<byte>)[Write, 8])
        {
            Assert.Equal(0x20, driver.Do(1, new NvmeOrder(opcode) { Namespace = 1, Pointer1 = Data })!.Value.Code);
        }

        Assert.Equal(0x20, driver.Do(0, new NvmeOrder(0x80) { Namespace = 1 })!.Value.Code);
        Assert.Equal(new byte[4096], machine.Disk.Content);
    }

    [Fact]
    public void A_write_outlives_the_hosts_power_with_a_flush_or_forced_or_without_a_cache()
    {
        Start();
        Do(new NvmeOrder(Write) { Namespace = 1, Pointer1 = Data });
        Assert.Equal(0, _machine.Disk.Flushes);
        Do(new NvmeOrder(Write) { Namespace = 1, Pointer1 = Data, Dword12 = 1u << 30 });
        Assert.Equal(1, _machine.Disk.Flushes);
        Do(new NvmeOrder(0) { Namespace = 0xffff_ffff });
        Assert.Equal(2, _machine.Disk.Flushes);
        _driver.Do(0, new NvmeOrder(9) { Dword10 = 6, Dword11 = 0 });
        int before = _machine.Disk.Flushes;
        Do(new NvmeOrder(Write) { Namespace = 1, Pointer1 = Data });
        Assert.Equal(before + 1, _machine.Disk.Flushes);

        // Section 7.6.2: a shutdown leaves nothing behind.
        _driver.Register(0x14, 0x46_4001);
        Assert.Equal(before + 2, _machine.Disk.Flushes);
        Assert.Equal(2u, _driver.Register(0x1c) >> 2 & 3);
    }

    [Fact]
    public void Blocks_that_are_deallocated_or_zeroed_read_as_zeros()
    {
        Start();
        Put(Data, [8ul << 32, 16, 1ul << 32, 100]);
        Assert.Equal(0, Do(new NvmeOrder(9) { Namespace = 1, Pointer1 = Data, Dword10 = 1, Dword11 = 4 }).Code);
        Assert.Equal(0, Do(new NvmeOrder(8) { Namespace = 1, Dword10 = 200, Dword12 = 3 }).Code);
        foreach ((int first, int count) in (ReadOnlySpan<(int, int)>)[(16, 8), (100, 1), (200, 4)])
        {
            Assert.True(_machine.Disk.Content.AsSpan(first * 512, count * 512).IndexOfAnyExcept((byte)0) < 0);
            Assert.NotEqual(0, _machine.Disk.Content.AsSpan((first - 1) * 512, 512).IndexOfAnyExcept((byte)0) + 1);
        }

        Put(Data, [1ul << 32, DiskBytes / 512]);
        Assert.Equal(0x80, Do(new NvmeOrder(9) { Namespace = 1, Pointer1 = Data, Dword11 = 4 }).Code);
    }

    [Fact]
    public void Compare_tells_equal_from_different()
    {
        Start();
        _driver.Fill(Data, _machine.Disk.Content.AsSpan(512, 1024));
        Assert.Equal(0, Do(new NvmeOrder(5) { Namespace = 1, Pointer1 = Data, Dword10 = 1, Dword12 = 1 }).Code);
        _machine.Disk.Content[1535] ^= 1;
        Assert.Equal(0x285, Do(new NvmeOrder(5) { Namespace = 1, Pointer1 = Data, Dword10 = 1, Dword12 = 1 }).Code);
    }

    /// <summary>Section 5.23, and 5.14.1.4 for what it tells.</summary>
    [Fact]
    public void A_format_clears_the_medium_changes_the_block_size_and_tells()
    {
        Start();
        _driver.Do(0, new NvmeOrder(9) { Dword10 = 0xb, Dword11 = 1 << 8 });
        ushort request = _driver.Put(0, new NvmeOrder(0xc));
        _driver.Ring(0);
        ushort format = _driver.Put(0, new NvmeOrder(0x80) { Namespace = 1, Dword10 = 1 });
        _driver.Ring(0);
        NvmeAnswer[] answers = [_driver.Answer(0)!.Value, _driver.Answer(0)!.Value];
        Assert.Equal(0, answers.Single(a => a.Command == format).Status);
        Assert.Equal(0x04_0002u, answers.Single(a => a.Command == request).Result);
        Assert.True(_machine.Disk.Content.AsSpan().IndexOfAnyExcept((byte)0) < 0);
        _driver.Do(0, new NvmeOrder(6) { Namespace = 1, Pointer1 = Data });
        Assert.Equal(DiskBytes / 4096, (int)_machine.Read(Data, 8));
        _driver.Do(0, new NvmeOrder(2) { Namespace = 0xffff_ffff, Pointer1 = Data, Dword10 = 4 | (1023 << 16) });
        Assert.Equal(1ul, _machine.Read(Data, 8));
        _driver.Do(0, new NvmeOrder(2) { Namespace = 0xffff_ffff, Pointer1 = Data, Dword10 = 4 | (1023 << 16) });
        Assert.Equal(0ul, _machine.Read(Data, 8));
        Assert.Equal(0x80, Do(new NvmeOrder(Read) { Namespace = 1, Pointer1 = Data, Dword10 = DiskBytes / 4096 }).Code);
    }

    [Fact]
    public void A_request_for_an_event_can_be_aborted()
    {
        Start();
        ushort request = _driver.Put(0, new NvmeOrder(0xc));
        _driver.Ring(0);
        ushort abort = _driver.Put(0, new NvmeOrder(8) { Dword10 = (uint)request << 16 });
        _driver.Ring(0);
        NvmeAnswer[] answers = [_driver.Answer(0)!.Value, _driver.Answer(0)!.Value];
        Assert.Equal(7, answers.Single(a => a.Command == request).Code);
        Assert.Equal(0u, answers.Single(a => a.Command == abort).Result);
    }

    /// <summary>Section 4.1: a queue with one free entry is full; commands wait until the driver takes answers.</summary>
    [Fact]
    public void Commands_wait_while_there_is_no_room_for_answers()
    {
        Start();
        for (int i = 0; i < 15; i++)
        {
            _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        }

        _driver.Ring(1);
        for (int i = 0; i < 15; i++)
        {
            Assert.NotNull(_driver.Answer(1, take: false));
        }

        _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        _driver.Ring(1);
        Assert.Null(_driver.Answer(1, take: false));
        _driver.RingRaw(1, completion: true, 1);
        Assert.NotNull(_driver.Answer(1, take: false));
        Assert.Null(_driver.Answer(1, take: false));
    }

    [Fact]
    public void Long_queues_are_served_in_turns()
    {
        _driver.Enable();
        _driver.MakeQueues(1, 1024);
        _driver.MakeQueues(2, 1024);
        for (int i = 0; i < 1000; i++)
        {
            _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        }

        _driver.Ring(1);
        Assert.InRange(_machine.Controller.Queues.Submission[1].Head, 1, 999);
        _driver.Put(2, new NvmeOrder(0) { Namespace = 1 });
        _driver.Ring(2);
        Assert.InRange(_machine.Controller.Queues.Submission[1].Head, 1, 999);
        Assert.NotNull(_driver.Answer(2));
        _machine.Wait();
        Assert.Equal(1000, _machine.Controller.Queues.Submission[1].Head);
    }

    [Fact]
    public void The_pin_is_asserted_while_there_are_answers_but_for_what_is_masked()
    {
        Start();
        _machine.Write(0x0800_0000, 3, 4);
        Assert.False(IsPending(PinOfSlot1));
        _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        _driver.Ring(1);
        Assert.True(_machine.Function.InterruptAsserted);
        Assert.True(IsPending(PinOfSlot1));
        _driver.Register(0x0c, 1);
        Assert.False(_machine.Function.InterruptAsserted);
        _driver.Register(0x10, 1);
        Assert.True(_machine.Function.InterruptAsserted);
        Assert.NotNull(_driver.Answer(1));
        Assert.False(_machine.Function.InterruptAsserted);
    }

    [Fact]
    public void Each_queue_sends_its_own_message()
    {
        _machine.Write(0x0800_0000, 3, 4);
        for (ulong at = 0x0800_0c14; at < 0x0800_0c24; at += 4)
        {
            _machine.Write(at, 0xaaaa_aaaa, 4);
        }

        for (uint vector = 0; vector < 3; vector++)
        {
            ulong entry = NvmeDriver.Bar + 0x2000 + (vector * 16);
            _machine.Write(entry, Doorbell, 8);
            _machine.Write(entry + 8, FirstMessage + vector, 4);
            _machine.Write(entry + 12, 0, 4);
        }

        _machine.Write(NvmeDriver.Config + 0x42, 0x8000, 2);
        _driver.Enable();
        _driver.MakeQueues(1, vector: 1);
        _driver.MakeQueues(2, vector: 2);
        Assert.True(IsPending(FirstMessage));
        Do(new NvmeOrder(0) { Namespace = 1 });
        Assert.True(IsPending(FirstMessage + 1));
        Assert.False(IsPending(FirstMessage + 2));
        _driver.Do(2, new NvmeOrder(0) { Namespace = 1 });
        Assert.True(IsPending(FirstMessage + 2));
        Assert.False(_machine.Function.InterruptAsserted);
    }

    /// <summary>Without Bus Master Enable the function sends nothing, and cannot take a command: CSTS.CFS.</summary>
    [Fact]
    public void A_controller_that_cannot_reach_its_queues_stops_until_it_is_reset()
    {
        _driver.Enable();
        _machine.Write(NvmeDriver.Config + 4, 2, 2);
        Assert.Null(_driver.Do(0, new NvmeOrder(6) { Pointer1 = Data, Dword10 = 1 }));
        Assert.Equal(3u, _driver.Register(0x1c));
        Assert.Contains("submission queue 0", _machine.LastProblem!, StringComparison.Ordinal);
        _machine.Write(NvmeDriver.Config + 4, 6, 2);
        Assert.Null(_driver.Do(0, new NvmeOrder(6) { Pointer1 = Data, Dword10 = 1 }));
        _driver.Register(0x14, 0);
        Assert.Equal(0u, _driver.Register(0x1c));
        Assert.Equal(1u, _driver.Enable());
        Assert.Equal(0, _driver.Do(0, new NvmeOrder(6) { Pointer1 = Data, Dword10 = 1 })!.Value.Status);
    }

    [Fact]
    public void A_function_level_reset_makes_it_as_new()
    {
        Start();
        _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        _driver.Ring(1);
        _machine.Write(NvmeDriver.Config + 0x88, 0x8000, 2);
        Assert.Equal(0ul, _machine.Read(NvmeDriver.Config + 4, 2));
        Assert.False(_machine.Function.InterruptAsserted);
        _driver.Open();
        foreach (uint register in (ReadOnlySpan<uint>)[0x0c, 0x14, 0x1c, 0x24, 0x28, 0x30])
        {
            Assert.Equal(0u, _driver.Register(register));
        }

        Start();
        Assert.Equal(0, Do(new NvmeOrder(0) { Namespace = 1 }).Code);
    }

    /// <summary>Section 7.13: what the driver writes to memory alone is seen with the next doorbell.</summary>
    [Fact]
    public void Doorbells_in_memory_are_looked_at()
    {
        Start();
        Assert.Equal(0, _driver.Do(0, new NvmeOrder(0x7c) { Pointer1 = Lists, Pointer2 = Lists + 0x1000 })!.Value.Status);
        _driver.Clear(Lists, 0x2000);
        ushort first = _driver.Put(1, new NvmeOrder(0) { Namespace = 1 });
        _machine.Write(Lists + 8, 1, 4);
        _driver.RingRaw(0, completion: true, 3);
        Assert.Equal(first, _driver.Answer(1, take: false)!.Value.Command);
        Assert.Equal(1ul, _machine.Read(Lists + 0x1008, 4));
        Assert.NotNull(_driver.Do(1, new NvmeOrder(0) { Namespace = 1 }));
        Assert.Equal(2ul, _machine.Read(Lists + 8, 4));
        Assert.Equal(2ul, _machine.Read(Lists + 0xc, 4));
    }

    [Fact]
    public void A_controller_goes_on_from_what_was_saved()
    {
        Start();
        ushort request = _driver.Put(0, new NvmeOrder(0xc));
        _driver.Ring(0);
        using OurNvme other = new(_machine.Disk);
        byte[] state = [.. _machine.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)];
        foreach ((IStateful from, IStateful to) in _machine.Machine.Parts.Zip(other.Machine.Parts))
        {
            DeviceFixture.Restore(to, SnapshotWriter.BytesOf(from));
        }

        Assert.Equal(state, other.Machine.Parts.SelectMany(SnapshotWriter.BytesOf));
        other.Write(NvmeDriver.Bar + 0x1008, 999, 4);
        other.Wait();
        Assert.Equal(0x01_0100ul, other.Read(NvmeDriver.Queues + 0x1_0000 + (2 * 16), 4));
        Assert.Equal(request, other.Read(NvmeDriver.Queues + 0x1_0000 + (2 * 16) + 12, 2));
    }

    [Theory]
    [InlineData("", "it has no serial number; add serial=TEXT")]
    [InlineData(",serial=123456789012345678901", "serial=123456789012345678901: it is up to 20 characters of ASCII")]
    [InlineData(",serial=a,max_ioqpairs=0", "max_ioqpairs=0: write a number from 1 to 1023")]
    [InlineData(",serial=a,msix_qsize=2049", "msix_qsize=2049: write a number up to 2048")]
    [InlineData(",serial=a,logical_block_size=3000", "logical_block_size=3000: use one of 512, 1024, 2048 and 4096")]
    public void A_wrong_key_has_one_clear_line(string keys, string answer)
    {
        PciDeviceRequest request = Devices.QemuComparison.Request("nvme" + keys) with { Backend = new BlockBackend(new MemoryStorage(512)) };
        PciDeviceException refused = Assert.Throws<PciDeviceException>(() => GdbHost.Machine.Boards.PciDevices.Plug(_machine.Machine, request));
        Assert.Equal($"--device nvme: {answer}", refused.Message);
    }

    private void Start()
    {
        Assert.Equal(1u, _driver.Enable());
        _driver.MakeQueues(1);
    }

    private NvmeAnswer Do(NvmeOrder order) => _driver.Do(1, order)!.Value;

    private void Put(ulong address, ulong[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            _machine.Write(address + ((ulong)i * 8), words[i], 8);
        }
    }

    private bool IsPending(int id) => (_machine.Read(0x0800_0200 + ((ulong)(id / 32) * 4), 4) >> (id % 32) & 1) != 0;
}
