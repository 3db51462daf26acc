using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Transfer;

/// <summary>
/// Physical Region Pages (NVM Express Base Specification 1.4, section 4.3): the first may begin within its page, all others are whole pages. Where two are
/// not enough the second leads to a list of them. The list is in the guest's memory; it ends where the data does.
/// </summary>
[NotState("used within one command")]
internal sealed class PrpList(DmaPort memory)
{
    private const int PointerBytes = 8;

    private byte[] _page = [];

    /// <param name="pageBytes">As CC.MPS has them.</param>
    public NvmeStatus Map(ulong first, ulong second, int length, int pageBytes, DataPieces into)
    {
        ulong page = (ulong)pageBytes;
        int head = (int)Math.Min((ulong)length, page - (first % page));
        into.Add(first, head);
        int left = length - head;
        if (left > pageBytes)
        {
            return MapList(second, left, page, into);
        }

        if (left > 0 && second % page != 0)
        {
            return NvmeStatus.InvalidPrpOffset;
        }

        into.Add(second, left);
        return NvmeStatus.Success;
    }

    // The last pointer of a page of the list leads to the next page of it, where more than one page of data is left.
    private NvmeStatus MapList(ulong list, int left, ulong page, DataPieces into)
    {
        while (left > 0)
        {
            if (list % PointerBytes != 0)
            {
                return NvmeStatus.InvalidPrpOffset;
            }

            ulong room = (page - (list % page)) / PointerBytes;
            int count = (int)Math.Min(room, ((ulong)left + page - 1) / page);
            if (!TryReadPage(list, count, page))
            {
                return NvmeStatus.DataTransferError;
            }

            for (int entry = 0; entry < count; entry++)
            {
                ulong pointer = BinaryPrimitives.ReadUInt64LittleEndian(_page.AsSpan(entry * PointerBytes));
                if (pointer % page != 0)
                {
                    return NvmeStatus.InvalidPrpOffset;
                }

                if ((ulong)entry == room - 1 && (ulong)left > page)
                {
                    list = pointer;
                    break;
                }

                int length = (int)Math.Min((ulong)left, page);
                into.Add(pointer, length);
                left -= length;
            }
        }

        return NvmeStatus.Success;
    }

    private bool TryReadPage(ulong address, int count, ulong page)
    {
        if (_page.Length < (int)page)
        {
            _page = new byte[page];
        }

        return memory.Read(address, _page.AsSpan(0, count * PointerBytes)) == DmaResult.Ok;
    }
}
