using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Tables;
using GdbHost.Machine.Virtio.Pci;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>The way of a request that nobody sends, place by place. Access control of ports is not looked at.</summary>
internal static class DmaExplainer
{
    /// <param name="requester">The function's Requester ID, which need not be that which it had at reset.</param>
    /// <param name="pasid">The PASID that it carries, or null.</param>
    public static IReadOnlyList<string> Explain(Boards.Machine machine, ushort requester, ulong address, bool isWrite, uint? pasid = null)
    {
        List<string> lines = [];
        ulong? reached = Follow(machine, requester, address, isWrite, lines, pasid);
        if (reached is ulong at)
        {
            lines.Add(Target(machine, at, isWrite));
        }

        return lines;
    }

    /// <summary>Adds a line for each place on the way; gives the physical address where the way ends, or null.</summary>
    public static ulong? Follow(Boards.Machine machine, ushort requester, ulong address, bool isWrite, List<string> lines, uint? pasid = null)
    {
        RequesterId id = new(requester);
        if (machine.Pcie?.Find(requester >> 8, requester & 0xff) is not PciFunction function)
        {
            lines.Add($"there is no function at {id}; \"monitor pci\" lists them");
            return null;
        }

        DmaRequest request = new(id, isWrite ? DmaKind.Write : DmaKind.Read, address, 1, DmaAttributes.None)
        {
            Prefix = pasid is uint number ? PasidPrefix.Of(number) : default,
        };
        lines.Add($"{id} {function.StateName}: {(isWrite ? "write to" : "read of")} 0x{address:x}{(pasid is uint p ? $" with PASID 0x{p:x}" : "")}");
        if (!function.MayMaster)
        {
            lines.Add("function: not sent: Bus Master Enable is clear, or it is not in D0");
            return null;
        }

        lines.Add("function: sent, Bus Master Enable is set");
        if (function.KeptTranslations is { Count: > 0 } kept)
        {
            lines.Add($"function: keeps {kept.Count} translations of its own; what it sends by them is Translated, and {TranslatedWords(machine, requester)} (monitor smmu atc {id})");
        }

        for (PciBus bus = function.Bus!; bus.Bridge is Bridge bridge; bus = bridge.Bus!)
        {
            if (pasid is not null && bridge.Express is { BlocksPrefixes: true })
            {
                lines.Add($"bridge {bridge.StateName}: not forwarded: its End-End TLP Prefix Blocking is set, and the request has a PASID");
                return null;
            }

            if (!bridge.MayForward(request) || bridge.Bus is null)
            {
                lines.Add($"bridge {bridge.StateName}: not forwarded: Bus Master Enable is clear, it is in reset, or the address is in its own windows");
                return null;
            }

            lines.Add($"bridge {bridge.StateName}: forwarded");
            if (!bridge.RedirectsPeers && bridge.Bus.Decode(io: false, address, out _) is IBusDevice peer)
            {
                lines.Add($"peer: {peer.Name} on {bridge.Bus.Name} takes it; the SMMU does not see it");
                return null;
            }
        }

        if (!machine.Pcie.TryInboundWindow(request, out ulong inbound))
        {
            lines.Add("host bridge: no inbound window has the address: refused; the SMMU does not see it");
            return null;
        }

        lines.Add($"host bridge: passes as 0x{inbound:x}");
        ulong? physical = machine.Smmu is null ? inbound : SmmuWalks.Follow(machine.Smmu, requester, pasid, inbound, isWrite, function.MayStall, lines);
        if (physical is null)
        {
            lines.Add("target: not reached");
            lines.AddRange(function is VirtioPci { UntranslatedDriver: string why } ? [$"why: {why}"] : []);
        }

        return physical;
    }

    private static string TranslatedWords(Boards.Machine machine, ushort stream)
    {
        if (machine.Smmu is not SmmuV3 smmu)
        {
            return "passes";
        }

        if (!smmu.Control.SmmuEnable)
        {
            return "is refused while CR0.SMMUEN is 0";
        }

        if (!smmu.Control.ChecksTranslated)
        {
            return "passes unchecked (CR0.ATSCHK=0)";
        }

        return smmu.Streams.LookSource(smmu.StreamTable, stream).Kept is not { IsLegal: true } kept ? "is refused: its stream has no valid STE"
            : kept.Ste.Ats(checks: true) switch
            {
                EndpointTranslation.Full => "passes (STE.EATS=0b01)",
                EndpointTranslation.Split => "goes through stage 2 (STE.EATS=0b10)",
                _ => "is refused (STE.EATS)",
            };
    }

    private static string Target(Boards.Machine machine, ulong at, bool isWrite)
    {
        BusRegion? region = machine.Bus.Find(new PhysicalAddress(at), nonSecure: true);
        DmaPlaceKind kind = DmaPlaces.KindAt(machine, at, 1);
        string what = region is null ? "nothing is there"
            : kind == DmaPlaceKind.PciWindow && machine.Pcie!.DecodeOutbound(at, out _) is null ? $"{region.Name}, and no function answers there"
            : kind == DmaPlaceKind.Doorbell && isWrite ? $"{region.Name}, a doorbell: the write may be an interrupt"
            : region.Ram is not null ? region.Name
            : $"{region.Name}, registers of a device";
        return $"target: PA 0x{at:x}: {what}";
    }
}
