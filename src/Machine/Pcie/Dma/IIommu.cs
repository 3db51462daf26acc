namespace GdbHost.Machine.Pcie.Dma;

/// <summary>Where an address of a request leads.</summary>
/// <param name="Verdict"><see cref="DmaResult.Ok"/>, or why it is not translated.</param>
/// <param name="Address">Physical address.</param>
/// <param name="Length">Bytes from there on that the translation covers, 1 or more.</param>
internal readonly record struct IommuTranslation(DmaResult Verdict, ulong Address, ulong Length);

/// <summary>What translates the requests of a host bridge's functions.</summary>
internal interface IIommu
{
    string Name { get; }

    /// <summary>Translates the first address of a request, which stays within 4 KiB.</summary>
    IommuTranslation Translate(in DmaRequest request);
}
