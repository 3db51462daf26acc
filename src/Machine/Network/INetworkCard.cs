using System;

namespace GdbHost.Machine.Network;

/// <summary>The guest's end of the wire.</summary>
internal interface INetworkCard
{
    /// <summary>Gives the guest a frame; false where it has no room now.</summary>
    bool TryReceive(ReadOnlySpan<byte> frame);
}
