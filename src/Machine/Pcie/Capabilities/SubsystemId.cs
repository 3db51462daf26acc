namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>Subsystem ID and Subsystem Vendor ID of a bridge (PCI-to-PCI Bridge Architecture Specification 1.2, section 3.3).</summary>
internal sealed class SubsystemId : Capability
{
    private const byte Id = 0x0d;
    private const int Length = 8;

    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public SubsystemId(PciFunction function, ushort vendor, ushort subsystem, int? at = null)
        : base(function.Config.AddCapability(Id, Length, at), Length)
    {
        function.Config.Fix(Offset + 4, 4, vendor | ((uint)subsystem << 16));
    }
}
