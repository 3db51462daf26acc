using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// The 256 bytes of configuration space of a function with a type 0 header (PCI Local Bus Specification 3.0, chapter
/// 6): what each byte holds, and which of its bits software may write.
/// </summary>
internal sealed class ConfigSpace
{
    public const int Bytes = 256;

    private const int Command = 0x04;
    private const int Status = 0x06;
    private const int FirstBaseAddress = 0x10;

    private const int CacheLineSize = 0x0c;
    private const int SubsystemVendor = 0x2c;
    private const int CapabilitiesPointer = 0x34;
    private const int InterruptLine = 0x3c;
    private const int InterruptPin = 0x3d;
    private const int HeaderBytes = 0x40;

    private const int InterruptStatusBit = 3;
    private const int CapabilitiesListBit = 4;

    /// <summary>I/O Space, Memory Space, Bus Master, SERR# Enable, Interrupt Disable.</summary>
    private const ushort CommandWritable = 0x0507;

    private readonly byte[] _values = new byte[Bytes];
    [NotState("fixed when the function was made")]
    private readonly byte[] _afterReset = new byte[Bytes];
    [NotState("fixed when the function was made")]
    private readonly byte[] _writable = new byte[Bytes];
    [NotState("fixed when the function was made")]
    private int _freeAt = HeaderBytes;

    public ConfigSpace(FunctionIdentity identity)
    {
        SetFixed(0x00, 2, identity.Vendor);
        SetFixed(0x02, 2, identity.Device);
        SetFixed(0x08, 4, (identity.ClassCode << 8) | identity.Revision);
        SetFixed(SubsystemVendor, 2, identity.SubsystemVendor);
        SetFixed(SubsystemVendor + 2, 2, identity.Subsystem);
        SetFixed(InterruptPin, 1, (uint)identity.InterruptPin);
        BinaryPrimitives.WriteUInt16LittleEndian(_writable.AsSpan(Command), CommandWritable);
        _writable[CacheLineSize] = 0xff;
        _writable[InterruptLine] = 0xff;

        // QEMU 7.2 lets software keep what it likes behind the header, where no capability is.
        _writable.AsSpan(HeaderBytes).Fill(0xff);
    }

    public bool IoSpaceEnabled => ((uint)_values[Command]).Bit(0);

    public bool MemorySpaceEnabled => ((uint)_values[Command]).Bit(1);

    public bool InterruptDisabled => ((uint)_values[Command + 1]).Bit(2);

    /// <summary>Interrupt Status: the function asks for an interrupt, whether or not it is let through.</summary>
    public bool InterruptPending
    {
        get => ((uint)_values[Status]).Bit(InterruptStatusBit);
        set => _values[Status] = (byte)((uint)_values[Status]).WithField(InterruptStatusBit, InterruptStatusBit, value ? 1u : 0u);
    }

    /// <summary>Interrupt Pin: 1 to 4 for INTA# to INTD#, 0 for a function without one.</summary>
    public int Pin => _values[InterruptPin];

    /// <summary>Makes room for a base address register, which answers a write of ones with its size.</summary>
    public void Add(BaseAddress bar)
    {
        int at = FirstBaseAddress + (bar.Index * 4);
        int width = bar.Is64Bit ? 8 : 4;
        SetFixed(at, 4, bar.Flags);
        for (int i = 0; i < width; i++)
        {
            _writable[at + i] = (byte)(~(bar.Size - 1) >> (i * 8));
        }
    }

    /// <summary>
    /// Puts a capability in front of the list (section 6.7) and gives the offset of its first byte. Its bytes behind ID
    /// and pointer are zero and read-only.
    /// </summary>
    /// <param name="id">Capability ID.</param>
    /// <param name="bytes">Length with ID and pointer.</param>
    public int AddCapability(byte id, int bytes)
    {
        int at = _freeAt;
        _freeAt += (bytes + 3) & ~3;
        _writable.AsSpan(at, _freeAt - at).Clear();
        SetFixed(at, 1, id);
        SetFixed(at + 1, 1, _afterReset[CapabilitiesPointer]);
        SetFixed(CapabilitiesPointer, 1, (uint)at);
        SetFixed(Status, 1, 1u << CapabilitiesListBit);
        return at;
    }

    /// <summary>Where a base address register has been put on the bus: in bytes, whether or not it is decoded.</summary>
    public ulong AddressOf(BaseAddress bar)
    {
        ulong value = Read(FirstBaseAddress + (bar.Index * 4), 4);
        if (bar.Is64Bit)
        {
            value |= (ulong)Read(FirstBaseAddress + (bar.Index * 4) + 4, 4) << 32;
        }

        return value & ~(bar.Size - 1);
    }

    /// <summary>Reads 1, 2 or 4 bytes, naturally aligned.</summary>
    public uint Read(int offset, int size)
    {
        uint value = 0;
        for (int i = 0; i < size; i++)
        {
            value |= (uint)_values[offset + i] << (i * 8);
        }

        return value;
    }

    /// <summary>Writes 1, 2 or 4 bytes, naturally aligned.</summary>
    public void Write(int offset, int size, uint value)
    {
        for (int i = 0; i < size; i++)
        {
            byte mask = _writable[offset + i];
            ref byte stored = ref _values[offset + i];
            stored = (byte)((stored & ~mask) | ((byte)(value >> (i * 8)) & mask));
        }
    }

    public void Reset() => _afterReset.CopyTo(_values, 0);

    public void Save(StateWriter to) => to.Write(_values.AsSpan());

    public void Restore(StateReader from) => from.ReadBytes(_values);

    private void SetFixed(int offset, int size, uint value)
    {
        for (int i = 0; i < size; i++)
        {
            _afterReset[offset + i] = (byte)(value >> (i * 8));
            _values[offset + i] = _afterReset[offset + i];
        }
    }
}
