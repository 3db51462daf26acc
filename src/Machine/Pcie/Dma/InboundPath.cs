using System;
using System.Buffers.Binary;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>What a host bridge does with requests of its functions: inbound windows, IOMMU, then the CPU's bus.</summary>
internal sealed class InboundPath(HostBridgeModel model, PhysicalBus bus)
{
    /// <summary>What makes a request no plain access; all others pay for one test alone.</summary>
    private const DmaAttributes Unusual = DmaAttributes.Poisoned | DmaAttributes.TranslationRequest;

    private readonly DmaTarget _target = new(bus);

    [NotState("the IOMMU's")]
    private PassingRequesters? _passing;

    /// <summary>Null where there is none: addresses are physical then.</summary>
    [field: NotState("wiring")]
    public IIommu? Iommu
    {
        get;
        set
        {
            field = value;
            _passing = value?.Passing;
        }
    }

    /// <summary>Told what each place on the way of a request makes of it; null where nobody listens.</summary>
    [field: NotState("an observer")]
    public Action<DmaStep>? Observer { get; set; }

    /// <summary>Somebody looks on, who is told of the IOMMU too.</summary>
    private bool IsSeen => Observer is not null || bus.Watch is not null;

    public DmaResult Complete(in DmaRequest request, Span<byte> data, Action<Memory<byte>>? change)
    {
        if ((request.Attributes & Unusual) != 0 && TryUnusual(request, data, out DmaResult unusual))
        {
            return unusual;
        }

        if (!TryWindow(request, out ulong address))
        {
            return Step(request, DmaStage.InboundWindow, DmaResult.NoInboundWindow, "host bridge", request.Address);
        }

        Step(request, DmaStage.InboundWindow, DmaResult.Ok, "host bridge", address);
        bool asks = Iommu is not null && (IsSeen || _passing is null || !_passing.Has(request, address)) && !(model.DoorbellsBeforeIommu && IsDoorbell(request, address));
        return asks ? Translated(request, address, data, change) : Access(request, address, data, change);
    }

    /// <summary>A request that a bridge has turned around to a neighbor.</summary>
    public DmaResult ReachPeer(in DmaRequest request, IBusDevice peer, ulong offset, Span<byte> data) =>
        model.PeerToPeer ? _target.ReachPeer(request.Kind, peer, offset, data) : DmaResult.UnsupportedRequest;

    /// <summary>The address behind the host bridge's inbound windows; false where none has it.</summary>
    public bool TryWindow(in DmaRequest request, out ulong address)
    {
        ulong at = request.Address;
        ulong last = (ulong)request.Length - 1;
        for (int i = 0; i < model.Inbound.Count; i++)
        {
            InboundWindow window = model.Inbound[i];
            if (at - window.PciStart < window.Size && at + last - window.PciStart < window.Size)
            {
                address = at - window.PciStart + window.Start;
                return true;
            }
        }

        address = at;
        return model.PassesTheRest;
    }

    /// <summary>Reads as zero, writes nothing, and nobody hears of it.</summary>
    private static DmaResult Discard(in DmaRequest request, Span<byte> data)
    {
        if (request.Kind is DmaKind.Read or DmaKind.Atomic)
        {
            data.Clear();
        }

        return DmaResult.Ok;
    }

    /// <summary>A request whose data is bad, or which asks for a translation; false for one that goes its way after all.</summary>
    private bool TryUnusual(in DmaRequest request, Span<byte> data, out DmaResult result)
    {
        if (request.IsWrite && request.Attributes.HasFlag(DmaAttributes.Poisoned))
        {
            result = Step(request, DmaStage.InboundWindow, DmaResult.Poisoned, "host bridge", request.Address);
            return true;
        }

        if (!request.Attributes.HasFlag(DmaAttributes.TranslationRequest) || (Iommu is not null && request is not { AddressType: AddressType.TranslationRequest, Kind: DmaKind.Read }))
        {
            // What is wrong with it the IOMMU says.
            result = DmaResult.Ok;
            return false;
        }

        if (!TryWindow(request, out ulong address))
        {
            result = Step(request, DmaStage.InboundWindow, DmaResult.NoInboundWindow, "host bridge", request.Address);
        }
        else if (Iommu is null)
        {
            result = Step(request, DmaStage.InboundWindow, DmaResult.UnsupportedRequest, "host bridge", address);
        }
        else
        {
            Step(request, DmaStage.InboundWindow, DmaResult.Ok, "host bridge", address);
            bus.Watch?.Serving(request.Requester);
            result = Answer(request, address, data);
        }

        return true;
    }

