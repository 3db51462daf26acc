using System;
using System.Buffers.Binary;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>The region of an exerciser: registers in the lower half, its buffer in the upper.</summary>
internal sealed class RegistersAndBuffer(IBusDevice registers, byte[] buffer) : IBusDevice
{
    public string Name => registers.Name;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        if (!IsBuffer(offset))
        {
            return registers.Read(offset, size, out value);
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        buffer.AsSpan(At(offset), size).CopyTo(bytes);
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        if (!IsBuffer(offset))
        {
            return registers.Write(offset, size, value);
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..size].CopyTo(buffer.AsSpan(At(offset)));
        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value) =>
        IsBuffer(offset) ? Read(offset, size, out value) == BusResult.Ok : registers.TryPeek(offset, size, out value);

    private bool IsBuffer(ulong offset) => offset >= (ulong)buffer.Length;

    private int At(ulong offset) => (int)offset - buffer.Length;
}
