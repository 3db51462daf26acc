using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Tracing;

namespace GdbHost.GdbStub.Tracing;

/// <summary>
/// A trace frame that a debugger has selected, in the place of the vCPU: a copy, so that it stays when the buffer moves on. Registers and
/// memory that were not collected are not there.
/// </summary>
internal sealed class TraceFrame : IRegisters, IMemory
{
    private const string Fixed = "a trace frame is selected, which is past: nothing can be changed in it ('tfind none' goes back to the guest)";

    private readonly ReadOnlyMemory<byte> _blocks;
    private readonly TraceFrameNotes _notes;
    private readonly RegisterLayout _layout;
    private readonly int[] _offsets;
    private readonly Func<ulong, Span<byte>, int> _constant;

    /// <param name="place">Its place in the buffer.</param>
    /// <param name="bytes">With its header.</param>
    /// <param name="notes">What the buffer knows beside.</param>
    /// <param name="layout">The registers.</param>
    /// <param name="constant">Reads memory that never changes, and gives the number of bytes.</param>
    public TraceFrame(int place, byte[] bytes, TraceFrameNotes notes, RegisterLayout layout, Func<ulong, Span<byte>, int> constant)
    {
        Place = place;
        _blocks = bytes.AsMemory(TraceFrameWriter.HeaderBytes);
        _notes = notes;
        _layout = layout;
        _constant = constant;
        _offsets = new int[layout.InGeneralPacket.Length];
        for (int i = 1; i < _offsets.Length; i++)
        {
            _offsets[i] = _offsets[i - 1] + layout.InGeneralPacket[i - 1].Bytes;
        }
    }

    public int Place { get; }

    public int Tracepoint => _notes.Tracepoint;

    public string StaticData => _notes.StaticData ?? "";

    public IReadOnlyList<RegisterDescription> Registers => _layout.All;

    /// <summary>The ranges of memory that it has.</summary>
    public IReadOnlyList<(ulong Address, ulong Length)> Ranges
    {
        get
        {
            List<(ulong, ulong)> ranges = [];
            for (TraceFrameReader block = Blocks(); block.Next();)
            {
                if (block.Kind == TraceBlock.Memory)
                {
                    ranges.Add((block.Value, (ulong)block.Bytes.Length));
                }
            }

            return ranges;
        }
    }

    /// <summary>The numbers of the variables that it has.</summary>
    public IReadOnlyList<int> Variables
    {
        get
        {
            List<int> numbers = [];
            for (TraceFrameReader block = Blocks(); block.Next();)
            {
                if (block.Kind == TraceBlock.Variable)
                {
                    numbers.Add(block.Number);
                }
            }

            return numbers;
        }
    }

    /// <summary>What was collected last of a variable.</summary>
    public bool TryReadVariable(int number, out ulong value)
    {
        bool found = false;
        value = 0;
        for (TraceFrameReader block = Blocks(); block.Next();)
        {
            if (block.Kind == TraceBlock.Variable && block.Number == number)
            {
                found = true;
                value = block.Value;
            }
        }

        return found;
    }

    public bool TryReadRegister(int cpu, RegisterDescription register, Span<byte> value)
    {
        for (TraceFrameReader block = Blocks(); register.Number < _offsets.Length && block.Next();)
        {
            if (block.Kind == TraceBlock.Registers)
            {
                block.Bytes.Slice(_offsets[register.Number], register.Bytes).CopyTo(value);
                return true;
            }
        }

        // Where the vCPU was is known of each frame.
        if (register is { Group: RegisterGroup.Core, Name: "pc" })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(value, _notes.Pc);
            return true;
        }

        return TryReadSystemRegister(register, value);
    }

    public void ReadRegisters(int cpu, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable)
    {
        for (int i = 0; i < registers.Count; i++)
        {
            readable[i] = TryReadRegister(cpu, registers[i], values[..registers[i].Bytes]);
            values = values[registers[i].Bytes..];
        }
    }

    public string? WriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value) => Fixed;

    public int ReadMemory(int cpu, AddressView view, ulong address, Span<byte> into)
    {
        int done = 0;
        for (int found = 1; done < into.Length && found > 0; done += found)
        {
            found = ReadBlock(address + (ulong)done, into[done..]);
            found = found > 0 ? found : _constant(address + (ulong)done, into[done..]);
        }

        return done;
    }

    public bool TryWriteMemory(int cpu, AddressView view, ulong address, ReadOnlySpan<byte> bytes) => false;

    private int ReadBlock(ulong address, Span<byte> into)
    {
        for (TraceFrameReader block = Blocks(); block.Next();)
        {
            ulong skip = address - block.Value;
            if (block.Kind == TraceBlock.Memory && skip < (ulong)block.Bytes.Length)
            {
                int count = Math.Min(into.Length, block.Bytes.Length - (int)skip);
                block.Bytes.Slice((int)skip, count).CopyTo(into);
                return count;
            }
        }

        return 0;
    }

    private bool TryReadSystemRegister(RegisterDescription register, Span<byte> value)
    {
        ReadOnlySpan<byte> rest = _notes.SystemRegisters;
        while (!rest.IsEmpty)
        {
            int length = rest[2];
            if (BinaryPrimitives.ReadUInt16LittleEndian(rest) == register.Number)
            {
                rest.Slice(3, length).CopyTo(value);
                return true;
            }

            rest = rest[(3 + length)..];
        }

        return false;
    }

    private TraceFrameReader Blocks() => new(_blocks.Span, _layout.GeneralPacketBytes);
}
