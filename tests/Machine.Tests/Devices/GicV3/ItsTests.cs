using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Gic;
using Xunit;

namespace GdbHost.Machine.Tests.Devices.GicV3;

/// <summary>
/// Messages with a requester, errors of commands and tables that are no memory. Witness: IHI 0069, ITS commands, ITS command error
/// encodings, GITS_CREADR, GITS_TRANSLATER.
/// </summary>
public sealed class ItsTests : IDisposable
{
    private const ulong Queue = 0x4010_0000;
    private const ulong DeviceTable = 0x4020_0000;
    private const ulong CollectionTable = 0x4021_0000;
    private const ulong TranslationTable = 0x4022_0000;
    private const ulong Properties = 0x4023_0000;
    private const ulong Pending = 0x4024_0000;
    private const ulong Valid = 1UL << 63;
    private const ulong NoMemory = 0x7_0000_0000;
    private const uint Lpi = 8192;
    private const ulong Its = 0x0808_0000;
    private const ulong Translater = 0x0809_0040;

    private readonly GdbHost.Machine.Boards.Machine _machine =
        MachineFactory.Create(new MachineConfiguration { GicVersion = 3, Cpus = 2, MemoryBytes = 8 << 20 }, _ => { });

    private readonly List<DeviceEvent> _misuse = [];
    private ulong _writer;

