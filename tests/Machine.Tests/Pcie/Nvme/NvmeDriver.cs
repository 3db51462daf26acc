using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace GdbHost.Machine.Tests.Pcie.Nvme;

/// <summary>A machine with a controller, ours or another, driven from outside.</summary>
internal interface INvmeMachine
{
    ulong Read(ulong address, int size);

    void Write(ulong address, ulong value, int size);

    /// <summary>Lets virtual time go on until there is nothing to do, or a while.</summary>
    void Wait();
}

/// <summary>An answer.</summary>
/// <param name="Status">The Status Field without the phase.</param>
internal readonly record struct NvmeAnswer(uint Result, ushort Head, ushort Queue, ushort Command, ushort Status)
{
    /// <summary>Status Code Type and Status Code.</summary>
    public int Code => Status & 0x7ff;
}

/// <summary>The smallest driver: queues in memory, commands one after the other.</summary>
internal sealed class NvmeDriver(INvmeMachine machine)
{
    public const ulong Config = 0x40_1000_8000;
    public const ulong Bar = 0x1000_0000;
    public const ulong Queues = 0x4080_0000;
    public const ulong Data = 0x4090_0000;

    private const ulong QueueBytes = 0x1_0000;
    private const ulong Doorbells = Bar + 0x1000;
    private const int MostLooks = 200_000;

    private readonly Dictionary<int, QueuePair> _rings = [];
    private ushort _command;

    public INvmeMachine Machine => machine;

    /// <summary>Places the region and lets the function answer and send.</summary>
    public void Open(uint command = 6)
    {
        machine.Write(Config + 0x10, Bar, 4);
        machine.Write(Config + 0x14, 0, 4);
        machine.Write(Config + 4, command, 2);
    }

    /// <summary>Sets up the administration's queues and enables the controller; gives CSTS.</summary>
    public uint Enable(uint configuration = 0x46_0001, uint entries = 32)
    {
        _rings.Clear();
        Clear(Queues, 0x1000);
        Clear(Queues + QueueBytes, 0x1000);
        Register(0x24, (entries - 1) | ((entries - 1) << 16));
        Register(0x28, (uint)Queues);
        Register(0x2c, 0);
        Register(0x30, (uint)(Queues + QueueBytes));
        Register(0x34, 0);
        Register(0x14, configuration);
        _rings[0] = new QueuePair(Queues, Queues + QueueBytes, (int)entries);
        return Register(0x1c);
    }

    public uint Register(uint offset) => (uint)machine.Read(Bar + offset, 4);

    public void Register(uint offset, uint value) => machine.Write(Bar + offset, value, 4);

    public void Clear(ulong address, int bytes)
    {
        for (int i = 0; i < bytes; i += 8)
        {
            machine.Write(address + (ulong)i, 0, 8);
        }
    }

    public void Fill(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += 8)
        {
            machine.Write(address + (ulong)i, BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]), 8);
        }
    }

    public byte[] Bytes(ulong address, int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i), machine.Read(address + (ulong)i, 8));
        }

        return bytes;
    }

    /// <summary>Makes a pair of I/O queues.</summary>
    public void MakeQueues(int id, int entries = 16, int vector = 0)
    {
        ulong at = Queues + ((ulong)id * 2 * QueueBytes);
        Clear(at + QueueBytes, entries * 16);
        uint size = ((uint)entries - 1) << 16;
        Must(Do(0, new NvmeOrder(5) { Pointer1 = at + QueueBytes, Dword10 = (uint)id | size, Dword11 = 3 | ((uint)vector << 16) }));
        Must(Do(0, new NvmeOrder(1) { Pointer1 = at, Dword10 = (uint)id | size, Dword11 = 1 | ((uint)id << 16) }));
        _rings[id] = new QueuePair(at, at + QueueBytes, entries);
    }

    /// <summary>Does a command and gives its answer; null where none comes.</summary>
    public NvmeAnswer? Do(int queue, NvmeOrder order)
    {
        Put(queue, order);
        Ring(queue);
        return Answer(queue);
    }

    /// <summary>Puts a command into a queue without ringing for it; gives its identifier.</summary>
    public ushort Put(int queue, NvmeOrder order)
    {
        QueuePair ring = _rings[queue];
        Fill(ring.Commands + ((ulong)ring.Tail * 64), order.Entry(++_command));
        ring.Tail = (ring.Tail + 1) % ring.Entries;
        return _command;
    }

    public void Ring(int queue) => machine.Write(Doorbells + ((ulong)queue * 8), (uint)_rings[queue].Tail, 4);

    public void RingRaw(int queue, bool completion, uint value) => machine.Write(Doorbells + ((ulong)queue * 8) + (completion ? 4ul : 0), value, 4);

    /// <summary>The next answer, which is then taken; null where none comes.</summary>
    /// <param name="take">Ring the doorbell.</param>
    public NvmeAnswer? Answer(int queue, bool take = true)
    {
        QueuePair ring = _rings[queue];
        ulong at = ring.Answers + ((ulong)ring.Head * 16);
        for (int looks = 0; looks < MostLooks; looks++)
        {
            ulong last = machine.Read(at + 8, 8);
            if ((last >> 48 & 1) == (ring.Phase ? 1ul : 0))
            {
                ring.Head = (ring.Head + 1) % ring.Entries;
                ring.Phase ^= ring.Head == 0;
                if (take)
                {
                    RingRaw(queue, completion: true, (uint)ring.Head);
                }

                return new NvmeAnswer((uint)machine.Read(at, 4), (ushort)last, (ushort)(last >> 16), (ushort)(last >> 32), (ushort)(last >> 49));
            }

            machine.Wait();
            if (machine is OurNvme && looks > 1)
            {
                break;
            }
        }

        return null;
    }

    private static void Must(NvmeAnswer? answer)
    {
        if (answer is not { Status: 0 })
        {
            throw new InvalidOperationException($"a queue cannot be made: {answer}");
        }
    }

    private sealed class QueuePair(ulong commands, ulong answers, int entries)
    {
        public ulong Commands => commands;

        public ulong Answers => answers;

        public int Entries => entries;

        public int Tail { get; set; }

        public int Head { get; set; }

        public bool Phase { get; set; } = true;
    }
}

/// <summary>A command as a driver writes it.</summary>
internal sealed record NvmeOrder(byte Opcode)
{
    public byte Flags { get; init; }

    public uint Namespace { get; init; }

    public ulong Pointer1 { get; init; }

    public ulong Pointer2 { get; init; }

    public uint Dword10 { get; init; }

    public uint Dword11 { get; init; }

    public uint Dword12 { get; init; }

    public uint Dword13 { get; init; }

    public uint Dword14 { get; init; }

    public byte[] Entry(ushort command)
    {
        byte[] entry = new byte[64];
        entry[0] = Opcode;
        entry[1] = Flags;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), command);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), Namespace);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(24), Pointer1);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(32), Pointer2);
        uint[] dwords = [Dword10, Dword11, Dword12, Dword13, Dword14];
        for (int i = 0; i < dwords.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40 + (i * 4)), dwords[i]);
        }

        return entry;
    }
}
