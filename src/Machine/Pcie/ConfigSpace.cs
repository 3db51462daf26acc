using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// The configuration space of a function (PCI Local Bus Specification 3.0, chapter 6; PCI Express Base Specification,
/// chapter 7): what each byte holds, which of its bits software may write, and which it clears by writing ones.
/// </summary>
internal sealed class ConfigSpace
{
    public const int ConventionalBytes = 256;
    public const int ExpressBytes = 4096;

    private const int Command = 0x04;
    private const int Status = 0x06;
    private const int CacheLineSize = 0x0c;
    private const int HeaderType = 0x0e;
    private const int FirstBaseAddress = 0x10;
    private const int SubsystemVendor = 0x2c;
    private const int CapabilitiesPointer = 0x34;
    private const int InterruptLine = 0x3c;
    private const int InterruptPin = 0x3d;
    private const int HeaderBytes = 0x40;
    private const int ExtendedCapabilities = 0x100;

    private const int InterruptStatusBit = 3;
    private const int CapabilitiesListBit = 4;
    private const uint MultiFunction = 0x80;

    /// <summary>I/O Space, Memory Space, Bus Master, Parity Error Response, SERR# Enable, Interrupt Disable as QEMU has them.</summary>
    private const uint CommandWritable = 0x0507;

    private readonly byte[] _values;
    [NotState("fixed when the function was made")]
    private readonly byte[] _afterReset;
    [NotState("fixed when the function was made")]
    private readonly byte[] _writable;
    [NotState("fixed when the function was made")]
    private readonly byte[] _clearable;
    [NotState("fixed when the function was made")]
    private readonly bool[] _sticky;
    [NotState("fixed when the function was made")]
    private int _freeAt = HeaderBytes;
    [NotState("fixed when the function was made")]
    private int _lastExtended;

    public ConfigSpace(FunctionIdentity identity)
    {
        int bytes = identity.IsExpress ? ExpressBytes : ConventionalBytes;
        _values = new byte[bytes];
        _afterReset = new byte[bytes];
        _writable = new byte[bytes];
        _clearable = new byte[bytes];
        _sticky = new bool[bytes];
        Fix(0x00, 2, identity.Vendor);
        Fix(0x02, 2, identity.Device);
        Fix(0x08, 4, (identity.ClassCode << 8) | identity.Revision);
        Fix(HeaderType, 1, identity.HeaderType | (identity.MultiFunction ? MultiFunction : 0));
        if (identity.HeaderType == 0)
        {
            Fix(SubsystemVendor, 2, identity.SubsystemVendor);
            Fix(SubsystemVendor + 2, 2, identity.Subsystem);
        }

        Fix(InterruptPin, 1, (uint)identity.InterruptPin);
        Allow(Command, 2, CommandWritable);
        AllowClear(Status, 2, (uint)FunctionErrors.All);
        _writable[CacheLineSize] = 0xff;
        _writable[InterruptLine] = 0xff;
        if (identity.KeepsUnusedBytes)
        {
            _writable.AsSpan(HeaderBytes).Fill(0xff);
        }
    }

    /// <summary>256, or 4096 for a function of PCI Express.</summary>
    public int Length => _values.Length;

    public bool IoSpaceEnabled => ((uint)_values[Command]).Bit(0);

    public bool MemorySpaceEnabled => ((uint)_values[Command]).Bit(1);

    /// <summary>Bus Master Enable: the function may send requests, and a bridge may pass on those of others.</summary>
    public bool BusMasterEnabled => ((uint)_values[Command]).Bit(2);

    public bool SystemErrorEnabled => ((uint)_values[Command + 1]).Bit(0);

    public bool InterruptDisabled => ((uint)_values[Command + 1]).Bit(2);

