using System;
using System.Buffers.Binary;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Boards;

namespace GdbHost.GdbStub.Qemu;

/// <summary>
/// "-device loader": a file in memory, up to eight bytes in memory, or the place where a core begins (QEMU 7.2 documentation,
/// Generic Loader).
/// </summary>
internal sealed record LoaderDevice(string? File, ulong Address, int? Cpu, bool ForceRaw, ReadOnlyMemory<byte> Data)
{
    private const string Option = "-device loader";
    private const int MostDataBytes = 8;

    /// <summary>The legacy image format of U-Boot, which QEMU would take apart (U-Boot, include/image.h).</summary>
    private const uint UBootImageMagic = 0x2705_1956;

    public static LoaderDevice Read(KeyValues pairs)
    {
        string? file = pairs.Take("file");
        ulong address = pairs.TakeNumber("addr") ?? 0;
        ulong? cpu = pairs.TakeNumber("cpu-num");
        bool raw = pairs.TakeFlag("force-raw") ?? false;
        ulong data = pairs.TakeNumber("data") ?? 0;
        ulong length = pairs.TakeNumber("data-len") ?? 0;
        bool bigEndian = pairs.TakeFlag("data-be") ?? false;
        pairs.RefuseRest("file, addr, cpu-num, force-raw, data, data-len or data-be");
        bool writesData = data != 0 || length != 0 || bigEndian;
        if (writesData)
        {
            CheckData(file, raw, length);
        }
        else if (file is null && raw)
        {
            throw new UserErrorException($"{Option}: force-raw is given without a file; add file=FILE");
        }
        else if (file is null && address == 0)
        {
            throw new UserErrorException($"{Option}: it loads nothing; give file=FILE, or addr= with data= and data-len=, or addr= with cpu-num=");
        }
        else if (file is null && cpu is null)
        {
            throw new UserErrorException($"{Option}: addr alone starts no core; add cpu-num=N, or file=FILE to load something there");
        }

        return new LoaderDevice(file, address, writesData || cpu is null ? null : (int)Math.Min(cpu.Value, int.MaxValue), raw, Bytes(data, length, bigEndian));
    }

    /// <summary>Puts itself into the configuration.</summary>
    public MachineConfiguration AddTo(MachineConfiguration machine)
    {
        if (!Data.IsEmpty)
        {
            return machine with { Loads = [.. machine.Loads, new LoadFile(new BootFile($"{Option},addr=0x{Address:x}", Data), Address)] };
        }

        if (File is null)
        {
            return machine with { CoreStarts = [.. machine.CoreStarts, new CoreStart(Cpu!.Value, Address)] };
        }

        var file = new BootFile(File, InputFile.Read(Option, File));
        bool isElf = !ForceRaw && file.IsElf;
        if (!ForceRaw && IsOtherFormat(file.Bytes.Span) is string format)
        {
            throw new UserErrorException($"{Option}: {File} is {format}, which is not read; convert it to ELF or binary, or add force-raw=on");
        }

        return machine with { Loads = [.. machine.Loads, new LoadFile(file, isElf ? null : Address, Cpu)] };
    }

    private static void CheckData(string? file, bool raw, ulong length)
    {
        if (file is not null || raw)
        {
            throw new UserErrorException($"{Option}: {(raw ? "force-raw" : "file")} and data exclude each other; use two -device loader");
        }

        if (length is 0 or > MostDataBytes)
        {
            throw new UserErrorException($"{Option}: data needs data-len, 1 to {MostDataBytes}");
        }
    }

    /// <summary>QEMU turns the whole 64-bit number and takes the first bytes of it: short big-endian data are its upper bytes.</summary>
    private static byte[] Bytes(ulong data, ulong length, bool bigEndian)
    {
        var bytes = new byte[MostDataBytes];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, data);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, data);
        }

        return bytes[..(int)length];
    }

    private static string? IsOtherFormat(ReadOnlySpan<byte> bytes)
    {
        bool uBoot = bytes.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(bytes) == UBootImageMagic;
        bool hex = bytes.Length > 8 && bytes[0] == ':' && Array.TrueForAll(bytes[1..9].ToArray(), static b => char.IsAsciiHexDigit((char)b));
        return uBoot ? "a U-Boot image" : hex ? "an Intel HEX file" : null;
    }
}
