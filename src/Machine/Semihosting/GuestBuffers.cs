using System;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Semihosting;

/// <summary>
/// The memory of the program that calls, through the translation of its Exception level and in its endianness. Only
/// memory is a buffer: a device is not read for a guest that passes its address.
/// </summary>
internal readonly unsafe struct GuestBuffers(Core core)
{
    /// <summary>The longest path or command that a call takes, in bytes.</summary>
    private const int LongestText = 4096;

    /// <summary>Bytes from an address to the end of its page, at most <paramref name="wanted"/>.</summary>
    public static int InPage(ulong address, ulong wanted) =>
        (int)Math.Min(wanted, Ram.PageSize - (address & (Ram.PageSize - 1)));

    /// <summary>Reads bytes; all of them or none.</summary>
    public bool TryRead(ulong address, Span<byte> into)
    {
        for (int done = 0; done < into.Length;)
        {
            int run = InPage(address, (ulong)(into.Length - done));
            if (!TryFind(address, AccessType.Read, out PhysicalAddress at) || !core.Bus.TryPeek(at, into.Slice(done, run)))
            {
                return false;
            }

            done += run;
            address += (ulong)run;
        }

        return true;
    }

    /// <summary>Writes bytes as far as memory is there; false if that was not all.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int run = InPage(address, (ulong)bytes.Length);
            if (!TryFind(address, AccessType.Write, out PhysicalAddress at) || !core.Bus.TryPoke(at, bytes[..run]))
            {
                return false;
            }

            bytes = bytes[run..];
            address += (ulong)run;
        }

        return true;
    }

    /// <summary>Reads a 64-bit field.</summary>
    public bool TryReadField(ulong address, out ulong value)
    {
        bool done = TryReadWord(address, out value);
        value = core.State->BigEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
        return done;
    }

    /// <summary>Writes a 64-bit field.</summary>
    public bool TryWriteField(ulong address, ulong value)
    {
        value = core.State->BigEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
        return TryWrite(address, new ReadOnlySpan<byte>(&value, sizeof(ulong)));
    }

    /// <summary>Whether stores to all of a range would reach memory.</summary>
    public bool CanWrite(ulong address, ulong length)
    {
        while (length > 0)
        {
            int run = InPage(address, length);
            if (!TryFind(address, AccessType.Write, out _))
            {
                return false;
            }

            address += (ulong)run;
            length -= (ulong)run;
        }

        return true;
    }

    /// <summary>Reads a text of a known length, behind which there must be a zero byte.</summary>
    public HostError TryReadText(ulong address, ulong length, out string text)
    {
        text = string.Empty;
        if (length > LongestText)
        {
            return HostError.NameTooLong;
        }

        byte[] bytes = new byte[length + 1];
        if (!TryRead(address, bytes))
        {
            return HostError.BadAddress;
        }

        if (bytes[^1] != 0)
        {
            return HostError.Invalid;
        }

        ReadOnlySpan<byte> read = bytes.AsSpan(0, Array.IndexOf(bytes, (byte)0));
        if (!Utf8.IsValid(read))
        {
            return HostError.BadCharacters;
        }

        text = Encoding.UTF8.GetString(read);
        return HostError.None;
    }

    private bool TryReadWord(ulong address, out ulong value)
    {
        ulong word = 0;
        bool done = TryRead(address, new Span<byte>(&word, sizeof(ulong)));
        value = word;
        return done;
    }

    private bool TryFind(ulong address, AccessType type, out PhysicalAddress at)
    {
        Translation t = core.TranslationView.Look(address, type, core.State->El);
        at = new PhysicalAddress(t.Physical);
        return !t.Fault.Happened && core.Bus.Find(at, t.NonSecure) is { Ram: not null } region && region.IsMemoryFor(type == AccessType.Write);
    }
}
