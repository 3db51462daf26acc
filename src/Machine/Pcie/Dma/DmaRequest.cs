using System;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>What a request of a function's wants.</summary>
internal enum DmaKind : byte
{
    Read,
    Write,

    /// <summary>A write that is an interrupt: MSI or MSI-X.</summary>
    Message,

    /// <summary>A read and a write that nothing comes between (PCI Express Base Specification, Atomic Operations).</summary>
    Atomic,
}

/// <summary>Attributes in the header of a request (PCI Express Base Specification, Transaction Descriptor and AT field).</summary>
[Flags]
internal enum DmaAttributes : byte
{
    None = 0,
    NoSnoop = 1 << 0,
    RelaxedOrdering = 1 << 1,

    /// <summary>AT is Translated: the address has been translated before.</summary>
    Translated = 1 << 2,

    /// <summary>EP: the data is known to be bad.</summary>
    Poisoned = 1 << 3,

    /// <summary>Not on the link: the function is broken and sends although Bus Master Enable is clear.</summary>
    Unruly = 1 << 4,

    /// <summary>AT is Translation Request; together with <see cref="Translated"/> it is the reserved value.</summary>
    TranslationRequest = 1 << 5,

    /// <summary>NW of a translation request: the function will not write.</summary>
    NoWrite = 1 << 6,

    /// <summary>
    /// Not on the link: the function is one that an IOMMU may make wait (Linux, Documentation/devicetree/bindings/iommu/iommu.txt,
    /// dma-can-stall). An endpoint of PCI Express is not (IHI 0070, System integration).
    /// </summary>
    MayStall = 1 << 7,
}

/// <summary>The AT field (PCI Express Base Specification, Address Type).</summary>
internal enum AddressType : byte
{
    Untranslated = 0b00,
    TranslationRequest = 0b01,
    Translated = 0b10,
    Reserved = 0b11,
}

/// <summary>A request that a function sends.</summary>
/// <param name="Requester">Who it says it is from.</param>
/// <param name="Address">In PCI's memory space, before any translation.</param>
/// <param name="Length">Bytes, 1 or more.</param>
internal readonly record struct DmaRequest(RequesterId Requester, DmaKind Kind, ulong Address, int Length, DmaAttributes Attributes)
{
    /// <summary>Memory is changed.</summary>
    public bool IsWrite => Kind != DmaKind.Read;

    /// <summary>For an interrupt message: what it writes.</summary>
    public uint Message { get; init; }

    /// <summary>Present where the request has a PASID.</summary>
    public PasidPrefix Prefix { get; init; }

    public AddressType AddressType => (AddressType)(
        (Attributes.HasFlag(DmaAttributes.TranslationRequest) ? 0b01 : 0) | (Attributes.HasFlag(DmaAttributes.Translated) ? 0b10 : 0));
}

/// <summary>What became of a request, or what a place on its way made of it.</summary>
internal enum DmaResult : byte
{
    Ok,

    /// <summary>Not sent: Bus Master Enable is clear, or the function is not in D0.</summary>
    NotSent,

    /// <summary>A bridge on the way has Bus Master Enable clear, or the address is one of those behind it.</summary>
    NotForwarded,

    /// <summary>A port's access control does not let it through (PCI Express Base Specification, Access Control Services).</summary>
    AccessControlViolation,

    /// <summary>The host bridge has no inbound window for the address.</summary>
    NoInboundWindow,

    /// <summary>The IOMMU does not translate the address for this requester.</summary>
    TranslationFault,

    /// <summary>Nothing takes it at its address.</summary>
    UnsupportedRequest,

    /// <summary>What is at its address refuses it.</summary>
    CompleterAbort,

    /// <summary>Dropped because its data is marked bad.</summary>
    Poisoned,

    /// <summary>The IOMMU holds it until software says what becomes of it; nothing has been read or written.</summary>
    Stalled,

    /// <summary>The IOMMU has ended it in silence: it reads as zero and writes nothing, and the function hears that all is well.</summary>
    Discarded,

    /// <summary>The IOMMU has answered a translation request.</summary>
    Answered,
}

/// <summary>A place on the way of a request.</summary>
internal enum DmaStage : byte
{
    Function,
    Bridge,
    Peer,
    InboundWindow,
    Iommu,
    Target,
}

/// <summary>What one place on its way made of a request.</summary>
/// <param name="Place">Name of the function or memory region that decided.</param>
/// <param name="Address">The address as it left the place.</param>
internal readonly record struct DmaStep(DmaRequest Request, DmaStage Stage, DmaResult Verdict, string Place, ulong Address);