    /// <summary>The device says that it has other functions than this one.</summary>
    public bool IsMultiFunction => (_values[HeaderType] & MultiFunction) != 0;

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
        Fix(at, 4, bar.Flags);
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
    /// <param name="at">Where it begins; null for the next free place.</param>
    public int AddCapability(byte id, int bytes, int? at = null)
    {
        int first = at ?? _freeAt;
        _freeAt = Math.Max(_freeAt, (first + bytes + 3) & ~3);
        _writable.AsSpan(first, bytes).Clear();
        Fix(first, 1, id);
        Fix(first + 1, 1, _afterReset[CapabilitiesPointer]);
        Fix(CapabilitiesPointer, 1, (uint)first);
        Fix(Status, 1, 1u << CapabilitiesListBit);
        return first;
    }

    /// <summary>
    /// Puts an extended capability at the end of their list (PCI Express Base Specification, PCI Express Extended Capability
    /// Header). The first is to be at 0x100; its bytes behind the header are zero and read-only.
    /// </summary>
    /// <param name="id">Extended capability ID, 16 bits.</param>
    /// <param name="version">4 bits.</param>
    /// <param name="bytes">Length with the header.</param>
    /// <param name="at">Where it begins; null for the next free place.</param>
    public int AddExtendedCapability(ushort id, uint version, int bytes, int? at = null)
    {
        int first = at ?? Math.Max(_freeAt, ExtendedCapabilities);
        _freeAt = Math.Max(_freeAt, (first + bytes + 3) & ~3);
        _writable.AsSpan(first, bytes).Clear();
        Fix(first, 4, id | (version << 16));
        if (_lastExtended != 0)
        {
            uint last = Read(_lastExtended, 4);
            Fix(_lastExtended, 4, last.WithField(31, 20, (uint)first));
        }

        _lastExtended = first;
        return first;
    }

    /// <summary>Sets 1, 2 or 4 bytes and what they are after a reset. Software cannot write them before <see cref="Allow"/>.</summary>
    public void Fix(int offset, int size, uint value)
    {
        for (int i = 0; i < size; i++)
        {
            _afterReset[offset + i] = (byte)(value >> (i * 8));
            _values[offset + i] = _afterReset[offset + i];
            _writable[offset + i] = 0;
        }
    }

    /// <summary>Lets software write bits of 1, 2 or 4 bytes, and no others of them.</summary>
    public void Allow(int offset, int size, uint mask)
    {
        for (int i = 0; i < size; i++)
        {
            _writable[offset + i] = (byte)(mask >> (i * 8));
        }
    }

    /// <summary>Lets software clear bits of 1, 2 or 4 bytes by writing ones.</summary>
    public void AllowClear(int offset, int size, uint mask)
    {
        for (int i = 0; i < size; i++)
        {
            _clearable[offset + i] = (byte)(mask >> (i * 8));
        }
    }

    /// <summary>Only a reset of the whole machine changes these bytes (PCI Express Base Specification, sticky registers).</summary>
    public void KeepOverReset(int offset, int bytes) => _sticky.AsSpan(offset, bytes).Fill(true);

    /// <summary>Sets error bits of the Status register (section 6.2.3).</summary>
    public void Report(FunctionErrors errors) => Poke(Status, 2, Read(Status, 2) | (uint)errors);

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

    /// <summary>Writes 1, 2 or 4 bytes, naturally aligned, as software does.</summary>
    public void Write(int offset, int size, uint value)
    {
        for (int i = 0; i < size; i++)
        {
            byte written = (byte)(value >> (i * 8));
            byte mask = _writable[offset + i];
            ref byte stored = ref _values[offset + i];
            stored = (byte)(((stored & ~mask) | (written & mask)) & ~(written & _clearable[offset + i]));
        }
    }

    /// <summary>Writes 1, 2 or 4 bytes as the function itself does.</summary>
    public void Poke(int offset, int size, uint value)
    {
        for (int i = 0; i < size; i++)
        {
            _values[offset + i] = (byte)(value >> (i * 8));
        }
    }

    /// <param name="keepsSticky">It is not a reset of the whole machine.</param>
    public void Reset(bool keepsSticky)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = keepsSticky && _sticky[i] ? _values[i] : _afterReset[i];
        }
    }

    public void Save(StateWriter to) => to.Write(_values.AsSpan());

    public void Restore(StateReader from) => from.ReadBytes(_values);
}
