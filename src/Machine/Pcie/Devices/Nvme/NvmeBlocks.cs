using System;
using System.Buffers.Binary;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// Moves data between the medium and memory, piece by piece. What a driver was told is written is with the host; with the write cache off, or with Force
/// Unit Access, it outlives the host's power.
/// </summary>
internal sealed class NvmeBlocks(NvmeController controller)
{
    private const int PieceBytes = 256 << 10;
    private const int ForceUnitAccess = 30;
    private const int Deallocate = 2;
    private const int RangeBytes = 16;
    private const int MostRanges = 256;

    /// <summary>What one command deallocates: what is above it may stay as it is (section 6.7.1), and is not to hold the machine.</summary>
    private const ulong MostDeallocated = 1 << 30;

    [NotState("used within one command")]
    private readonly byte[] _piece = new byte[PieceBytes];

    [NotState("used within one command")]
    private readonly byte[] _other = new byte[PieceBytes];

    private IBlockStorage Storage => controller.Namespace.Storage;

    public NvmeStatus Read(NvmeRequest request) => ForEachPiece(request, (position, at, length) =>
    {
        if (!Storage.TryRead(position, _piece.AsSpan(0, length)))
        {
            controller.Report($"the host cannot read {length} bytes at {position} of its file; the command fails");
            return NvmeStatus.UnrecoveredReadError;
        }

        return request.TryWrite(at, _piece, length) ? NvmeStatus.Success : NvmeStatus.DataTransferError;
    });

    public NvmeStatus Compare(NvmeRequest request) => ForEachPiece(request, (position, at, length) =>
    {
        if (!Storage.TryRead(position, _piece.AsSpan(0, length)))
        {
            controller.Report($"the host cannot read {length} bytes at {position} of its file; the command fails");
            return NvmeStatus.UnrecoveredReadError;
        }

        return !request.TryRead(at, _other, length) ? NvmeStatus.DataTransferError
            : _piece.AsSpan(0, length).SequenceEqual(_other.AsSpan(0, length)) ? NvmeStatus.Success
            : NvmeStatus.CompareFailure;
    });

    public NvmeStatus Write(NvmeRequest request)
    {
        if (Storage.IsReadOnly)
        {
            return NvmeStatus.WriteProtected;
        }

        NvmeStatus status = ForEachPiece(request, (position, at, length) =>
        {
            if (!request.TryRead(at, _piece, length))
            {
                return NvmeStatus.DataTransferError;
            }

            return Check(Storage.TryWrite(position, _piece.AsSpan(0, length)), $"write {length} bytes at {position} of its file");
        });
        return status == NvmeStatus.Success ? Commit(request.Command.Dword12.Bit(ForceUnitAccess)) : status;
    }

    public NvmeStatus WriteZeroes(NvmeRequest request)
    {
        NvmeCommand command = request.Command;
        NvmeStatus status = CheckNamespace(command.Namespace);
        if (status != NvmeStatus.Success)
        {
            return status;
        }

        if (!controller.Namespace.Has(command.FirstBlock, command.Blocks))
        {
            return NvmeStatus.LbaOutOfRange;
        }

        status = Clear(command.FirstBlock, command.Blocks);
        return status == NvmeStatus.Success ? Commit(command.Dword12.Bit(ForceUnitAccess)) : status;
    }

    /// <summary>Dataset Management: of hints, only that blocks are not used does something.</summary>
    public NvmeStatus Manage(NvmeRequest request)
    {
        NvmeStatus status = CheckNamespace(request.Command.Namespace);
        if (status != NvmeStatus.Success || !request.Command.Dword11.Bit(Deallocate))
        {
            return status;
        }

        byte[] ranges = new byte[(request.Command.Dword10 % MostRanges + 1) * RangeBytes];
        status = request.Take(ranges);
        for (int at = 0; at < ranges.Length && status == NvmeStatus.Success; at += RangeBytes)
        {
            status = controller.Namespace.Has(FirstOf(ranges, at), CountOf(ranges, at)) ? NvmeStatus.Success : NvmeStatus.LbaOutOfRange;
        }

        ulong left = MostDeallocated / (ulong)controller.Namespace.BlockBytes;
        for (int at = 0; at < ranges.Length && status == NvmeStatus.Success; at += RangeBytes)
        {
            ulong count = Math.Min(CountOf(ranges, at), left);
            status = Clear(FirstOf(ranges, at), count);
            left -= count;
        }

        return status == NvmeStatus.Success ? Commit(forced: false) : status;
    }

