using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu.Events;

namespace GdbHost.Machine.Smmu.Tables;

/// <summary>Takes the address of a context descriptor, an IPA under stage 2, to its physical address.</summary>
internal delegate Translation DescriptorAddress(ulong address);

/// <summary>Finds context descriptors (IHI 0070, Context Descriptor table lookup).</summary>
internal static class ContextTable
{
    private const int DescriptorBytes = 8;

    /// <summary>Finds the descriptor of a substream.</summary>
    /// <param name="memory">Where tables are.</param>
    /// <param name="ste">An entry with stage 1.</param>
    /// <param name="substream">Below 2^S1CDMax.</param>
    /// <param name="translate">Stage 2, where it is on.</param>
    /// <param name="fault">What stage 2 said of the address of a descriptor.</param>
    public static Lookup<ContextDescriptor> Find(
        GuestTables memory, in StreamTableEntry ste, uint substream, DescriptorAddress translate, out Fault fault)
    {
        fault = Fault.None;
        ulong table = ste.S1ContextPtr;
        int split = ste.S1CdMax == 0 ? 0 : ste.S1Fmt switch { 1 => 6, 2 => 10, _ => 0 };
        if (split == 0)
        {
            int sizeBits = ste.S1CdMax + 6;
            return Read(memory, (table & (ulong.MaxValue << sizeBits)) + ((ulong)substream * ContextDescriptor.Bytes), translate, out fault);
        }

        ulong pointer = table + ((ulong)(substream >> split) * DescriptorBytes);
        Translation place = translate(pointer);
        fault = place.Fault;
        if (fault.Happened || !memory.TryRead(place.Physical, out ulong descriptor))
        {
            return new(EventKind.CdFetch, fault.Happened ? pointer : place.Physical, default);
        }

        // V, and an L2Ptr that is an address.
        if (!descriptor.Bit(0) || descriptor.Field(51, 12) << 12 >> Features.AddressBits != 0)
        {
            return new(EventKind.BadSubstreamId, place.Physical, default);
        }

        ulong within = substream & ((1u << split) - 1);
        return Read(memory, (descriptor.Field(51, 12) << 12) + (within * ContextDescriptor.Bytes), translate, out fault);
    }

    private static Lookup<ContextDescriptor> Read(GuestTables memory, ulong at, DescriptorAddress translate, out Fault fault)
    {
        Translation place = translate(at);
        fault = place.Fault;
        Span<ulong> words = stackalloc ulong[ContextDescriptor.Words];
        return !fault.Happened && memory.TryReadAll(place.Physical, words)
            ? new(null, place.Physical, ContextDescriptor.From(words))
            : new(EventKind.CdFetch, fault.Happened ? at : place.Physical, default);
    }
}
