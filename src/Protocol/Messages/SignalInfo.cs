using System;
using System.Buffers.Binary;

namespace GdbHost.Protocol.Messages;

/// <summary>
/// A siginfo_t as the kernel of a 64-bit Arm Linux gives it to a program, which is how gdb takes $_siginfo apart (Linux,
/// include/uapi/asm-generic/siginfo.h): signal, errno and code, then for faults the address.
/// </summary>
/// <param name="Signal">Linux's number.</param>
/// <param name="Code">si_code, of that signal.</param>
/// <param name="Address">si_addr.</param>
public readonly record struct SignalInfo(int Signal, int Code, ulong Address)
{
    public const int Interrupt = 2;
    public const int Trap = 5;
    public const int SegmentationFault = 11;

    /// <summary>SI_KERNEL: nothing more is known.</summary>
    public const int FromKernel = 0x80;

    /// <summary>TRAP_BRKPT.</summary>
    public const int Breakpoint = 1;

    /// <summary>TRAP_TRACE.</summary>
    public const int Step = 2;

    /// <summary>TRAP_HWBKPT, which watchpoints have too.</summary>
    public const int HardwareBreakpoint = 4;

    /// <summary>SEGV_MAPERR.</summary>
    public const int NotMapped = 1;

    /// <summary>SEGV_ACCERR.</summary>
    public const int NotPermitted = 2;

    private const int Bytes = 128;
    private const int CodeAt = 8;
    private const int AddressAt = 16;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Signal);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(CodeAt), Code);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(AddressAt), Address);
        return bytes;
    }
}
