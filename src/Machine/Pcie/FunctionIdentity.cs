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

    /// <summary>0 for a device, 1 for a bridge between buses.</summary>
    public uint HeaderType { get; init; }

    /// <summary>The device has other functions than number 0.</summary>
    public bool MultiFunction { get; init; }

    /// <summary>It has the 4096 bytes of configuration space of PCI Express.</summary>
    public bool IsExpress { get; init; }

    /// <summary>
    /// Software may keep what it likes behind the header where no capability is, as QEMU 7.2 lets it; the specification has
    /// zeros there that cannot be written.
    /// </summary>
    public bool KeepsUnusedBytes { get; init; } = true;
}
