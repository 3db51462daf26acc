using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>The function keeps translations itself (PCI Express Base Specification, ATS Extended Capability).</summary>
internal sealed class AddressTranslation : Capability
{
    private const ushort Id = 0x000f;
    private const int Length = 8;
    private const int Control = 6;

    /// <summary>Invalidate Queue Depth of 32, Page Aligned Request, Global Invalidate Supported.</summary>
    private const uint Supported = 0 | (1u << 5) | (1u << 6);

    private readonly PciFunction _function;

    public AddressTranslation(PciFunction function)
        : base(function.Config.AddExtendedCapability(Id, version: 1, Length), Length)
    {
        _function = function;
        function.Config.Fix(Offset + 4, 2, Supported);
        function.Config.Allow(Offset + Control, 2, 0x801f);
    }

    /// <summary>Enable.</summary>
    public bool Enabled => _function.Config.Read(Offset + Control, 2).Bit(15);
}
