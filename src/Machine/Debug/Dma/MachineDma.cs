using System.Collections.Generic;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What is at the physical address at which a request ends.</summary>
public enum DmaPlaceKind
{
    /// <summary>The request did not come as far as an address.</summary>
    None,

    /// <summary>Memory, ROM included.</summary>
    Memory,

    /// <summary>A register that makes interrupts of writes: GITS_TRANSLATER, or that of a v2m frame.</summary>
    Doorbell,

    /// <summary>Configuration space of PCI.</summary>
    ConfigSpace,

    /// <summary>A window of the host bridge, or a region of another function.</summary>
    PciWindow,

    /// <summary>Registers of a device of the board's.</summary>
    Device,

    Nothing,
}

/// <summary>What one place on the way of a request made of it.</summary>
/// <param name="Stage">Function, Bridge, Peer, InboundWindow, Iommu or Target.</param>
/// <param name="Place">Name of the function, bridge or memory region that decided.</param>
/// <param name="Verdict">Ok, or why the request ends here.</param>
/// <param name="Address">The address as it left the place.</param>
/// <param name="SmmuEvent">The event record by which an SMMU says why (IHI 0070, Event records); null without one.</param>
public sealed record MachineDmaStep(string Stage, string Place, string Verdict, ulong Address, string? SmmuEvent)
{
    public override string ToString() => $"{Place} {Verdict}{(SmmuEvent is null ? "" : " " + SmmuEvent)} (0x{Address:x})";
}

/// <summary>A request of a PCI function, when its way is at an end. What crosses a border of 4 KiB is several.</summary>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="Cpu">The core whose turn it was; null for a request that a debugger has sent while the machine stood still.</param>
/// <param name="Requester">The Requester ID that it carries: <c>bb:dd.f</c>.</param>
/// <param name="Sender">Name of the function that sent it, which need not have this Requester ID.</param>
/// <param name="Kind">Read, Write, Message or Atomic.</param>
/// <param name="Address">In PCI's memory space, before any translation.</param>
/// <param name="Length">Bytes, 1 to 4096.</param>
/// <param name="Data">What a message writes; null for others.</param>
/// <param name="Way">What each place made of it, in order.</param>
/// <param name="Place">What is where it ended.</param>
public sealed record MachineDma(
    ulong At, int? Cpu, string Requester, string Sender, string Kind, ulong Address, int Length, uint? Data, IReadOnlyList<MachineDmaStep> Way, DmaPlaceKind Place)
{
    /// <summary>The PASID that it carries; null for one without.</summary>
    public uint? Pasid { get; init; }

    /// <summary>Of the stage 2 that the SMMU has for its stream; null without.</summary>
    public int? Vmid { get; init; }

    /// <summary>The AT field: Untranslated, TranslationRequest, Translated or Reserved.</summary>
    public string AddressType { get; init; } = nameof(Pcie.Dma.AddressType.Untranslated);

    /// <summary>Memory, or what is in its place, is changed.</summary>
    public bool IsWrite => Kind != "Read";

    /// <summary>The last verdict: Ok, or why it went no further.</summary>
    public string Verdict => Way[^1].Verdict;

    /// <summary>It ended in an error, or as if in none (Discarded).</summary>
    public bool IsRefused => Verdict is not ("Ok" or "Answered" or "Stalled");

    /// <summary>A write that is no interrupt message has reached a doorbell, which cannot tell the two apart.</summary>
    public bool FakesInterrupt => Kind is "Write" or "Atomic" && Place == DmaPlaceKind.Doorbell;
}
