using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Agent;
using GdbHost.Protocol.Tracing;

namespace GdbHost.GdbStub.Tracing;

/// <summary>Makes trace frames of a vCPU. On the machine's thread alone.</summary>
internal sealed class TraceCollector(RegisterLayout layout, TraceVariables variables, TraceBuffer buffer) : IAgentSubject
{
    // A range of memory that is longer than this is cut, as is a frame.
    private const int LongestFrame = 1 << 20;
    private const int LongestString = 1 << 12;
    private const int SystemRegistersRoom = 1 << 14;

    private readonly TraceFrameWriter _frame = new(LongestFrame);
    private readonly byte[] _systemRegisters = new byte[SystemRegistersRoom];
    private int _systemBytes;
    private bool _hasRegisters;
    private ITracedCpu? _cpu;
    private string? _staticData;

    /// <summary>Whether a hit counts.</summary>
    public AgentOutcome Evaluate(AgentExpression condition, ITracedCpu cpu, out bool holds)
    {
        _cpu = cpu;
        AgentOutcome outcome = condition.Evaluate(this, out ulong value);
        holds = value != 0;
        return outcome;
    }

    /// <summary>Makes a frame and puts it into the buffer.</summary>
    /// <param name="frameBytes">Bytes of the frame; negative where the buffer has no room for it.</param>
    /// <returns>How the first expression that failed has failed.</returns>
    public AgentOutcome Collect(Tracepoint tracepoint, IReadOnlyList<TraceAction> actions, ITracedCpu cpu, Func<string>? staticData, out int frameBytes)
    {
        _cpu = cpu;
        _systemBytes = 0;
        _hasRegisters = false;
        _staticData = null;
        _frame.Begin(tracepoint.Number);
        AgentOutcome outcome = AgentOutcome.Done;
        for (int i = 0; i < actions.Count; i++)
        {
            switch (actions[i])
            {
                case CollectRegisters registers:
                    Take(registers);
                    break;
                case CollectMemory memory:
                    Take(memory);
                    break;
                case EvaluateExpression one:
                    AgentOutcome now = one.Expression.Evaluate(this, out _);
                    outcome = outcome == AgentOutcome.Done ? now : outcome;
                    break;
                case CollectStaticData:
                    _staticData = staticData?.Invoke();
                    break;
            }
        }

        TraceFrameNotes notes = new(tracepoint.Number, cpu.ProgramCounter, _systemBytes == 0 ? [] : _systemRegisters[.._systemBytes], _staticData);
        frameBytes = buffer.TryAdd(_frame.End(), notes) ? _frame.Length : -1;
        return outcome;
    }

    public bool TryReadRegister(int number, out ulong value)
    {
        value = 0;
        if (number >= layout.All.Count)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        bool done = _cpu!.TryReadRegister(layout.All[number], bytes[..layout.All[number].Bytes]);
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return done;
    }

    public bool TryReadMemory(ulong address, Span<byte> into) => _cpu!.ReadMemory(address, into) == into.Length;

    public void Print(string text)
    {
        // A tracepoint has no console; printf is of breakpoints' commands.
    }

    public bool TryReadVariable(int number, out ulong value) => variables.TryReadNow(number, out value);

    public bool TryWriteVariable(int number, ulong value) => variables.TryWrite(number, value);

    /// <summary>What cannot be read is not collected, and no error: the user sees that it is not there.</summary>
    public bool TryCollectMemory(ulong address, ulong length)
    {
        ulong left = Math.Min(length, LongestFrame);
        while (left > 0)
        {
            int asked = (int)Math.Min(left, TraceFrameWriter.LongestBlock);
            Span<byte> room = _frame.Memory(address, asked);
            if (room.IsEmpty)
            {
                break;
            }

            int read = _cpu!.ReadMemory(address, room);
            if (read < asked)
            {
                _frame.Shorten(asked, read);
                break;
            }

            address += (ulong)read;
            left -= (ulong)read;
        }

        return true;
    }

    public bool TryCollectString(ulong address, ulong longest)
    {
        int asked = (int)Math.Min(longest, LongestString);
        Span<byte> room = asked > 0 ? _frame.Memory(address, asked) : default;
        if (!room.IsEmpty)
        {
            int read = _cpu!.ReadMemory(address, room);
            int end = room[..read].IndexOf((byte)0);
            int kept = end < 0 ? read : end + 1;
            _frame.Shorten(asked, kept);
        }

        return true;
    }

    public bool TryCollectVariable(int number)
    {
        bool there = variables.TryReadNow(number, out ulong value);
        if (there)
        {
            _frame.Variable(number, value);
        }

        return there;
    }

    /// <summary>All that g shows come together, as in gdb's own server: trace files know no other form. The others are kept beside the frame.</summary>
    private void Take(CollectRegisters wanted)
    {
        int inBlock = layout.InGeneralPacket.Length;
        for (int i = 0; i < wanted.Numbers.Count; i++)
        {
            int number = wanted.Numbers[i];
            if (number < inBlock)
            {
                TakeBlock();
            }
            else if (number < layout.All.Count)
            {
                TakeSystemRegister(layout.All[number]);
            }
        }
    }

    private void TakeBlock()
    {
        if (_hasRegisters)
        {
            return;
        }

        _hasRegisters = true;
        Span<byte> room = _frame.Registers(layout.GeneralPacketBytes);
        for (int i = 0; !room.IsEmpty && i < layout.InGeneralPacket.Length; i++)
        {
            RegisterDescription register = layout.InGeneralPacket[i];
            room[..register.Bytes].Clear();
            _cpu!.TryReadRegister(register, room[..register.Bytes]);
            room = room[register.Bytes..];
        }
    }

    private void TakeSystemRegister(RegisterDescription register)
    {
        const int Header = 3;
        Span<byte> room = _systemRegisters.AsSpan(_systemBytes);
        if (room.Length < Header + register.Bytes || !_cpu!.TryReadRegister(register, room.Slice(Header, register.Bytes)))
        {
            return;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)register.Number);
        room[2] = (byte)register.Bytes;
        _systemBytes += Header + register.Bytes;
    }

    private void Take(CollectMemory memory)
    {
        ulong from = 0;
        if (memory.Base is not int register || TryReadRegister(register, out from))
        {
            TryCollectMemory(from + memory.Offset, memory.Length);
        }
    }
}
