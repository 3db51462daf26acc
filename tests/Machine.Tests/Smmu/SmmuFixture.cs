using System;
using System.Collections.Generic;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Tests.Pcie;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// A virt machine with an SMMU and an edu device in slot 1 (StreamID 8), and a driver's work on it: a stream table, queues, page tables
/// of 4 KiB with 39-bit addresses, all in memory and through registers.
/// </summary>
internal sealed class SmmuFixture : IDisposable
{
    public const uint Stream = 8;
    public const ulong Registers = 0x0905_0000;
    public const ulong StreamTable = 0x4010_0000;
    public const ulong Commands = 0x4020_0000;
    public const ulong Events = 0x4030_0000;
    public const ulong Context = 0x4040_0000;
    public const ulong Stage1 = 0x4050_0000;
    public const ulong Stage2 = 0x4060_0000;
    public const ulong Data = 0x4080_0000;

    public const ulong Abort = 0b0001;
    public const ulong Bypass = 0b1001;
    public const ulong OnlyStage1 = 0b1011;
    public const ulong OnlyStage2 = 0b1101;
    public const ulong Nested = 0b1111;

    /// <summary>AA64, R, A, ASID 1, V, IPS = 40 bits, EPD1, T0SZ = 25.</summary>
    public const ulong PlainCd = (1ul << 48) | (1ul << 46) | (1ul << 45) | (1ul << 41) | (2ul << 32) | (1ul << 31) | (1ul << 30) | 25;

    /// <summary>S2R, S2AA64, S2PS = 40 bits, S2SL0 = 1, S2T0SZ = 25, VMID 3.</summary>
    public const ulong PlainS2 = (1ul << 58) | (1ul << 51) | (2ul << 48) | (1ul << 38) | (25ul << 32) | 3;

    private const int QueueBits = 4;

    private readonly PciMachine _pci;
    private ulong _nextTable = 0x4070_0000;

    /// <summary>An exerciser in slot 3, and one in slot 4 that may be stalled.</summary>
    private const string Exerciser = "dma-exerciser,id=x,addr=3,pasid=on,ats=on";
    private const string PatientExerciser = "dma-exerciser,id=s,addr=4,stall=on,pasid=on,ats=on";

    /// <param name="more">Devices beside the two.</param>
    public SmmuFixture(params string[] more)
    {
        _pci = new(smmu: true, ["edu,id=e,addr=1", "edu,id=f,addr=2", .. more]);
        SwitchOn((register, value, size) => _pci.Write(Registers + register, value, size));
        _pci.Write(PciMachine.Config(0, 1, 4), 7, 2);
        _pci.Write(PciMachine.Config(0, 2, 4), 7, 2);
    }

    /// <summary>With <see cref="Plain"/> beside the two.</summary>
    public static SmmuFixture WithExerciser() => new(Exerciser);

    /// <summary>With <see cref="Plain"/> and <see cref="Patient"/> beside the two.</summary>
    public static SmmuFixture WithBothExercisers() => new(Exerciser, PatientExerciser);

    /// <summary>
    /// What a driver writes to switch an SMMU on, with 256 streams and queues of 16 entries, invalid StreamIDs recorded, and the interrupts of errors and
    /// events (IHI 0070, Initialization).
    /// </summary>
    /// <param name="write">Gets the register, its value and its bytes.</param>
    public static void SwitchOn(Action<uint, ulong, int> write)
    {
        write(0x80, StreamTable, 8);
        write(0x88, 8, 4);
        write(0x90, Commands | QueueBits, 8);
        write(0xa0, Events | QueueBits, 8);
        write(0x2c, 2, 4);
        write(0x50, 5, 4);
        write(0x20, 0xd, 4);
    }

    /// <summary>The driver of the exerciser that is an endpoint as others are.</summary>
    public ExerciserDriver Plain => field ??= new ExerciserDriver(_pci, 3);

    /// <summary>The driver of the exerciser whose requests may be stalled.</summary>
    public ExerciserDriver Patient => field ??= new ExerciserDriver(_pci, 4);

    public GdbHost.Machine.Boards.Machine Machine => _pci.Machine;

    public SmmuV3 Smmu => Machine.Smmu!;

    public PciMachine Pci => _pci;

    public PciFunction Device => _pci.Named("e");

