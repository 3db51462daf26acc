using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices;

/// <summary>
/// QEMU's firmware configuration device, memory-mapped and with DMA (QEMU documentation, QEMU Firmware Configuration
/// (fw_cfg) Device): items by number and files by name, read as a stream of bytes. Its registers are big-endian.
/// </summary>
internal sealed class FwCfg : IDevice, IBusDevice
{
    private const ulong DataRegister = 0;
    private const ulong SelectorRegister = 8;
    private const ulong DmaRegister = 16;
    private const ulong End = 24;

    private const ushort SignatureItem = 0x00;
    private const ushort IdItem = 0x01;
    private const ushort DirectoryItem = 0x19;
    private const ushort FirstFile = 0x20;

    /// <summary>Both interfaces: traditional and DMA.</summary>
    private const uint Features = 3;

    private const uint DmaError = 1 << 0;
    private const uint DmaRead = 1 << 1;
    private const uint DmaSkip = 1 << 2;
    private const uint DmaSelect = 1 << 3;
    private const uint DmaWrite = 1 << 4;

    private readonly Dictionary<ushort, byte[]> _items = [];
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly PhysicalBus _bus;
    private readonly DeviceEvents _events;
    private ushort _selected;
    private uint _position;
    private uint _dmaHigh;

    public FwCfg(string name, PhysicalBus bus, DeviceEvents events)
    {
        Name = name;
        _bus = bus;
        _events = events;
        Set(SignatureItem, "QEMU"u8.ToArray());
        Set(IdItem, Little(Features));
        MakeDirectory();
    }

    public string Name { get; }

    public string StateName => Name;

    /// <summary>Sets an item by its number.</summary>
    public void Set(ushort item, byte[] value) => _items[item] = value;

    /// <summary>Adds a file; numbers go by name, as QEMU orders them.</summary>
    public void AddFile(string name, byte[] content)
    {
        _files[name] = content;
        MakeDirectory();
    }

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = 0;
        if (offset + (ulong)size <= SelectorRegister)
        {
            for (int i = 0; i < size; i++)
            {
                value |= (ulong)NextByte() << (i * 8);
            }
        }
        else
        {
            TryPeek(offset, size, out value);
        }

        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        switch (offset, size)
        {
            case (SelectorRegister, 2):
                Select(BinaryPrimitives.ReverseEndianness((ushort)value));
                break;
            case (DmaRegister, 4):
                _dmaHigh = BinaryPrimitives.ReverseEndianness((uint)value);
                break;
            case (DmaRegister + 4, 4):
                RunDma(((ulong)_dmaHigh << 32) | BinaryPrimitives.ReverseEndianness((uint)value));
                break;
            case (DmaRegister, 8):
                RunDma(BinaryPrimitives.ReverseEndianness(value));
                break;
            default:
                // Writes through the data register came to an end with QEMU 2.4.
                DeviceMisuse misuse = offset < SelectorRegister ? DeviceMisuse.WriteToReadOnly : DeviceMisuse.Width;
                _events.Report(new DeviceEvent(Name, offset, size, IsWrite: true, value, misuse));
                break;
        }

        return BusResult.Ok;
    }

    /// <summary>The DMA register reads as a signature; the stream of data cannot be looked at without taking it.</summary>
    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        value = 0;
        if (offset is >= DmaRegister and < End)
        {
            ReadOnlySpan<byte> signature = "QEMU CFG"u8;
            for (int i = 0; i < size; i++)
            {
                value |= (ulong)signature[(int)(offset - DmaRegister) + i] << (i * 8);
            }
        }

        return offset >= SelectorRegister;
    }

    public void Reset()
    {
        Select(SignatureItem);
        _dmaHigh = 0;
    }

    public void Save(StateWriter to)
    {
        to.Write((uint)_selected);
        to.Write(_position);
        to.Write(_dmaHigh);
    }

    public void Restore(StateReader from)
    {
        _selected = (ushort)from.ReadUInt32();
        _position = from.ReadUInt32();
        _dmaHigh = from.ReadUInt32();
    }

    private static byte[] Little(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private void MakeDirectory()
    {
        const int EntryBytes = 64;
        const int NameOffset = 8;
        byte[] directory = new byte[4 + (_files.Count * EntryBytes)];
        BinaryPrimitives.WriteUInt32BigEndian(directory, (uint)_files.Count);
        ushort item = FirstFile;
        int at = 4;
        foreach ((string name, byte[] content) in _files)
        {
            Span<byte> entry = directory.AsSpan(at, EntryBytes);
            BinaryPrimitives.WriteUInt32BigEndian(entry, (uint)content.Length);
            BinaryPrimitives.WriteUInt16BigEndian(entry[4..], item);
            Encoding.ASCII.GetBytes(name, entry[NameOffset..(EntryBytes - 1)]);
            Set(item++, content);
            at += EntryBytes;
        }

        Set(DirectoryItem, directory);
    }

    private void Select(ushort item)
    {
        // Bit 14 once chose writing.
        _selected = (ushort)(item & ~0x4000);
        _position = 0;
    }

    private ReadOnlySpan<byte> Rest()
    {
        byte[] item = _items.GetValueOrDefault(_selected, []);
        return item.AsSpan((int)Math.Min(_position, (uint)item.Length));
    }

    private byte NextByte()
    {
        ReadOnlySpan<byte> rest = Rest();
        Advance(1);
        return rest.Length > 0 ? rest[0] : (byte)0;
    }

    private void Advance(uint bytes) => _position = (uint)Math.Min(_position + (ulong)bytes, uint.MaxValue);

    /// <summary>Carries out the descriptor at an address: control, length, address, all big-endian. Its accesses are Non-secure.</summary>
    private void RunDma(ulong at)
    {
        _dmaHigh = 0;
        Span<byte> descriptor = stackalloc byte[16];
        if (!_bus.TryPeek(new PhysicalAddress(at), descriptor, nonSecure: true))
        {
            _events.Report(new DeviceEvent(Name, DmaRegister, 8, IsWrite: true, at, DeviceMisuse.Value));
            return;
        }

        uint control = BinaryPrimitives.ReadUInt32BigEndian(descriptor);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(descriptor[4..]);
        ulong target = BinaryPrimitives.ReadUInt64BigEndian(descriptor[8..]);
        if ((control & DmaSelect) != 0)
        {
            Select((ushort)(control >> 16));
        }

        bool done = true;
        if ((control & DmaRead) != 0)
        {
            done = CopyOut(target, length);
        }
        else if ((control & DmaWrite) != 0)
        {
            // No item is writable.
            done = false;
        }

        if ((control & (DmaRead | DmaSkip)) != 0)
        {
            Advance(length);
        }

        Span<byte> result = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(result, done ? 0 : DmaError);
        _bus.TryPoke(new PhysicalAddress(at), result, nonSecure: true);
    }

    /// <summary>Copies the rest of the item, and zeros behind its end.</summary>
    private bool CopyOut(ulong target, uint length)
    {
        const int ChunkBytes = 4096;
        ReadOnlySpan<byte> rest = Rest();
        int fromItem = (int)Math.Min((uint)rest.Length, length);
        bool done = _bus.TryPoke(new PhysicalAddress(target), rest[..fromItem], nonSecure: true);
        Span<byte> zeros = stackalloc byte[ChunkBytes];
        zeros.Clear();
        for (uint at = (uint)fromItem; done && at < length;)
        {
            int chunk = (int)Math.Min(ChunkBytes, length - at);
            done = _bus.TryPoke(new PhysicalAddress(target + at), zeros[..chunk], nonSecure: true);
            at += (uint)chunk;
        }

        return done;
    }
}
