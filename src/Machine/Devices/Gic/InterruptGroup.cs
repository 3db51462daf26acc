namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The groups that interrupts belong to (IHI 0069, Interrupt grouping). A GICv2, and a GICv3 with one Security state, has
/// the first two.
/// </summary>
internal enum InterruptGroup : byte
{
    Group0,

    /// <summary>With two Security states: Non-secure Group 1.</summary>
    Group1,

    SecureGroup1,
}