    public PciFunction Other => _pci.Named("f");

    public void Write32(uint register, ulong value) => _pci.Write(Registers + register, value);

    public void Write64(uint register, ulong value) => _pci.Write(Registers + register, value, 8);

    public uint Read32(uint register) => (uint)_pci.Read(Registers + register);

    public ulong Memory(ulong address) => _pci.Read(address, 8);

    public void Memory(ulong address, params ReadOnlySpan<ulong> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            _pci.Write(address + ((ulong)i * 8), words[i], 8);
        }
    }

    /// <summary>Writes the entry of a stream and tells the SMMU.</summary>
    public void Ste(uint stream, params ReadOnlySpan<ulong> words)
    {
        Memory(StreamTable + (stream * 64ul), words);
        Command(0x03 | ((ulong)stream << 32), 1);
    }

    /// <summary>A context descriptor with the tables at <see cref="Stage1"/>.</summary>
    public void Cd(ulong first = PlainCd, ulong at = Context) => Memory(at, first, Stage1, 0, 0xff);

    /// <summary>Stage 1 alone for stream 8.</summary>
    public void UseStage1()
    {
        Cd();
        Ste(Stream, OnlyStage1 | Context, 0, 0, 0);
    }

    /// <summary>Both stages for a stream, with descriptor and tables under stage 2.</summary>
    /// <param name="word1">Doubleword 1 of the entry.</param>
    public void UseBothStages(uint stream = Stream, ulong word1 = 0, ulong stage2 = PlainS2)
    {
        for (ulong page = 0; page < 0x80; page++)
        {
            Map2(Context + (page << 12), Context + (page << 12));
            Map2(Stage1 + (page << 12), Stage1 + (page << 12));
            Map2(0x4070_0000 + (page << 12), 0x4070_0000 + (page << 12));
        }

        Cd();
        Ste(stream, Nested | Context, word1, stage2, Stage2);
    }

    /// <summary>Maps a page. Flags of a stage-1 leaf: AF, AP[1].</summary>
    public void Map1(ulong input, ulong output, ulong flags = 0x440) => Map(Stage1, input, output | flags | 3);

    /// <summary>Maps a page of stage 2. Flags: AF, S2AP = read and write.</summary>
    public void Map2(ulong input, ulong output, ulong flags = 0x4c0) => Map(Stage2, input, output | flags | 3);

    public void Command(ulong first, ulong second = 0)
    {
        uint producer = Read32(0x98);
        uint index = producer & ((1 << QueueBits) - 1);
        Memory(Commands + (index * 16ul), first, second);
        Write32(0x98, (producer + 1) & ((2 << QueueBits) - 1));
    }

    /// <summary>Takes the events that wait out of the queue.</summary>
    public List<EventRecord> TakeEvents()
    {
        List<EventRecord> events = [];
        uint consumer = Read32(0xac);
        uint producer = Read32(0xa8);
        for (; ((consumer ^ producer) & 0x1f) != 0; consumer = (consumer + 1) & 0x1f)
        {
            ulong at = Events + ((consumer & 0xf) * 32ul);
            events.Add(EventRecord.Decode([Memory(at), Memory(at + 8), Memory(at + 16), Memory(at + 24)]));
        }

        Write32(0xac, consumer | (producer & 0x8000_0000));
        return events;
    }

    /// <summary>What a read of 8 bytes gives.</summary>
    public (DmaResult Result, ulong Value) Load(ulong address, PciFunction? by = null)
    {
        byte[] bytes = new byte[8];
        DmaResult result = (by ?? Device).Dma.Read(address, bytes);
        return (result, BitConverter.ToUInt64(bytes));
    }

    public DmaResult Store(ulong address, ulong value) => Device.Dma.Write(address, BitConverter.GetBytes(value));

    public void Dispose() => _pci.Dispose();

    private void Map(ulong table, ulong input, ulong leaf)
    {
        foreach (int shift in (ReadOnlySpan<int>)[30, 21])
        {
            ulong at = table + ((input >> shift & 511) * 8);
            ulong next = Memory(at);
            if (next == 0)
            {
                next = _nextTable | 3;
                _nextTable += 0x1000;
                Memory(at, next);
            }

            table = next & ~0xffful;
        }

        Memory(table + ((input >> 12 & 511) * 8), leaf);
    }
}
