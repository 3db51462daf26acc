using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>Requests may carry a PASID of 20 bits (PCI Express Base Specification, PASID Extended Capability).</summary>
internal sealed class ProcessAddressSpace : Capability
{
    private const ushort Id = 0x001b;
    private const int Length = 8;
    private const int Control = 6;

    /// <summary>Execute Permission Supported, Privileged Mode Supported, Max PASID Width.</summary>
    private const uint Supported = (1u << 1) | (1u << 2) | (20u << 8);

    private readonly PciFunction _function;

    public ProcessAddressSpace(PciFunction function)
        : base(function.Config.AddExtendedCapability(Id, version: 1, Length), Length)
    {
        _function = function;
        function.Config.Fix(Offset + 4, 2, Supported);
        function.Config.Allow(Offset + Control, 2, 7);
    }

    /// <summary>PASID Enable.</summary>
    public bool Enabled => Register.Bit(0);

    /// <summary>Execute Permission Enable.</summary>
    public bool MayExecute => Register.Bit(1);

    /// <summary>Privileged Mode Enable.</summary>
    public bool MayBePrivileged => Register.Bit(2);

    private uint Register => _function.Config.Read(Offset + Control, 2);
}
