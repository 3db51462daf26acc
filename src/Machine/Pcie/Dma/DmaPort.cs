using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>
/// The only way by which a function reaches memory and interrupt controllers. What is on the way decides; nothing of it
/// can be gone round. Requests are cut at 4 KiB, as they are on the link.
/// </summary>
internal sealed class DmaPort(PciFunction function)
{
    /// <summary>No request crosses such a border (PCI Express Base Specification, Memory Requests).</summary>
    private const ulong Border = 4096;

    /// <summary>Reads memory; what could not be read is all ones.</summary>
    /// <param name="forged">What to give as Requester ID instead of the function's own.</param>
    public DmaResult Read(
        ulong address, Span<byte> into, DmaAttributes attributes = DmaAttributes.None, RequesterId? forged = null, PasidPrefix prefix = default)
    {
        DmaResult result = DmaResult.Ok;
        for (int done = 0; done < into.Length;)
        {
            ulong at = address + (ulong)done;
            Span<byte> piece = into.Slice(done, Piece(at, into.Length - done));
            DmaRequest request = new(forged ?? function.Requester, DmaKind.Read, at, piece.Length, attributes) { Prefix = prefix };
            DmaResult outcome = UpstreamPath.Send(function, request, piece);
            if (outcome == DmaResult.Stalled)
            {
                return outcome;
            }

            if (outcome != DmaResult.Ok)
            {
                piece.Fill(0xff);
                Report(outcome);
                result = result == DmaResult.Ok ? outcome : result;
            }

            done += piece.Length;
        }

        return result;
    }

    /// <summary>Writes memory. Writes are posted: the function does not hear of what happens to them behind its own port.</summary>
    /// <param name="forged">What to give as Requester ID instead of the function's own.</param>
    public DmaResult Write(
        ulong address, ReadOnlySpan<byte> from, DmaAttributes attributes = DmaAttributes.None, RequesterId? forged = null, PasidPrefix prefix = default) =>
        Send(DmaKind.Write, address, from, attributes, forged, prefix);

    /// <summary>Sends an interrupt message.</summary>
    /// <param name="forged">What to give as Requester ID instead of the function's own.</param>
    public DmaResult SendMessage(
        ulong address, uint data, RequesterId? forged = null, DmaAttributes attributes = DmaAttributes.None, PasidPrefix prefix = default)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, data);
        return Send(DmaKind.Message, address, bytes, attributes, forged, prefix);
    }

    /// <summary>
    /// Reads 4, 8 or 16 bytes and writes others in their place, with nothing in between.
    /// </summary>
    /// <param name="address">A multiple of the size.</param>
    /// <param name="old">Gets what was there; its length is the size.</param>
    /// <param name="change">Makes from what was there what will be; the buffer is both.</param>
    /// <param name="forged">What to give as Requester ID instead of the function's own.</param>
    public DmaResult Atomic(
        ulong address, Span<byte> old, Action<Memory<byte>> change, DmaAttributes attributes = DmaAttributes.None, RequesterId? forged = null,
        PasidPrefix prefix = default)
    {
        DmaRequest request = new(forged ?? function.Requester, DmaKind.Atomic, address, old.Length, attributes) { Prefix = prefix };
        bool aligned = address % (ulong)old.Length == 0;
        DmaResult result = aligned ? UpstreamPath.Send(function, request, old, change) : DmaResult.UnsupportedRequest;
        if (result is not (DmaResult.Ok or DmaResult.Stalled))
        {
            old.Fill(0xff);
            Report(result);
        }

        return result;
    }

    /// <summary>Bytes of the next request of a transfer.</summary>
    /// <param name="left">Bytes that are left of it.</param>
    public static int Piece(ulong at, int left) => (int)Math.Min((ulong)left, Border - (at % Border));

    private DmaResult Send(
        DmaKind kind, ulong address, ReadOnlySpan<byte> from, DmaAttributes attributes, RequesterId? forged, PasidPrefix prefix)
    {
        DmaResult result = DmaResult.Ok;

        // The way up takes what is read and what is written alike; nobody on it changes what is written.
        Span<byte> buffer = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(from), from.Length);
        for (int done = 0; done < from.Length;)
        {
            ulong at = address + (ulong)done;
            int length = Piece(at, from.Length - done);
            DmaRequest request = new(forged ?? function.Requester, kind, at, length, attributes)
            {
                Message = kind == DmaKind.Message ? BinaryPrimitives.ReadUInt32LittleEndian(buffer) : 0,
                Prefix = prefix,
            };
            DmaResult outcome = UpstreamPath.Send(function, request, buffer.Slice(done, length));
            if (outcome == DmaResult.Stalled)
            {
                return outcome;
            }

            result = result == DmaResult.Ok ? outcome : result;
            done += length;
        }

        return result;
    }

    // Completions tell the requester (PCI Local Bus Specification 3.0, section 6.2.3).
    private void Report(DmaResult outcome) => function.Config.Report(outcome switch
    {
        DmaResult.NotSent => FunctionErrors.None,
        DmaResult.CompleterAbort => FunctionErrors.ReceivedTargetAbort,
        DmaResult.Poisoned => FunctionErrors.DetectedParity | FunctionErrors.MasterDataParity,
        _ => FunctionErrors.ReceivedMasterAbort,
    });
}
