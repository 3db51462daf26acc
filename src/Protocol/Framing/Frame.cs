using System;

namespace GdbHost.Protocol.Framing;

/// <summary>What the framer found in the byte stream.</summary>
public enum FrameKind
{
    /// <summary>A packet whose checksum is right; escapes are already undone.</summary>
    Packet,

    /// <summary>The single byte 0x03: stop the target.</summary>
    Interrupt,

    /// <summary>'+': the peer has our last packet.</summary>
    Acknowledge,

    /// <summary>'-': the peer wants our last packet again.</summary>
    Retransmit,

    /// <summary>A packet whose two checksum digits are wrong or are not digits.</summary>
    BadChecksum,

    /// <summary>A packet with more bytes than the framer may keep; none of it was kept.</summary>
    TooLong,
}

/// <summary>One thing cut out of the byte stream. The payload lives in the framer's buffer until the next call.</summary>
public readonly ref struct Frame(FrameKind kind, ReadOnlySpan<byte> payload)
{
    public FrameKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}
