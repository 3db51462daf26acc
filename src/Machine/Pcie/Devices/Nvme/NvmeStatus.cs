namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// Status Code Type in [10:8] and Status Code in [7:0] of a completion (NVM Express Base Specification 1.4, section 4.6.1).
/// </summary>
internal enum NvmeStatus : ushort
{
    Success = 0x000,
    InvalidOpcode = 0x001,
    InvalidField = 0x002,
    DataTransferError = 0x004,
    InternalError = 0x006,
    AbortRequested = 0x007,
    InvalidNamespace = 0x00b,
    CommandSequenceError = 0x00c,
    InvalidSglSegment = 0x00d,
    InvalidSglCount = 0x00e,
    SglLengthInvalid = 0x00f,
    SglTypeInvalid = 0x011,
    InvalidPrpOffset = 0x013,
    WriteProtected = 0x020,
    CommandSetsRejected = 0x02b,
    LbaOutOfRange = 0x080,
    FormatInProgress = 0x084,

    InvalidCompletionQueue = 0x100,
    InvalidQueueIdentifier = 0x101,
    InvalidQueueSize = 0x102,
    EventLimitExceeded = 0x105,
    InvalidInterruptVector = 0x108,
    InvalidFormat = 0x10a,
    InvalidQueueDeletion = 0x10c,
    FeatureNotSaveable = 0x10d,
    FeatureNotChangeable = 0x10e,
    FeatureNotOfNamespace = 0x10f,

    WriteFault = 0x280,
    UnrecoveredReadError = 0x281,
    CompareFailure = 0x285,

    /// <summary>Not one of the specification's: the completion comes later.</summary>
    Later = 0xffff,
}

/// <summary>What goes with a status.</summary>
internal static class NvmeStatusExtensions
{
    private const int DoNotRetryBit = 14;
    private const int MoreBit = 13;

    /// <summary>The Status Field without the phase: with Do Not Retry where the same command can never succeed, with More where the error log tells more.</summary>
    public static ushort Field(this NvmeStatus status) => (ushort)((uint)status
        | (status != NvmeStatus.Success && !status.MayPass() ? 1u << DoNotRetryBit : 0)
        | (status.IsLogged() ? 1u << MoreBit : 0));

    /// <summary>The error information log has an entry for it: the host failed, not the driver.</summary>
    public static bool IsLogged(this NvmeStatus status) => status is NvmeStatus.WriteFault or NvmeStatus.UnrecoveredReadError;

    // As QEMU 7.2 sets Do Not Retry.
    private static bool MayPass(this NvmeStatus status) => status is NvmeStatus.DataTransferError or NvmeStatus.InternalError
        or NvmeStatus.AbortRequested or NvmeStatus.FormatInProgress or NvmeStatus.EventLimitExceeded or NvmeStatus.InvalidQueueDeletion
        or NvmeStatus.WriteFault or NvmeStatus.UnrecoveredReadError or NvmeStatus.CompareFailure;
}
