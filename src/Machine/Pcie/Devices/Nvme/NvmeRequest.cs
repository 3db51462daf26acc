using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Devices.Nvme.Transfer;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>The command that is done now, its way to the data, and what its completion will say.</summary>
[NotState("used within one command")]
internal sealed class NvmeRequest(DmaPort memory)
{
    private readonly PrpList _prps = new(memory);
    private readonly SglList _sgl = new(memory);
    private readonly DataPieces _pieces = new();

    public NvmeCommand Command { get; private set; }

    /// <summary>Of the submission queue.</summary>
    public int Queue { get; private set; }

    /// <summary>Command specific: Dword 0 of the completion.</summary>
    public uint Result { get; set; }

    /// <summary>Bytes of a page, as CC.MPS has them.</summary>
    public int PageBytes { get; private set; }

    public void Begin(in NvmeCommand command, int queue, int pageBytes)
    {
        Command = command;
        Queue = queue;
        PageBytes = pageBytes;
        Result = 0;
    }

    /// <summary>Finds the memory of the command's data.</summary>
    public NvmeStatus Map(int length)
    {
        _pieces.Clear();
        return Command.DataPointerType == 0
            ? _prps.Map(Command.Pointer1, Command.Pointer2, length, PageBytes, _pieces)
            : _sgl.Map(Command.Pointer1, Command.Pointer2, length, _pieces);
    }

    /// <summary>Writes a part of the data, which is mapped, to the guest's memory; the lengths of all parts are below that of the data.</summary>
    public bool TryWrite(int from, byte[] bytes, int length) =>
        _pieces.ForEach(from, length, (address, at, count) => memory.Write(address, bytes.AsSpan(at, count)) == DmaResult.Ok);

    /// <summary>Reads a part of the data.</summary>
    public bool TryRead(int from, byte[] into, int length) =>
        _pieces.ForEach(from, length, (address, at, count) => memory.Read(address, into.AsSpan(at, count)) == DmaResult.Ok);

    /// <summary>Gives the guest all of the command's data.</summary>
    public NvmeStatus Give(byte[] bytes, int length)
    {
        NvmeStatus status = Map(length);
        return status != NvmeStatus.Success || TryWrite(0, bytes, length) ? status : NvmeStatus.DataTransferError;
    }

    /// <summary>Takes all of the command's data from the guest.</summary>
    public NvmeStatus Take(byte[] into)
    {
        NvmeStatus status = Map(into.Length);
        return status != NvmeStatus.Success || TryRead(0, into, into.Length) ? status : NvmeStatus.DataTransferError;
    }
}
