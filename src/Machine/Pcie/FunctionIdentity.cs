namespace GdbHost.Machine.Pcie;

/// <summary>What a function says it is (PCI Local Bus Specification 3.0, section 6.2.1 and 6.2.4).</summary>
/// <param name="Vendor">Vendor ID, 16 bits.</param>
/// <param name="Device">Device ID, 16 bits.</param>
/// <param name="ClassCode">Base class, sub-class and interface, 24 bits.</param>
internal sealed record FunctionIdentity(ushort Vendor, ushort Device, uint ClassCode)
{
    public byte Revision { get; init; }

    /// <summary>Subsystem Vendor ID; QEMU's by default.</summary>
    public ushort SubsystemVendor { get; init; } = 0x1af4;

    /// <summary>Subsystem ID; QEMU's by default.</summary>
    public ushort Subsystem { get; init; } = 0x1100;

    /// <summary>1 to 4 for INTA# to INTD#, 0 for none.</summary>
    public int InterruptPin { get; init; }
}
