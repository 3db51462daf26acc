using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie.Bridges;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>The way of a request from a function up through its bridges to the host bridge, or across to a neighbor.</summary>
internal static class UpstreamPath
{
    /// <param name="data">What is written, or gets what is read.</param>
    /// <param name="change">For atomic operations: makes new from old in place.</param>
    public static DmaResult Send(PciFunction function, in DmaRequest request, Span<byte> data, Action<Memory<byte>>? change = null)
    {
        PciBus? bus = function.Bus;
        bool sends = function.MayMaster || request.Attributes.HasFlag(DmaAttributes.Unruly);
        if (bus is null || !sends)
        {
            return Step(bus, request, DmaStage.Function, DmaResult.NotSent, function.StateName);
        }

        Step(bus, request, DmaStage.Function, DmaResult.Ok, function.StateName);
        for (; bus.Bridge is Bridge bridge; bus = bridge.Bus!)
        {
            DmaResult passed = bridge.Forward(request);
            Step(bus, request, DmaStage.Bridge, passed, bridge.StateName);
            if (passed != DmaResult.Ok || bridge.Bus is null)
            {
                return passed == DmaResult.Ok ? DmaResult.NotForwarded : passed;
            }

            if (!bridge.RedirectsPeers && !request.Attributes.HasFlag(DmaAttributes.TranslationRequest) && bridge.Bus.Decode(io: false, request.Address, out ulong offset) is IBusDevice peer)
            {
                DmaResult done = bus.Root.ReachPeer(request, peer, offset, data);
                return Step(bus, request, DmaStage.Peer, done, peer.Name);
            }
        }

        return bus.Root.Complete(request, data, change);
    }

    private static DmaResult Step(PciBus? bus, in DmaRequest request, DmaStage stage, DmaResult verdict, string place)
    {
        bus?.Root.DmaObserver?.Invoke(new DmaStep(request, stage, verdict, place, request.Address));
        return verdict;
    }
}
