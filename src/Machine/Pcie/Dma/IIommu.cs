namespace GdbHost.Machine.Pcie.Dma;

/// <summary>Where an address of a request leads.</summary>
/// <param name="Verdict"><see cref="DmaResult.Ok"/>, or why it is not translated.</param>
/// <param name="Address">Physical address.</param>
/// <param name="Length">Bytes from there on that the translation covers, 1 or more.</param>
internal readonly record struct IommuTranslation(DmaResult Verdict, ulong Address, ulong Length);

/// <summary>The answer to a translation request for one page.</summary>
/// <param name="Verdict">Ok; <see cref="DmaResult.UnsupportedRequest"/> or <see cref="DmaResult.CompleterAbort"/>, the status of the completion.</param>
/// <param name="Entry">The entry of a successful completion.</param>
internal readonly record struct TranslationCompletion(DmaResult Verdict, CompletionEntry Entry);

/// <summary>
/// What translates the requests of a host bridge's functions. One that makes none wait and knows no ATS needs no more than
/// <see cref="Translate"/>.
/// </summary>
internal interface IIommu
{
    string Name { get; }

    /// <summary>Who need not ask; null where all must.</summary>
    PassingRequesters? Passing => null;

    /// <summary>The ticket of the request that was made to wait last; it is of that request until the IOMMU gives it back.</summary>
    ushort NewestTicket => 0;

    /// <summary>Translates the first address of a request, which stays within 4 KiB.</summary>
    IommuTranslation Translate(in DmaRequest request);

    /// <summary>Answers a translation request of ATS.</summary>
    /// <param name="span">Pages that the whole request asks for; this is about the first.</param>
    TranslationCompletion Answer(in DmaRequest request, int span) => new(DmaResult.UnsupportedRequest, default);

    /// <summary>A Page Request message has come.</summary>
    void Requested(in PageRequest request)
    {
    }

    /// <summary>A hint of a function's that it will soon use addresses, which needs no answer.</summary>
    void Hinted(in PageHint hint)
    {
    }

    /// <summary>A function has done an invalidation that it had put off.</summary>
    /// <param name="tag">Of the invalidation.</param>
    void Invalidated(uint tag)
    {
    }
}

/// <summary>What an IOMMU says to functions.</summary>
internal interface IEndpoints
{
    InvalidationAnswer Invalidate(in CacheInvalidation invalidation);

    void Respond(in PageResponse response);

    /// <summary>A request that had to wait need wait no longer.</summary>
    void Release(ushort ticket, StallOutcome outcome);
}

/// <summary>What becomes of a request that had to wait.</summary>
internal enum StallOutcome : byte
{
    /// <summary>It is sent again, as though it were new.</summary>
    Retry,

    /// <summary>It ends with an abort.</summary>
    Abort,

    /// <summary>It ends as though it were done: it reads as zero and writes nothing.</summary>
    Discard,
}
