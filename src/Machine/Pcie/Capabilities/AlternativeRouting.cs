namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>Alternative Routing-ID Interpretation (PCI Express Base Specification, ARI Extended Capability): the next function of the device.</summary>
internal sealed class AlternativeRouting : Capability
{
    private const ushort Id = 0x000e;
    private const int Length = 8;

    /// <param name="next">Number of the next function, 0 for none.</param>
    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public AlternativeRouting(PciFunction function, int next, int? at = null)
        : base(function.Config.AddExtendedCapability(Id, version: 1, Length, at), Length)
    {
        function.Config.Fix(Offset + 4, 2, (uint)next << 8);
    }
}
