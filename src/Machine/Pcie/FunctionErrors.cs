using System;

namespace GdbHost.Machine.Pcie;

/// <summary>Error bits of the Status register (PCI Local Bus Specification 3.0, section 6.2.3); software clears them by writing ones.</summary>
[Flags]
internal enum FunctionErrors : ushort
{
    None = 0,

    /// <summary>Master Data Parity Error: sent or received a poisoned request or completion.</summary>
    MasterDataParity = 1 << 8,

    /// <summary>Signaled Target Abort: completed a request with Completer Abort.</summary>
    SignaledTargetAbort = 1 << 11,

    /// <summary>Received Target Abort: its own request was completed with Completer Abort.</summary>
    ReceivedTargetAbort = 1 << 12,

    /// <summary>Received Master Abort: its own request was completed as an Unsupported Request.</summary>
    ReceivedMasterAbort = 1 << 13,

    /// <summary>Signaled System Error: sent an error message.</summary>
    SignaledSystemError = 1 << 14,

    /// <summary>Detected Parity Error: received a poisoned request or completion.</summary>
    DetectedParity = 1 << 15,

    All = MasterDataParity | SignaledTargetAbort | ReceivedTargetAbort | ReceivedMasterAbort | SignaledSystemError | DetectedParity,
}
