using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Smmu.Ats;

/// <summary>The PRI queue (IHI 0070, Page request queue): writes requests of functions, or answers them itself where it cannot.</summary>
internal sealed class PageRequestQueue(SmmuV3 smmu, GuestTables memory)
{
    public const int EntryBytes = 16;

    /// <summary>An overflow is not acknowledged: nothing is written.</summary>
    public bool HasOverflowed => (smmu.Bank[Registers.PriqProd] ^ smmu.Bank[Registers.PriqCons]).Bit(31);

    /// <summary>A Page Request message, or a Stop Marker, has come.</summary>
    public void Take(in PageRequest request)
    {
        if (!smmu.Control.TakesPageRequests || smmu.Errors.IsActive(GlobalError.PriqAbtErr))
        {
            Answer(request, default, PageResponseCode.Failure);
            return;
        }

        uint producer = smmu.Bank[Registers.PriqProd];
        uint consumer = smmu.Bank[Registers.PriqCons];
        QueueRing ring = smmu.PageRing;
        bool lastOnly = (smmu.Bank[Registers.PriqIrqCfg + 12] & Registers.LastOnly) != 0;
        if (HasOverflowed || ring.IsFull(producer, consumer))
        {
            smmu.Bank[Registers.PriqProd] = HasOverflowed ? producer : producer ^ Registers.OverflowBit;
            Overflow(request);
            if (lastOnly && request.Last)
            {
                smmu.Signals.PageRequestsWait();
            }

            return;
        }

        if (!memory.TryWriteAll(ring.AddressOf(producer), [First(request), request.Address | (uint)request.Group]))
        {
            smmu.Signals.Raise(GlobalError.PriqAbtErr);
            Answer(request, default, PageResponseCode.Failure);
            return;
        }

        smmu.Bank[Registers.PriqProd] = (producer & Registers.OverflowBit) | ring.Next(producer);
        if (lastOnly ? request.Last : ring.IsEmpty(producer, consumer))
        {
            smmu.Signals.PageRequestsWait();
        }
    }

    /// <summary>An entry of the queue as a request.</summary>
    public static PageRequest Decode(ulong first, ulong second) => new(
        new Bus.RequesterId((ushort)first),
        first.Bit(63) ? PasidPrefix.Of((uint)first.Field(51, 32), first.Bit(59), first.Bit(58)) : default,
        second & ~0xfffUL, (int)second.Field(8, 0), first.Bit(60), first.Bit(61), first.Bit(62));

    private static ulong First(in PageRequest request)
    {
        PasidPrefix prefix = request.Prefix;
        return ((ulong)request.Requester.Value)
            .WithField(51, 32, prefix.IsPresent ? prefix.Pasid : 0)
            .WithBit(58, prefix.IsPresent && prefix.Privileged)
            .WithBit(59, prefix.IsPresent && prefix.Execute)
            .WithBit(60, request.Read)
            .WithBit(61, request.Write)
            .WithBit(62, request.Last)
            .WithBit(63, prefix.IsPresent);
    }

    // The PASID goes back where STE.PPAR says so, for SMMU_IDR3.PPS is 0 (IHI 0070, PRI queue overflow).
    private void Overflow(in PageRequest request)
    {
        if (!request.Prefix.IsPresent)
        {
            Answer(request, default, PageResponseCode.Success);
            return;
        }

        Lookup<StreamTableEntry> found = smmu.Streams.LookEntry(smmu.StreamTable, request.Requester.Value);
        if (found.Problem is EventKind || !found.Value.V || found.Value.Broken is not null)
        {
            Answer(request, default, PageResponseCode.Failure);
            return;
        }

        Answer(request, found.Value.Ppar ? new PasidPrefix(request.Prefix.Raw) : default, PageResponseCode.Success);
    }

    // Only the last of a group is answered, and a Stop Marker is not. Failures are for all.
    private void Answer(in PageRequest request, PasidPrefix prefix, PageResponseCode code)
    {
        if (!request.IsStopMarker && (request.Last || code == PageResponseCode.Failure))
        {
            smmu.Endpoints?.Respond(new PageResponse(request.Requester, prefix, request.Group, code));
        }
    }
}
