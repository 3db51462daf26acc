using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>
/// The PASID TLP prefix of a request, or none (PCI Express Base Specification, PASID TLP Prefix): [19:0] PASID, [20] Execute
/// Requested, [21] Privileged Mode Requested; [31] set where there is a prefix at all.
/// </summary>
internal readonly record struct PasidPrefix(uint Raw)
{
    /// <summary>The bits that mean something.</summary>
    public const uint Implemented = 0x803f_ffff;

    /// <param name="pasid">20 bits.</param>
    public static PasidPrefix Of(uint pasid, bool execute = false, bool privileged = false) =>
        new((1u << 31) | pasid | (execute ? 1u << 20 : 0) | (privileged ? 1u << 21 : 0));

    public bool IsPresent => Raw.Bit(31);

    public uint Pasid => Raw.Field(19, 0);

    public bool Execute => Raw.Bit(20);

    public bool Privileged => Raw.Bit(21);
}
