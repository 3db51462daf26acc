using System;
using System.Buffers.Binary;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>
/// A running Linux kernel, and its memory by its own addresses. Addresses of the image and of the linear map are computed, not walked (Linux,
/// arch/arm64/include/asm/memory.h), so it can be read whatever its vCPUs do at the moment.
/// </summary>
/// <param name="View">What its physical addresses are: intermediate ones under a hypervisor, else physical ones.</param>
/// <param name="Page">The physical address of its notes.</param>
internal sealed record GuestKernel(ITarget Target, int Cpu, AddressView View, ulong Page, KernelNotes Notes)
{
    private const int MostLinearBits = 48;
    private const ulong PageBytes = 4096;

    /// <summary>Fills the whole of it; false where the address is none of the image or the linear map, or no memory answers.</summary>
    public bool TryRead(ulong address, Span<byte> into) =>
        PhysicalOf(address) is ulong physical && Target.ReadMemory(Cpu, View, physical, into) == into.Length;

    /// <summary>Fills what memory answers and leaves the rest as it is: a hypervisor may not have given all of it yet.</summary>
    public void ReadPages(ulong address, Span<byte> into)
    {
        if (PhysicalOf(address) is ulong physical)
        {
            for (int done = 0; done < into.Length;)
            {
                int read = Target.ReadMemory(Cpu, View, physical + (ulong)done, into[done..]);
                ulong next = physical + (ulong)(done + read);

                // Behind the page that is missing.
                done += read + (int)Math.Min((ulong)(into.Length - done - read), PageBytes - (next % PageBytes));
            }
        }
    }

    public ulong? Word(ulong address)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        return TryRead(address, bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;
    }

    public uint? Word32(ulong address)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return TryRead(address, bytes) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : null;
    }

    /// <summary>What the kernel itself takes for the physical address; null for what is mapped page by page.</summary>
    public ulong? PhysicalOf(ulong address)
    {
        if (Notes.Number("VA_BITS") is not (>= 36 and <= 52 and ulong bits) || Notes.Number("kimage_voffset") is not ulong image || Notes.Number("PHYS_OFFSET") is not ulong memory)
        {
            return null;
        }

        ulong linearStart = ulong.MaxValue << (int)bits;
        ulong linearEnd = ulong.MaxValue << (Math.Min((int)bits, MostLinearBits) - 1);
        return address < linearStart ? null : address < linearEnd ? address - linearStart + memory : address - image;
    }
}
