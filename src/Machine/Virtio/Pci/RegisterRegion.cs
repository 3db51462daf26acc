using System;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>A register of a region behind a base address register.</summary>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Bytes">1, 2 or 4.</param>
/// <param name="Read">Its value; null where only writes mean something.</param>
/// <param name="Write">What a write does; null where it can only be read.</param>
internal sealed record PciRegister(uint Offset, int Bytes, Func<VirtioPci, uint>? Read, Action<VirtioPci, uint>? Write = null)
{
    /// <summary>The value for a debugger, where reading changes the device.</summary>
    public Func<VirtioPci, uint>? Peek { get; init; }
}

/// <summary>
/// Registers of several widths, one row each. An access is to one register, at its first byte; software uses the register's own
/// width (Virtual I/O Device Specification 1.2, Virtio Over PCI Bus, Driver Requirements: PCI Device Layout).
/// </summary>
internal static class RegisterRegion
{
    public static uint Read(VirtioPci device, PciRegister[] rows, ulong offset, bool peek = false)
    {
        PciRegister? row = Array.Find(rows, r => r.Offset == offset);
        Func<VirtioPci, uint>? read = peek ? row?.Peek ?? row?.Read : row?.Read;
        return read?.Invoke(device) ?? 0;
    }

    public static void Write(VirtioPci device, PciRegister[] rows, ulong offset, int size, uint value)
    {
        PciRegister? row = Array.Find(rows, r => r.Offset == offset);
        uint mask = uint.MaxValue >> (32 - (Math.Min(size, row?.Bytes ?? size) * 8));
        row?.Write?.Invoke(device, value & mask);
    }

    /// <summary>Cuts an access of 8 bytes into two.</summary>
    public static BusResult ReadWide(int size, ulong offset, Func<ulong, int, uint> read, out ulong value)
    {
        value = size == 8 ? read(offset, 4) | ((ulong)read(offset + 4, 4) << 32) : read(offset, size) & (ulong.MaxValue >> (64 - (size * 8)));
        return BusResult.Ok;
    }

    public static BusResult WriteWide(int size, ulong offset, ulong value, Action<ulong, int, uint> write)
    {
        if (size == 8)
        {
            write(offset, 4, (uint)value);
            write(offset + 4, 4, (uint)(value >> 32));
        }
        else
        {
            write(offset, size, (uint)value);
        }

        return BusResult.Ok;
    }
}
