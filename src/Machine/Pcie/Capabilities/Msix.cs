using System;
using System.Numerics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>
/// MSI-X (PCI Local Bus Specification 3.0, section 6.8.2): a table of messages in memory space, each with its own address,
/// data and mask, and an array of pending bits. Both are one region, the table first; accesses are of 4 or 8 bytes.
/// </summary>
internal sealed class Msix : Capability, IBusDevice
{
    private const byte Id = 0x11;
    private const int Length = 12;
    private const int Control = 2;
    private const int EntryWords = 4;
    private const int EntryBytes = EntryWords * 4;
    private const int VectorControl = 3;
    private const int Enable = 15;
    private const int FunctionMask = 14;

    private readonly PciFunction _function;
    private readonly uint[] _table;
    private readonly ulong[] _pending;
    private readonly uint _pendingAt;

    /// <param name="vectors">1 to 2048.</param>
    /// <param name="bar">Index of the base address register behind which table and pending bits are.</param>
    /// <param name="tableAt">Where the region begins there, a multiple of 8.</param>
    /// <param name="pendingAt">Where the pending bits begin there, a multiple of 8 behind the table.</param>
    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public Msix(PciFunction function, int vectors, int bar, uint tableAt, uint pendingAt, int? at = null)
        : base(function.Config.AddCapability(Id, Length, at), Length)
    {
        _function = function;
        _table = new uint[vectors * EntryWords];
        _pending = new ulong[(vectors + 63) / 64];
        _pendingAt = pendingAt - tableAt;
        ConfigSpace config = function.Config;
        config.Fix(Offset + Control, 2, (uint)vectors - 1);
        config.Allow(Offset + Control, 2, (1u << Enable) | (1u << FunctionMask));
        config.Fix(Offset + 4, 4, tableAt | (uint)bar);
        config.Fix(Offset + 8, 4, pendingAt | (uint)bar);
        Reset();
    }

    public string Name => $"{_function.StateName}.msix";

    /// <summary>MSI-X Enable; the function then does not use its pin.</summary>
    public bool Enabled => ControlRegister.Bit(Enable);

    public int Vectors => _table.Length / EntryWords;

    /// <summary>Bytes of the region, from the table's first to the last of the pending bits.</summary>
    public ulong RegionBytes => _pendingAt + ((ulong)_pending.Length * 8);

    private uint ControlRegister => _function.Config.Read(Offset + Control, 2);

    /// <summary>A base address register of its own for a table, as QEMU gives one: the pending bits are in its upper half.</summary>
    public static Msix WithOwnBar(PciFunction function, int vectors, int bar, BaseAddressKind kind = BaseAddressKind.Memory32, int? at = null)
    {
        const uint Smallest = 4096;
        uint half = Math.Max(Smallest / 2, BitOperations.RoundUpToPowerOf2((uint)(vectors * EntryBytes)));
        Msix msix = new(function, vectors, bar, tableAt: 0, pendingAt: half, at);
        function.AddBar(new BaseAddress(bar, kind, half * 2, msix));
        return msix;
    }

    /// <summary>Sends a vector's message, or keeps it pending while it or the function is masked.</summary>
    public void Notify(int vector)
    {
        if (!Enabled || vector >= Vectors)
        {
            return;
        }

        if (IsMasked(vector))
        {
            _pending[vector / 64] |= 1UL << (vector % 64);
            return;
        }

        (ulong address, uint data) = MessageOf(vector);
        _function.Dma.SendMessage(address, data);
    }

    /// <summary>Where a vector's message goes, and what it says.</summary>
    public (ulong Address, uint Data) MessageOf(int vector)
    {
        ReadOnlySpan<uint> entry = _table.AsSpan(vector * EntryWords, EntryWords);
        return (entry[0] | ((ulong)entry[1] << 32), entry[2]);
    }

    /// <summary>Whether a vector's message waits for an unmask.</summary>
    public bool IsPending(int vector) => _pending[vector / 64].Bit(vector % 64);

    /// <summary>Forgets that a vector's message waits.</summary>
    public void ClearPending(int vector) => _pending[vector / 64] &= ~(1UL << (vector % 64));

    public override void Written(int first, int size) => SendPending();

    public override void Reset()
    {
        Array.Clear(_table);
        Array.Clear(_pending);
        for (int vector = 0; vector < Vectors; vector++)
        {
            _table[(vector * EntryWords) + VectorControl] = 1;
        }
    }

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = size < 4 ? 0 : Word(offset);
        if (size == 8)
        {
            value |= (ulong)Word(offset + 4) << 32;
        }

        return BusResult.Ok;
    }

    /// <summary>Pending bits cannot be written.</summary>
    public BusResult Write(ulong offset, int size, ulong value)
    {
        for (int i = 0; i < size / 4; i++)
        {
            ulong word = (offset / 4) + (ulong)i;
            if (word < (ulong)_table.Length)
            {
                _table[word] = (uint)(value >> (i * 32)) & (word % EntryWords == VectorControl ? 1 : uint.MaxValue);
            }
        }

        SendPending();
        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        Read(offset, size, out value);
        return true;
    }

    public override void Save(StateWriter to)
    {
        to.Write(_table.AsSpan());
        to.Write(_pending.AsSpan());
    }

    public override void Restore(StateReader from)
    {
        from.ReadWords(_table.AsSpan());
        from.ReadWords(_pending.AsSpan());
    }

    /// <summary>Whether a vector's message is held back.</summary>
    public bool IsMasked(int vector) =>
        ControlRegister.Bit(FunctionMask) || _table[(vector * EntryWords) + VectorControl].Bit(0);

    private uint Word(ulong offset)
    {
        if (offset < (ulong)_table.Length * 4)
        {
            return _table[offset / 4];
        }

        ulong at = offset - _pendingAt;
        return offset >= _pendingAt && at < (ulong)_pending.Length * 8 ? (uint)(_pending[at / 8] >> (int)(at % 8 * 8)) : 0;
    }

    private void SendPending()
    {
        for (int vector = 0; Enabled && vector < Vectors; vector++)
        {
            if (IsPending(vector) && !IsMasked(vector))
            {
                ClearPending(vector);
                Notify(vector);
            }
        }
    }
}
