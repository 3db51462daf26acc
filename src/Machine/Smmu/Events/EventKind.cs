namespace GdbHost.Machine.Smmu.Events;

/// <summary>Event numbers (IHI 0070, Event records) of those that this SMMU records.</summary>
internal enum EventKind : byte
{
    Unsupported = 0x01,
    BadStreamId = 0x02,
    SteFetch = 0x03,
    BadSte = 0x04,
    BadTranslationRequest = 0x05,
    StreamDisabled = 0x06,
    TranslationForbidden = 0x07,
    BadSubstreamId = 0x08,
    CdFetch = 0x09,
    BadCd = 0x0a,
    WalkExternalAbort = 0x0b,
    Translation = 0x10,
    AddressSize = 0x11,
    Access = 0x12,
    Permission = 0x13,
    PageRequest = 0x24,
}

/// <summary>CLASS of a fault: what was being accessed.</summary>
internal enum EventClass : byte
{
    /// <summary>CD: stage 2 refused the address of a context descriptor.</summary>
    ContextDescriptor = 0b00,

    /// <summary>TTD: stage 2 refused the address of a stage-1 descriptor.</summary>
    TableDescriptor = 0b01,

    /// <summary>IN: the transaction's own address.</summary>
    Input = 0b10,
}
