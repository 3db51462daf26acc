using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>
/// Whose plain requests an IOMMU would let pass with the address that they have, and do nothing else: they need not ask it. The IOMMU keeps it
/// true; it decides nothing, but is what registers and kept structures say, and goes with them.
/// </summary>
/// <param name="addressBits">An address that is wider has to ask.</param>
[NotState("derived from registers and from kept structures")]
internal sealed class PassingRequesters(int addressBits)
{
    private const DmaAttributes Unusual = DmaAttributes.Translated | DmaAttributes.TranslationRequest;

    private readonly BitSet _requesters = new(1 << 16);

    /// <summary>Also requesters that are not among them, and requests with a PASID.</summary>
    public bool HasEverybody { get; set; }

    /// <summary>Those from here on are not looked up, 0 to 65536.</summary>
    public uint Limit { get; set; }

    /// <param name="requester">A Requester ID.</param>
    public void Add(uint requester) => _requesters.Add((int)requester);

    /// <param name="requester">A Requester ID.</param>
    public void Remove(uint requester) => _requesters.Remove((int)requester);

    public void Clear() => _requesters.Clear();

    /// <summary>False says nothing.</summary>
    /// <param name="address">Of the request, behind the inbound windows.</param>
    public bool Has(in DmaRequest request, ulong address)
    {
        uint requester = request.Requester.Value;
        return address >> addressBits == 0
            && (request.Attributes & Unusual) == 0
            && (requester < Limit ? _requesters.Contains((int)requester) && !request.Prefix.IsPresent : HasEverybody);
    }
}
