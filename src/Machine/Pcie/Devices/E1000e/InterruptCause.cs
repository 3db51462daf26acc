using System;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>Bits of ICR, ICS, IMS, IMC, IAM and EIAC (Intel 317694, Interrupt Cause Read Register).</summary>
[Flags]
internal enum InterruptCause : uint
{
    None = 0,

    /// <summary>TXDW: a descriptor was written back.</summary>
    TransmitWrittenBack = 1 << 0,

    /// <summary>TXQE: a transmit queue is empty.</summary>
    TransmitQueueEmpty = 1 << 1,

    /// <summary>LSC: the link came up or went down.</summary>
    LinkChange = 1 << 2,

    /// <summary>RXDMT0: few receive descriptors are left.</summary>
    ReceiveThreshold = 1 << 4,

    /// <summary>RXO: a frame did not fit.</summary>
    ReceiveOverrun = 1 << 6,

    /// <summary>RXT0: a frame was received, or the time after it has passed.</summary>
    ReceiveTimer = 1 << 7,

    /// <summary>MDAC: an access to the PHY is done.</summary>
    ManagementAccess = 1 << 9,

    /// <summary>TXD_LOW: few transmit descriptors are left.</summary>
    TransmitLow = 1 << 15,

    /// <summary>SRPD: a small frame was received.</summary>
    SmallFrame = 1 << 16,

    /// <summary>ACK: a TCP acknowledgment was received.</summary>
    AckReceived = 1 << 17,

    /// <summary>MNG: a manageability event.</summary>
    Manageability = 1 << 18,

    ReceiveQueue0 = 1 << 20,
    ReceiveQueue1 = 1 << 21,
    TransmitQueue0 = 1 << 22,
    TransmitQueue1 = 1 << 23,

    /// <summary>With MSI-X: one of the causes that have no vector of their own.</summary>
    Other = 1 << 24,

    /// <summary>INT_ASSERTED: the card asks for an interrupt.</summary>
    Asserted = 1u << 31,

    /// <summary>What <see cref="Other"/> stands for.</summary>
    Others = LinkChange | ReceiveOverrun | ManagementAccess | SmallFrame | AckReceived | Manageability,

    /// <summary>What can be enabled.</summary>
    Maskable = TransmitWrittenBack | TransmitQueueEmpty | LinkChange | ReceiveThreshold | ReceiveOverrun | ReceiveTimer | ManagementAccess
        | TransmitLow | SmallFrame | AckReceived | Manageability | ReceiveQueue0 | ReceiveQueue1 | TransmitQueue0 | TransmitQueue1 | Other,
}
