using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>An entry of a submission queue (NVM Express Base Specification 1.4, section 4.2).</summary>
/// <param name="Flags">FUSE in [1:0], PSDT in [7:6].</param>
/// <param name="Namespace">NSID.</param>
/// <param name="Pointer1">PRP1, or the first half of SGL1.</param>
/// <param name="Pointer2">PRP2, or the second half of SGL1.</param>
internal readonly record struct NvmeCommand(
    byte Opcode, byte Flags, ushort Id, uint Namespace, ulong Pointer1, ulong Pointer2, uint Dword10, uint Dword11, uint Dword12, uint Dword13, uint Dword14)
{
    public const int Bytes = 64;

    /// <summary>NSID of all namespaces.</summary>
    public const uint AllNamespaces = uint.MaxValue;

    public bool IsFused => ((uint)Flags).Field(1, 0) != 0;

    /// <summary>PRP or SGL for Data Transfer: 0 for PRPs.</summary>
    public uint DataPointerType => ((uint)Flags).Field(7, 6);

    /// <summary>SLBA of commands that have one.</summary>
    public ulong FirstBlock => Dword10 | ((ulong)Dword11 << 32);

    /// <summary>NLB of such commands, counted from 1.</summary>
    public ulong Blocks => Dword12.Field(15, 0) + 1;

    public static NvmeCommand Read(ReadOnlySpan<byte> entry) => new(
        entry[0],
        entry[1],
        BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[44..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[48..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[52..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[56..]));
}
