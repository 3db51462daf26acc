using System;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>
/// Device Serial Number (PCI Express Base Specification, Device Serial Number Extended Capability): an EUI-64 made from the 48-bit address of a
/// card, with FF FF in its middle.
/// </summary>
internal sealed class SerialNumber : Capability
{
    private const ushort Id = 0x0003;
    private const int Length = 12;
    private const int Bytes64 = 8;
    private const int Middle = 3;

    /// <param name="address">6 bytes, the first one on the wire first.</param>
    /// <param name="at">Place in configuration space; null for the next free one.</param>
    public SerialNumber(PciFunction function, ReadOnlySpan<byte> address, int? at = null)
        : base(function.Config.AddExtendedCapability(Id, version: 1, Length, at), Length)
    {
        Span<byte> number = [.. address[..Middle], 0xff, 0xff, .. address[Middle..]];
        for (int i = 0; i < Bytes64; i++)
        {
            function.Config.Fix(Offset + 4 + i, 1, number[Bytes64 - 1 - i]);
        }
    }
}
