namespace GdbHost.Machine.Network;

/// <summary>
/// What is still to be done to a TCP frame over IPv4 before it could go over a real wire. A card that takes such frames
/// (<see cref="INetworkCard.TakesUnfinished"/>) tells its driver.
/// </summary>
/// <param name="ChecksumFrom">Where the checksum's range begins, up to the end; 0 for a finished frame. In its place there is the sum of the pseudo header.</param>
/// <param name="ChecksumAt">The checksum's place behind <paramref name="ChecksumFrom"/>.</param>
/// <param name="HeaderBytes">All headers.</param>
/// <param name="SegmentBytes">Data bytes of each of the frames that it stands for; 0 where it is one.</param>
internal readonly record struct FrameOffload(ushort ChecksumFrom, ushort ChecksumAt, ushort HeaderBytes, ushort SegmentBytes)
{
    public bool IsNeeded => ChecksumFrom != 0;
}
