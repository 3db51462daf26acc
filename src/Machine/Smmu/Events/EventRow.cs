using System;
using System.Linq;

namespace GdbHost.Machine.Smmu.Events;

/// <summary>The fields of an event record beside number, StreamID and SubstreamID.</summary>
[Flags]
internal enum EventFields : byte
{
    None = 0,

    /// <summary>InputAddr.</summary>
    Input = 1 << 0,

    /// <summary>RnW.</summary>
    Direction = 1 << 1,

    /// <summary>PnU and InD.</summary>
    Attributes = 1 << 2,

    /// <summary>S2 and CLASS.</summary>
    Stage = 1 << 3,

    /// <summary>FetchAddr.</summary>
    Fetch = 1 << 4,

    /// <summary>IPA, where S2 is set; STAG and Stall.</summary>
    Ipa = 1 << 5,

    /// <summary>Span, and the permissions asked for: R, W, X and Priv.</summary>
    Asked = 1 << 6,

    /// <summary>A SubstreamID without SSV: 0 where there is none.</summary>
    AlwaysSubstream = 1 << 7,
}

/// <summary>One kind of event record.</summary>
/// <param name="Name">The name of IHI 0070, Event records.</param>
/// <param name="Meaning">In words.</param>
internal sealed record EventRow(EventKind Kind, string Name, EventFields Fields, string Meaning)
{
    private const EventFields Access = EventFields.Input | EventFields.Direction | EventFields.Attributes | EventFields.Stage;

    /// <summary>
    /// Not recorded, because the caches cannot hold two answers: F_TLB_CONFLICT and F_CFG_CONFLICT. F_VMS_FETCH is of SMMUv3.2.
    /// </summary>
    public static readonly EventRow[] Table =
    [
        new(EventKind.Unsupported, "F_UUT", EventFields.Input | EventFields.Direction | EventFields.Attributes,
            "the transaction is of a kind that is not supported"),
        new(EventKind.BadStreamId, "C_BAD_STREAMID", EventFields.None, "the StreamID is outside the stream table"),
        new(EventKind.SteFetch, "F_STE_FETCH", EventFields.Fetch, "a stream table entry could not be read"),
        new(EventKind.BadSte, "C_BAD_STE", EventFields.None, "the stream table entry is invalid or ILLEGAL"),
        new(EventKind.BadTranslationRequest, "F_BAD_ATS_TREQ", EventFields.Input | EventFields.Asked,
            "a translation request from a stream that may not use ATS"),
        new(EventKind.StreamDisabled, "F_STREAM_DISABLED", EventFields.None, "STE.S1DSS terminates what has no SubstreamID, or has taken SubstreamID 0"),
        new(EventKind.TranslationForbidden, "F_TRANSL_FORBIDDEN", EventFields.Input | EventFields.Direction,
            "a translated address from a stream that may not translate itself"),
        new(EventKind.BadSubstreamId, "C_BAD_SUBSTREAMID", EventFields.AlwaysSubstream, "the SubstreamID has no context descriptor"),
        new(EventKind.CdFetch, "F_CD_FETCH", EventFields.Fetch, "a context descriptor could not be read"),
        new(EventKind.BadCd, "C_BAD_CD", EventFields.None, "the context descriptor is invalid or ILLEGAL"),
        new(EventKind.WalkExternalAbort, "F_WALK_EABT", Access | EventFields.Fetch, "a translation table could not be read"),
        new(EventKind.Translation, "F_TRANSLATION", Access | EventFields.Ipa, "the address is not mapped"),
        new(EventKind.AddressSize, "F_ADDR_SIZE", Access | EventFields.Ipa, "an address is too wide"),
        new(EventKind.Access, "F_ACCESS", Access | EventFields.Ipa, "the Access flag is clear"),
        new(EventKind.Permission, "F_PERMISSION", Access | EventFields.Ipa, "the access is not permitted"),
        new(EventKind.PageRequest, "E_PAGE_REQUEST", EventFields.Input | EventFields.Asked, "a hint: the function will soon use these pages"),
    ];

    public static EventRow? Find(EventKind kind) => Array.Find(Table, r => r.Kind == kind);

    public static EventRow Of(EventKind kind) => Table.First(r => r.Kind == kind);
}
