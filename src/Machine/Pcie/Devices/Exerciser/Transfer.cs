using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Devices.Exerciser;

/// <summary>Sends one of the requests of a transfer.</summary>
/// <param name="at">Where its bytes are in the transfer.</param>
/// <param name="length">How many they are.</param>
internal delegate DmaResult SendPiece(int at, int length);

/// <summary>
/// The requests of a command, one after the other. One that the IOMMU makes wait holds up those behind it, and is sent again or
/// given up when the IOMMU says so.
/// </summary>
internal sealed class Transfer
{
    private int _done;
    private DmaResult _result;
    private ushort _ticket;
    private StallOutcome _outcome;
    private bool _hasOutcome;

    /// <summary>The IOMMU holds a request of it.</summary>
    public bool Waits { get; private set; }

    /// <summary>Goes on with the transfer, up to its end or to a request that has to wait.</summary>
    /// <param name="address">Of its first byte.</param>
    /// <param name="data">Gets what a discarded read gives.</param>
    /// <param name="kind">Reads and writes are cut at 4 KiB.</param>
    /// <param name="iommu">Null where there is none.</param>
    public DmaResult Go(ulong address, Span<byte> data, DmaKind kind, IIommu? iommu, SendPiece send)
    {
        while (_done < data.Length)
        {
            int length = kind is DmaKind.Read or DmaKind.Write ? DmaPort.Piece(address + (ulong)_done, data.Length - _done) : data.Length;
            DmaResult outcome = !_hasOutcome || _outcome == StallOutcome.Retry ? send(_done, length) : End(data.Slice(_done, length), kind);
            _hasOutcome = false;
            if (outcome == DmaResult.Stalled)
            {
                Waits = true;
                _ticket = iommu!.NewestTicket;
                return outcome;
            }

            _result = _result == DmaResult.Ok ? outcome : _result;
            _done += length;
        }

        DmaResult result = _result;
        Reset();
        return result;
    }

    /// <summary>False where it is not this transfer's request.</summary>
    public bool TryResume(ushort ticket, StallOutcome outcome)
    {
        if (!Waits || ticket != _ticket)
        {
            return false;
        }

        Waits = false;
        _hasOutcome = true;
        _outcome = outcome;
        return true;
    }

    public void Reset()
    {
        _done = 0;
        _result = DmaResult.Ok;
        _ticket = 0;
        _outcome = StallOutcome.Retry;
        _hasOutcome = false;
        Waits = false;
    }

    public void Save(StateWriter to)
    {
        to.Write(_done);
        to.Write((uint)_result);
        to.Write((uint)_ticket);
        to.Write((uint)_outcome);
        to.Write(_hasOutcome);
        to.Write(Waits);
    }

    public void Restore(StateReader from)
    {
        _done = from.ReadBelow(DmaExerciser.BufferBytes + 1, "a number of bytes");
        _result = (DmaResult)from.ReadUInt32();
        _ticket = (ushort)from.ReadUInt32();
        _outcome = (StallOutcome)from.ReadUInt32();
        _hasOutcome = from.ReadBool();
        Waits = from.ReadBool();
    }

    private DmaResult End(Span<byte> piece, DmaKind kind)
    {
        if (kind is DmaKind.Read or DmaKind.Atomic)
        {
            piece.Fill(_outcome == StallOutcome.Discard ? (byte)0 : (byte)0xff);
        }

        return _outcome == StallOutcome.Discard ? DmaResult.Ok : DmaResult.TranslationFault;
    }
}
