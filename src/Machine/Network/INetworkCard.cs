using System;

namespace GdbHost.Machine.Network;

/// <summary>The guest's end of the wire.</summary>
internal interface INetworkCard
{
    /// <summary>The driver takes TCP frames over IPv4 without a checksum, and longer ones than a wire has.</summary>
    bool TakesUnfinished => false;

    /// <summary>Gives the guest a frame; false where it has no room now.</summary>
    /// <param name="offload">What of the frame is not finished: nothing, unless the card takes such ones.</param>
    bool TryReceive(ReadOnlySpan<byte> frame, in FrameOffload offload);
}