    public ItsTests()
    {
        _machine.Events.Observer = _misuse.Add;
        for (ulong core = 0; core < 2; core++)
        {
            ulong redistributor = 0x080a_0000 + (core * 0x2_0000);
            Write(redistributor + 0x70, Properties | 15, 8);
            Write(redistributor + 0x78, Pending + (core * 0x1_0000), 8);
            Write(redistributor, 1);
        }

        Write(Its + 0x100, DeviceTable | Valid, 8);
        Write(Its + 0x108, CollectionTable | Valid, 8);
        Write(Its + 0x80, Queue | Valid, 8);
        Write(Its, 1);
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_message_is_translated_by_the_device_that_sends_it()
    {
        Map(device: 0x0108, eventId: 3, Lpi + 5);
        Map(device: 0x0110, eventId: 3, Lpi + 6);

        Assert.Equal(BusResult.Ok, _machine.Bus.WriteFrom(new RequesterId(0x0110), new PhysicalAddress(Translater), 4, 3));
        Assert.Equal([Lpi + 6], PendingOn(0));

        _machine.Bus.WriteFrom(new RequesterId(0x0108), new PhysicalAddress(Translater), 2, 3);
        Assert.Equal([Lpi + 5, Lpi + 6], PendingOn(0));

        // Neither this device nor this event: the message is lost, and noted.
        Assert.Empty(_misuse);
        _machine.Bus.WriteFrom(new RequesterId(0x0200), new PhysicalAddress(Translater), 4, 3);
        _machine.Bus.WriteFrom(new RequesterId(0x0108), new PhysicalAddress(Translater), 4, 4);
        _machine.Bus.WriteFrom(new RequesterId(0x0108), new PhysicalAddress(Translater), 4, 0xffff_ffff);
        Assert.Equal([Lpi + 5, Lpi + 6], PendingOn(0));
        Assert.Equal(3, _misuse.Count);
    }

    [Fact]
    public void What_is_said_of_a_message_is_what_would_become_of_it()
    {
        Assert.Equal("device table", Blocked(8, 3, out _)?.Name);
        Map(device: 8, eventId: 3, Lpi + 5);
        Assert.Equal("interrupt translation table", Blocked(8, 4, out _)?.Name);
        Assert.Equal("device table", Blocked(0x0100, 3, out _)?.Name);

        Assert.Null(Blocked(8, 3, out MessageTarget? target));
        Assert.Equal(new MessageTarget((int)Lpi + 5, 0), target);
        Assert.Empty(PendingOn(0));
        Assert.Empty(_misuse);
        _machine.Bus.WriteFrom(new RequesterId(8), new PhysicalAddress(Translater), 4, 3);
        Assert.Equal([Lpi + 5], PendingOn(0));

        Write(Its, 0);
        Assert.Equal("ITS", Blocked(8, 3, out _)?.Name);
    }

    private InterruptLink? Blocked(ushort device, uint eventId, out MessageTarget? target)
    {
        List<InterruptLink> links = [];
        target = Assert.Single(_machine.Doorbells).Explain(new RequesterId(device), Translater - Its, eventId, links);
        return links.Find(static l => !l.Passes);
    }

    [Fact]
    public void A_message_that_is_half_or_finds_the_ITS_off_is_none()
    {
        Map(device: 8, eventId: 3, Lpi);
        _machine.Bus.WriteFrom(new RequesterId(8), new PhysicalAddress(Translater), 1, 3);
        _machine.Bus.WriteFrom(new RequesterId(8), new PhysicalAddress(Translater + 2), 2, 3);
        Write(Its, 0);
        _machine.Bus.WriteFrom(new RequesterId(8), new PhysicalAddress(Translater), 4, 3);
        Assert.Empty(PendingOn(0));
    }

    [Theory]
    [InlineData("MAPD_DEVICE_OOR", 0x01_0801, 0x2_0000_0000_0008UL, 4UL, Valid | TranslationTable, 0UL)]
    [InlineData("MAPD_ITTSIZE_OOR", 0x01_0802, 0x0001_0000_0008UL, 16UL, Valid | TranslationTable, 0UL)]
    [InlineData("MAPC_PROCNUM_OOR", 0x01_0902, 0x09UL, 0UL, Valid | (2 << 16), 0UL)]
    [InlineData("MAPC_COLLECTION_OOR", 0x01_0903, 0x09UL, 0UL, Valid | 0xffff, 0UL)]
    [InlineData("MAPTI_UNMAPPED_DEVICE", 0x01_0a04, 0x0003_0000_000aUL, 0x2000_0000_0000UL, 0UL, 0UL)]
    [InlineData("MAPTI_ID_OOR", 0x01_0a05, 0x0001_0000_000aUL, 0x2000_0000_0020UL, 0UL, 0UL)]
    [InlineData("MAPTI_PHYSICALID_OOR", 0x01_0a06, 0x0001_0000_000aUL, 0x1fff_0000_0000UL, 0UL, 0UL)]
    [InlineData("MAPTI_COLLECTION_OOR", 0x01_0a03, 0x0001_0000_000aUL, 0x2000_0000_0000UL, 0xffffUL, 0UL)]
    [InlineData("MOVI_UNMAPPED_INTERRUPT", 0x01_0107, 0x0001_0000_0001UL, 9UL, 0UL, 0UL)]
    [InlineData("MOVI_UNMAPPED_COLLECTION", 0x01_0109, 0x0001_0000_0001UL, 1UL, 7UL, 0UL)]
    [InlineData("INT_UNMAPPED_INTERRUPT", 0x01_0307, 0x0001_0000_0003UL, 9UL, 0UL, 0UL)]
    [InlineData("CLEAR_UNMAPPED_INTERRUPT", 0x01_0507, 0x0001_0000_0004UL, 9UL, 0UL, 0UL)]
    [InlineData("INV_UNMAPPED_INTERRUPT", 0x01_0c07, 0x0001_0000_000cUL, 9UL, 0UL, 0UL)]
    [InlineData("INVALL_UNMAPPED_COLLECTION", 0x01_0d09, 0x0dUL, 0UL, 7UL, 0UL)]
    [InlineData("MOVALL_PROCNUM_OOR", 0x01_0e01, 0x0eUL, 0UL, 0UL, 2UL << 16)]
    [InlineData("DISCARD_UNMAPPED_INTERRUPT", 0x01_0f07, 0x0001_0000_000fUL, 9UL, 0UL, 0UL)]
    public void A_wrong_parameter_is_noted_by_its_architected_number_and_the_queue_goes_on(
        string name, int number, ulong word0, ulong word1, ulong word2, ulong word3)
    {
        Map(device: 1, eventId: 1, Lpi + 1);
        Command(word0, word1, word2, word3);
        DeviceEvent noted = Assert.Single(_misuse);
        Assert.True((ulong)number == noted.Value, name);
        Command(0x0001_0000_0003, 1, 0, 0);
        Assert.Equal(_writer, Read(Its + 0x90, 8));
        Assert.Equal([Lpi + 1], PendingOn(0));
    }

    [Fact]
    public void A_queue_or_table_that_is_no_memory_stalls_until_software_asks_to_retry()
    {
        Map(device: 1, eventId: 1, Lpi + 1);
        Command(0x0002_0000_0008, 4, Valid | NoMemory, 0);
        Command(0x0002_0000_000a, 0x2000_0000_0000, 0, 0);
        const ulong Stalled = 1;
        Assert.Equal((_writer - 32) | Stalled, Read(Its + 0x90, 8));

        // Nothing behind it is done, whatever is written to GITS_CWRITER without Retry.
        Command(0x0001_0000_0003, 1, 0, 0);
        Assert.Empty(PendingOn(0));

        // Software mends the command and asks again.
        Store(Queue + _writer - 64, 0x05);
        Write(Its + 0x88, _writer | 1, 8);
        Assert.Equal(_writer, Read(Its + 0x90, 8));
        Assert.Equal([Lpi + 1], PendingOn(0));
    }

    [Theory]
    [InlineData(NoMemory)]
    [InlineData(Its)]
    [InlineData(0x0900_0000UL)]
    [InlineData(0x4080_0000UL - 4096)]
    [InlineData(0x000f_ffff_ffff_0000UL)]
    public void Tables_anywhere_harm_nobody(ulong address)
    {
        Write(Its, 0);
        ulong page = address & 0xffff_ffff_f000;
        foreach (ulong kind in (ReadOnlySpan<ulong>)[0, 1UL << 62])
        {
            Write(Its + 0x100, page | Valid | kind | 0xff, 8);
            Write(Its + 0x108, page | Valid | kind | 0xff, 8);
            Write(0x080a_0070, page | 0x1f, 8);
            Write(0x080a_0078, page, 8);
            Write(0x080a_0000, 0);
            Write(0x080a_0000, 1);
            foreach (ulong queue in (ReadOnlySpan<ulong>)[Queue, page])
            {
                Write(Its + 0x80, queue | Valid | 0xff, 8);
                Write(Its, 1);
                ulong at = 0;
                foreach (ulong number in (ReadOnlySpan<ulong>)[1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 0x99])
                {
                    foreach (ulong device in (ReadOnlySpan<ulong>)[0, 0xffff])
                    {
                        Store(Queue + at, number | (device << 32), Lpi | ((ulong)Lpi << 32), Valid | page | device, 1 << 16);
                        at += 32;
                        Write(Its + 0x88, at | 1, 8);
                        _machine.Bus.WriteFrom(new RequesterId((ushort)device), new PhysicalAddress(Translater), 4, Lpi);
                    }
                }

                Write(Its + 0x88, 0xf_ffe0, 8);
                Write(Its + 0x88, ulong.MaxValue, 8);
                Write(Its, 0);
            }
        }

        Assert.NotEmpty(_misuse);
    }

    [Fact]
    public void A_second_level_that_is_not_there_takes_no_device()
    {
        Write(Its, 0);
        Write(Its + 0x100, DeviceTable | Valid | (1UL << 62), 8);
        Write(Its, 1);
        Map(device: 1, eventId: 1, Lpi + 1);
        Command(0x0001_0000_0003, 1, 0, 0);
        Assert.Empty(PendingOn(0));

        Store(DeviceTable, Valid | (DeviceTable + 0x1000));
        Map(device: 1, eventId: 1, Lpi + 1);
        Command(0x0001_0000_0003, 1, 0, 0);
        Assert.Equal([Lpi + 1], PendingOn(0));
    }

    [Fact]
    public void What_is_pending_moves_with_an_event_and_with_a_whole_redistributor()
    {
        for (uint n = 0; n < 4; n++)
        {
            Map(device: 1, n, Lpi + n);
            Command(0x0001_0000_0003, n, 0, 0);
        }

        Command(0x09, 0, Valid | (1 << 16) | 1, 0);
        Command(0x0001_0000_0001, 2, 1, 0);
        Assert.Equal([Lpi, Lpi + 1, Lpi + 3], PendingOn(0));
        Assert.Equal([Lpi + 2], PendingOn(1));

        Command(0x0e, 0, 0, 1 << 16);
        Assert.Empty(PendingOn(0));
        Assert.Equal([Lpi, Lpi + 1, Lpi + 2, Lpi + 3], PendingOn(1));

        Command(0x0e, 0, 1 << 16, 1 << 16);
        Assert.Equal(4, PendingOn(1).Length);
    }

    private void Map(ulong device, uint eventId, uint lpi)
    {
        Command(0x08 | (device << 32), 4, Valid | (TranslationTable + (device & 0xff) * 0x200), 0);
        Command(0x09, 0, Valid, 0);
        Command(0x0a | (device << 32), eventId | ((ulong)lpi << 32), 0, 0);
    }

    private void Command(params ReadOnlySpan<ulong> words)
    {
        Store(Queue + _writer, words);
        _writer += 32;
        Write(Its + 0x88, _writer, 8);
    }

    private uint[] PendingOn(int core)
    {
        byte[] bits = new byte[64];
        Assert.True(_machine.Bus.TryPeek(new PhysicalAddress(Pending + ((ulong)core * 0x1_0000) + (Lpi / 8)), bits));
        return [.. from n in Enumerable.Range(0, bits.Length * 8) where (bits[n / 8] >> (n % 8) & 1) != 0 select Lpi + (uint)n];
    }

    private void Store(ulong address, params ReadOnlySpan<ulong> words)
    {
        byte[] bytes = new byte[words.Length * sizeof(ulong)];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), words[i]);
        }

        Assert.True(_machine.Bus.TryPoke(new PhysicalAddress(address), bytes));
    }

    private ulong Read(ulong address, int size = 4)
    {
        Assert.Equal(BusResult.Ok, _machine.Bus.Read(new PhysicalAddress(address), size, out ulong value));
        return value;
    }

    private void Write(ulong address, ulong value, int size = 4) =>
        Assert.Equal(BusResult.Ok, _machine.Bus.Write(new PhysicalAddress(address), size, value));
}
