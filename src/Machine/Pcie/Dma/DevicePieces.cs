using System;
using System.Buffers.Binary;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>Cuts a request to a device into accesses that its registers know: naturally aligned, of 1, 2, 4 or 8 bytes.</summary>
internal static class DevicePieces
{
    public delegate BusResult Reader(ulong offset, int size, out ulong value);

    public delegate BusResult Writer(ulong offset, int size, ulong value);

    /// <summary>False where an access is refused; what comes behind is not read.</summary>
    public static bool Read(Reader device, ulong offset, Span<byte> into)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        for (int at = 0; at < into.Length;)
        {
            int size = Widest(offset + (ulong)at, into.Length - at);
            if (device(offset + (ulong)at, size, out ulong value) != BusResult.Ok)
            {
                return false;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            bytes[..size].CopyTo(into[at..]);
            at += size;
        }

        return true;
    }

    /// <summary>False where an access is refused; what comes behind is not written.</summary>
    public static bool Write(Writer device, ulong offset, ReadOnlySpan<byte> from)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        for (int at = 0; at < from.Length;)
        {
            int size = Widest(offset + (ulong)at, from.Length - at);
            bytes.Clear();
            from.Slice(at, size).CopyTo(bytes);
            if (device(offset + (ulong)at, size, BinaryPrimitives.ReadUInt64LittleEndian(bytes)) != BusResult.Ok)
            {
                return false;
            }

            at += size;
        }

        return true;
    }

    private static int Widest(ulong at, int left)
    {
        int size = sizeof(ulong);
        while ((at & (ulong)(size - 1)) != 0 || size > left)
        {
            size /= 2;
        }

        return size;
    }
}
