using System;
using System.IO;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices;

/// <summary>
/// A bank of two 16-bit NOR flash chips side by side with the Intel command set (JEDEC JESD68, Common Flash Interface;
/// JEP137, command set 0001), 32 bits wide: what Linux's cfi_cmdset_0001 and UEFI's driver talk to. Both chips do
/// everything in step. Erasing and programming take no time.
/// </summary>
internal sealed class Flash : IDevice, IMemoryDevice
{
    private const int SectorBytes = 256 << 10;
    private const int BufferBytes = 4096;

    private const byte Ready = 0x80;
    private const byte EraseError = 0x20;
    private const byte ProgramError = 0x10;

    private const byte Manufacturer = 0x89;
    private const byte Chip = 0x18;

    /// <summary>CFI query data from address 0x10 on, of one chip: 32 MiB in 256 blocks of 128 KiB.</summary>
    private static readonly byte[] Query =
    [
        (byte)'Q', (byte)'R', (byte)'Y', // 0x10: signature
        0x01, 0x00, 0x31, 0x00, // 0x13: primary command set and its table
        0x00, 0x00, 0x00, 0x00, // 0x17: no alternate one
        0x45, 0x55, 0x00, 0x00, // 0x1b: voltages
        0x07, 0x07, 0x0a, 0x00, // 0x1f: typical times
        0x04, 0x04, 0x04, 0x00, // 0x23: longest times
        0x19, 0x02, 0x00, 0x0b, 0x00, // 0x27: 2^25 bytes, x8/x16, buffer of 2^11 bytes
        0x01, 0xff, 0x00, 0x00, 0x02, // 0x2c: one region: 256 blocks of 0x200 * 256 bytes
        (byte)'P', (byte)'R', (byte)'I', (byte)'1', (byte)'0', // 0x31: primary table, version 1.0
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // 0x36: no optional features
        0x00, 0x01, // 0x3e: one protection field
    ];

    /// <summary>Media are written in pieces of which this is the least.</summary>
    private const int MediumUnit = 512;

    private readonly Ram _array;
    private readonly IBlockStorage? _medium;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private State _state = State.ReadArray;
    private byte _status = Ready;
    private uint _bufferBase;
    private uint _wordsLeft;

    [NotState("media are no part of a snapshot")]
    private bool _mediumIsBehind;

    /// <param name="array">The contents.</param>
    /// <param name="medium">Gets what is programmed and erased; null for none.</param>
    public Flash(Ram array, IBlockStorage? medium = null)
    {
        _array = array;
        _medium = medium;
    }

    /// <summary>What the next access means.</summary>
    private enum State : byte
    {
        ReadArray,
        ReadStatus,
        ReadIdentifier,
        ReadQuery,
        Program,
        Erase,
        Lock,
        BufferCount,
        BufferData,
        BufferConfirm,
    }

    public string Name => _array.Name;

    public string StateName => _array.Name;

    public bool ReadsAsMemory => _state == State.ReadArray;

    public Action? ReadModeChanged { get; set; }

