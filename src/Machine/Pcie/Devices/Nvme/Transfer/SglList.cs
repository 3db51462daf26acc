using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Transfer;

/// <summary>
/// A Scatter Gather List (NVM Express Base Specification 1.4, section 4.4): data blocks of any address and length, in segments that lead to one another.
/// It must have the length of the data. Segments are in the guest's memory and may lead in a circle: a list with more descriptors than a transfer
/// can use is refused.
/// </summary>
[NotState("used within one command")]
internal sealed class SglList(DmaPort memory)
{
    private const int DescriptorBytes = 16;
    private const int ReadAtOnce = 256;
    private const int MostDescriptors = 1 << 16;

    private readonly byte[] _descriptors = new byte[ReadAtOnce * DescriptorBytes];
    private int _left;
    private int _seen;

    private enum SglType : byte
    {
        DataBlock = 0x0,
        Segment = 0x2,
        LastSegment = 0x3,
    }

    /// <param name="first">The first half of SGL1.</param>
    /// <param name="second">The second half of it.</param>
    public NvmeStatus Map(ulong first, ulong second, int length, DataPieces into)
    {
        _left = length;
        _seen = 0;
        Descriptor at = new(first, second);
        NvmeStatus status = at.IsSegment ? NvmeStatus.Success : TakeBlock(at, into);
        for (bool more = at.IsSegment; more && status == NvmeStatus.Success;)
        {
            status = MapSegment(ref at, out more, into);
        }

        return status != NvmeStatus.Success ? status : _left > 0 ? NvmeStatus.SglLengthInvalid : NvmeStatus.Success;
    }

    /// <param name="at">The descriptor that leads to the segment; gets the one that leads to the next.</param>
    private NvmeStatus MapSegment(ref Descriptor at, out bool more, DataPieces into)
    {
        more = at.Type == SglType.Segment;
        uint count = at.Length / DescriptorBytes;
        if (count == 0 || at.Length % DescriptorBytes != 0)
        {
            return NvmeStatus.InvalidSglSegment;
        }

        ulong address = at.Address;
        for (uint done = 0; done < count; done++)
        {
            if (_seen++ == MostDescriptors)
            {
                return NvmeStatus.InvalidSglCount;
            }

            int inChunk = (int)(done % ReadAtOnce);
            Span<byte> chunk = _descriptors.AsSpan(0, (int)Math.Min(count - done, ReadAtOnce) * DescriptorBytes);
            if (inChunk == 0 && memory.Read(address + ((ulong)done * DescriptorBytes), chunk) != DmaResult.Ok)
            {
                return NvmeStatus.DataTransferError;
            }

            var next = Descriptor.Read(_descriptors.AsSpan(inChunk * DescriptorBytes));
            bool mustLead = more && done == count - 1;
            if (next.IsSegment != mustLead)
            {
                return NvmeStatus.InvalidSglSegment;
            }

            if (mustLead)
            {
                at = next;
            }
            else if (TakeBlock(next, into) is not NvmeStatus.Success and NvmeStatus status)
            {
                return status;
            }
        }

        return NvmeStatus.Success;
    }

    private NvmeStatus TakeBlock(Descriptor block, DataPieces into)
    {
        if (block.Type != SglType.DataBlock || !block.IsAddress)
        {
            return NvmeStatus.SglTypeInvalid;
        }

        if (block.Length > (uint)_left)
        {
            return NvmeStatus.SglLengthInvalid;
        }

        into.Add(block.Address, (int)block.Length);
        _left -= (int)block.Length;
        return NvmeStatus.Success;
    }

    /// <summary>Address, length in [31:0] of the second half, sub type in [59:56], type in [63:60].</summary>
    private readonly record struct Descriptor(ulong Address, ulong Rest)
    {
        public uint Length => (uint)Rest;

        public SglType Type => (SglType)Rest.Field(63, 60);

        public bool IsAddress => Rest.Field(59, 56) == 0;

        public bool IsSegment => Type is SglType.Segment or SglType.LastSegment;

        public static Descriptor Read(ReadOnlySpan<byte> bytes) =>
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }
}