    public NvmeStatus Flush(NvmeRequest request)
    {
        NvmeStatus status = request.Command.Namespace == NvmeCommand.AllNamespaces ? NvmeStatus.Success : CheckNamespace(request.Command.Namespace);
        return status == NvmeStatus.Success ? Commit(forced: true) : status;
    }

    /// <summary>False where the host cannot.</summary>
    public bool TryFlush() => Storage.TryFlush();

    private static ulong FirstOf(byte[] ranges, int at) => BinaryPrimitives.ReadUInt64LittleEndian(ranges.AsSpan(at + 8));

    private static ulong CountOf(byte[] ranges, int at) => BinaryPrimitives.ReadUInt32LittleEndian(ranges.AsSpan(at + 4));

    private static NvmeStatus CheckNamespace(uint id) => id switch
    {
        NvmeNamespace.Id => NvmeStatus.Success,
        NvmeCommand.AllNamespaces => NvmeStatus.InvalidField,
        0 or > NvmeNamespace.Most => NvmeStatus.InvalidNamespace,
        _ => NvmeStatus.InvalidField,
    };

    /// <param name="action">Gets where a piece is on the medium, where in the command's data, and its length.</param>
    private NvmeStatus ForEachPiece(NvmeRequest request, Func<ulong, int, int, NvmeStatus> action)
    {
        NvmeCommand command = request.Command;
        NvmeNamespace of = controller.Namespace;
        NvmeStatus status = CheckNamespace(command.Namespace);
        ulong length = command.Blocks * (ulong)of.BlockBytes;
        int limit = controller.Settings.TransferLimit;
        if (status != NvmeStatus.Success)
        {
            return status;
        }

        if (limit != 0 && length > (ulong)NvmeSettings.PageBytes << limit)
        {
            return NvmeStatus.InvalidField;
        }

        if (!of.Has(command.FirstBlock, command.Blocks))
        {
            return NvmeStatus.LbaOutOfRange;
        }

        status = request.Map((int)length);
        for (int at = 0; at < (int)length && status == NvmeStatus.Success; at += PieceBytes)
        {
            status = action((command.FirstBlock * (ulong)of.BlockBytes) + (ulong)at, at, Math.Min(PieceBytes, (int)length - at));
        }

        if (status == NvmeStatus.Success)
        {
            Count(command, length);
        }

        return status;
    }

    private void Count(in NvmeCommand command, ulong length)
    {
        const byte WriteOpcode = 0x01;
        if (command.Opcode == WriteOpcode)
        {
            controller.Logs.CountWrite(length);
        }
        else
        {
            controller.Logs.CountRead(length);
        }
    }

    private NvmeStatus Clear(ulong first, ulong count)
    {
        if (Storage.IsReadOnly)
        {
            return NvmeStatus.WriteProtected;
        }

        ulong block = (ulong)controller.Namespace.BlockBytes;
        return Check(Storage.TryClear(first * block, count * block), $"clear {count * block} bytes at {first * block} of its file");
    }

    private NvmeStatus Commit(bool forced) =>
        !forced && controller.Features.CachesWrites ? NvmeStatus.Success : Check(TryFlush(), "flush its file");

    private NvmeStatus Check(bool done, string what)
    {
        if (!done)
        {
            controller.Report($"the host cannot {what}; the command fails");
        }

        return done ? NvmeStatus.Success : NvmeStatus.WriteFault;
    }
}