    public Action<ulong, int>? ContentChanged { get; set; }

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = 0;
        for (int i = 0; i < size; i++)
        {
            value |= (ulong)ReadByte(offset + (ulong)i) << (i * 8);
        }

        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (size == 8)
        {
            Write((uint)offset, 4, (uint)value);
            Write((uint)offset + 4, 4, (uint)(value >> 32));
        }
        else
        {
            Write((uint)offset, size, (uint)value);
        }

        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        Read(offset, size, out value);
        return true;
    }

    /// <summary>The contents stay: that is what flash is for.</summary>
    public void Reset()
    {
        _status = Ready;
        Enter(State.ReadArray);
    }

    public void Save(StateWriter to)
    {
        to.Write((byte)_state);
        to.Write(_status);
        to.Write(_buffer.AsSpan());
        to.Write(_bufferBase);
        to.Write(_wordsLeft);
    }

    public void Restore(StateReader from)
    {
        State state = (State)from.ReadByte();
        if (!Enum.IsDefined(state))
        {
            throw new InvalidDataException($"saved state has flash in an unknown state {(byte)state}");
        }

        _status = from.ReadByte();
        from.ReadBytes(_buffer);
        _bufferBase = (uint)from.ReadBelow((int)(_array.Size - BufferBytes) + 1, "the base of a flash buffer");
        _wordsLeft = from.ReadUInt32();
        _mediumIsBehind = true;
        Enter(state);
    }

    /// <summary>One byte; each chip gives its answer in the low byte of its 16 bits.</summary>
    private byte ReadByte(ulong offset)
    {
        if (_state == State.ReadArray)
        {
            return _array.Span(offset, 1)[0];
        }

        bool lowByte = (offset & 1) == 0;
        ulong word = offset / 4;
        return _state switch
        {
            _ when !lowByte => 0,
            State.ReadIdentifier => (word & 0xff) switch { 0 => Manufacturer, 1 => Chip, _ => 0 },
            State.ReadQuery => word >= 0x10 && word - 0x10 < (ulong)Query.Length ? Query[word - 0x10] : (byte)0,
            _ => _status,
        };
    }

    private void Write(uint offset, int size, uint value)
    {
        byte command = (byte)value;
        switch (_state)
        {
            case State.Program:
                Program(offset, size, value);
                Enter(State.ReadStatus);
                break;
            case State.Erase:
                Confirm(command, () => Erase(offset));
                break;
            case State.Lock:
                Enter(command is 0x01 or 0xd0 ? State.ReadStatus : State.ReadArray);
                break;
            case State.BufferCount:
                BeginBuffer(offset, value & 0xffff);
                break;
            case State.BufferData:
                FillBuffer(offset, size, value);
                break;
            case State.BufferConfirm:
                Confirm(command, FlushBuffer);
                break;
            default:
                Command(command);
                break;
        }
    }

    private void Command(byte command)
    {
        switch (command)
        {
            case 0x10 or 0x40:
                Enter(State.Program);
                break;
            case 0x20:
                Enter(State.Erase);
                break;
            case 0x50:
                _status = Ready;
                Enter(State.ReadArray);
                break;
            case 0x60:
                Enter(State.Lock);
                break;
            case 0x70:
                Enter(State.ReadStatus);
                break;
            case 0x90:
                Enter(State.ReadIdentifier);
                break;
            case 0x98:
                Enter(State.ReadQuery);
                break;
            case 0xe8:
                Enter(State.BufferCount);
                break;
            default:
                // 0xff is Read Array; 0xf0 is what drivers send to chips of another family.
                Enter(State.ReadArray);
                break;
        }
    }

    private void Enter(State state)
    {
        bool changes = (state == State.ReadArray) != ReadsAsMemory;
        _state = state;
        if (changes)
        {
            ReadModeChanged?.Invoke();
        }
    }

    private void Confirm(byte command, Action action)
    {
        if (command == 0xd0)
        {
            action();
            Enter(State.ReadStatus);
        }
        else
        {
            _status |= command == 0xff ? (byte)0 : (byte)(EraseError | ProgramError);
            Enter(command == 0xff ? State.ReadArray : State.ReadStatus);
        }
    }

    private void Erase(uint offset)
    {
        uint start = offset & ~(uint)(SectorBytes - 1);
        _array.Span(start, SectorBytes).Fill(0xff);
        Changed(start, SectorBytes);
    }

    private void Program(uint offset, int size, uint value)
    {
        // Programming only clears bits.
        Span<byte> cells = _array.Span(offset, size);
        for (int i = 0; i < size; i++)
        {
            cells[i] &= (byte)(value >> (i * 8));
        }

        Changed(offset, size);
    }

    private void BeginBuffer(uint offset, uint wordsBeforeLast)
    {
        _bufferBase = offset & ~(uint)(BufferBytes - 1);
        _wordsLeft = wordsBeforeLast + 1;
        Array.Fill(_buffer, (byte)0xff);
        Enter(State.BufferData);
    }

    private void FillBuffer(uint offset, int size, uint value)
    {
        uint at = offset - _bufferBase;
        if (at > BufferBytes - (uint)size)
        {
            _status |= ProgramError;
        }
        else
        {
            for (int i = 0; i < size; i++)
            {
                _buffer[at + (uint)i] = (byte)(value >> (i * 8));
            }
        }

        if (--_wordsLeft == 0)
        {
            Enter(State.BufferConfirm);
        }
    }

    private void FlushBuffer()
    {
        if ((_status & ProgramError) != 0)
        {
            return;
        }

        Span<byte> cells = _array.Span(_bufferBase, BufferBytes);
        for (int i = 0; i < BufferBytes; i++)
        {
            cells[i] &= _buffer[i];
        }

        Changed(_bufferBase, BufferBytes);
    }

    private void Changed(uint offset, int size)
    {
        ContentChanged?.Invoke(offset, size);
        if (_medium is null)
        {
            return;
        }

        // Contents of a snapshot are not on the medium, nor is what the host did not take: then all of it is written.
        uint first = _mediumIsBehind ? 0 : offset & ~(uint)(MediumUnit - 1);
        ulong end = _mediumIsBehind ? _array.Size : ((ulong)offset + (ulong)size + MediumUnit - 1) & ~(ulong)(MediumUnit - 1);
        _mediumIsBehind = !_medium.TryWrite(first, _array.Span(first, (int)(end - first)));
        if (_mediumIsBehind)
        {
            _status |= EraseError | ProgramError;
        }
    }
}
