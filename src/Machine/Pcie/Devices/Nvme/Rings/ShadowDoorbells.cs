using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Rings;

/// <summary>
/// Doorbells of I/O queues in memory (NVM Express Base Specification 1.4, section 7.13): a driver writes the shadow always, and the register only where
/// the value passes the one that the controller has asked for. This one asks for every change.
/// </summary>
internal sealed class ShadowDoorbells(DmaPort memory)
{
    private ulong _shadows;
    private ulong _askedFor;

    private bool IsOn => _shadows != 0;

    /// <summary>Doorbell Buffer Config.</summary>
    public void Set(ulong shadows, ulong askedFor) => (_shadows, _askedFor) = (shadows, askedFor);

    public void Clear() => Set(0, 0);

    /// <summary>What the driver says now; the value known where there is no shadow, or nonsense in it.</summary>
    public int Look(int queue, bool completion, int known, int entries)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        if (!IsOn || queue == 0 || memory.Read(_shadows + Place(queue, completion), bytes) != DmaResult.Ok)
        {
            return known;
        }

        uint value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return value < (uint)entries ? (int)value : known;
    }

    /// <summary>The register was written: the shadow is to say the same.</summary>
    public void Rung(int queue, bool completion, int value) => Write(_shadows, queue, completion, value);

    /// <summary>Asks for the register to be written at the next change.</summary>
    public void Ask(int queue, bool completion, int known) => Write(_askedFor, queue, completion, known);

    public void Save(StateWriter to)
    {
        to.Write(_shadows);
        to.Write(_askedFor);
    }

    public void Restore(StateReader from) => Set(from.ReadUInt64(), from.ReadUInt64());

    private static ulong Place(int queue, bool completion) => ((ulong)queue * 8) + (completion ? 4ul : 0);

    private void Write(ulong buffer, int queue, bool completion, int value)
    {
        if (IsOn && queue != 0)
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            memory.Write(buffer + Place(queue, completion), bytes);
        }
    }
}