    // An entry of 8 bytes for each page (PCI Express Base Specification, Translation Completion).
    private DmaResult Answer(in DmaRequest request, ulong address, Span<byte> data)
    {
        const ulong Page = 4096;
        int span = Math.Max(1, data.Length / sizeof(ulong));
        ulong first = 0;
        for (int entry = 0; entry < span; entry++)
        {
            TranslationCompletion completion = Iommu!.Answer(request with { Address = address + ((ulong)entry * Page) }, span - entry);
            if (completion.Verdict != DmaResult.Ok)
            {
                return Step(request, DmaStage.Iommu, completion.Verdict, Iommu.Name, address);
            }

            first = entry == 0 ? completion.Entry.Address : first;
            if (data.Length >= sizeof(ulong))
            {
                BinaryPrimitives.WriteUInt64LittleEndian(data[(entry * sizeof(ulong))..], completion.Entry.Raw);
            }
        }

        Step(request, DmaStage.Iommu, DmaResult.Answered, Iommu!.Name, first);
        return DmaResult.Ok;
    }

    /// <summary>A request that the IOMMU has to translate, in as many pieces as it has translations.</summary>
    private DmaResult Translated(in DmaRequest request, ulong address, Span<byte> data, Action<Memory<byte>>? change)
    {
        bus.Watch?.Serving(request.Requester);
        for (int done = 0; done < data.Length;)
        {
            DmaRequest rest = request with { Address = address + (ulong)done, Length = data.Length - done };
            IommuTranslation translated = Iommu!.Translate(rest);
            Step(rest, DmaStage.Iommu, translated.Verdict, Iommu.Name, translated.Address);
            if (translated.Verdict != DmaResult.Ok)
            {
                return translated.Verdict == DmaResult.Discarded ? Discard(request, data[done..]) : translated.Verdict;
            }

            int run = (int)Math.Min((ulong)rest.Length, translated.Length);
            rest = run < rest.Length ? rest with { Length = run } : rest;
            DmaResult result = Access(rest, translated.Address, data.Slice(done, run), change);
            if (result != DmaResult.Ok)
            {
                return result;
            }

            done += run;
        }

        return DmaResult.Ok;
    }

    private bool IsDoorbell(in DmaRequest request, ulong address) =>
        request.IsWrite && model.Doorbells.Any(d => address - d.PciStart < d.Size);

    private DmaResult Access(in DmaRequest request, ulong address, Span<byte> data, Action<Memory<byte>>? change)
    {
        bus.Watch?.Accessing(new PhysicalAccess(Initiator.Device, $"requester {request.Requester}", address, data.Length, request.IsWrite));
        DmaResult result = request.Kind switch
        {
            DmaKind.Read => _target.Read(address, data, model.PeerToPeer),
            DmaKind.Atomic => _target.Exchange(request.Requester, address, data, change!),
            _ => _target.Write(request.Requester, address, data, model.PeerToPeer),
        };
        return Observer is null ? result : Step(request, DmaStage.Target, result, _target.NameOf(address) ?? "nothing", address);
    }

    private DmaResult Step(in DmaRequest request, DmaStage stage, DmaResult verdict, string place, ulong address)
    {
        Observer?.Invoke(new DmaStep(request, stage, verdict, place, address));
        return verdict;
    }
}
