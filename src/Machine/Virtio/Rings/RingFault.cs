namespace GdbHost.Machine.Virtio.Rings;

/// <summary>What a driver did to a ring that the specification forbids, so that the device cannot go on.</summary>
internal enum RingFault : byte
{
    None,
    Unreachable,
    AvailableTooFar,
    HeadOutOfRange,
    NextOutOfRange,
    TooLong,
    TooManyBytes,
    ReadableAfterWritable,
    IndirectNotNegotiated,
    IndirectNested,
    IndirectWithNext,
    IndirectLength,
}

/// <summary>The same in words, for the log.</summary>
internal static class RingFaults
{
    public static string InWords(this RingFault fault) => fault switch
    {
        RingFault.Unreachable => "the ring or a table of descriptors is not in memory",
        RingFault.AvailableTooFar => "the available index is further ahead than the ring is long",
        RingFault.HeadOutOfRange => "the available ring names a descriptor behind the end of the table",
        RingFault.NextOutOfRange => "a descriptor names a next one behind the end of the table",
        RingFault.TooLong => "a chain of descriptors is a loop, or longer than allowed",
        RingFault.TooManyBytes => "a chain of descriptors is of more than 2^32 bytes",
        RingFault.ReadableAfterWritable => "a chain has a buffer for the device to read behind one for it to write",
        RingFault.IndirectNotNegotiated => "an indirect descriptor without VIRTIO_F_INDIRECT_DESC",
        RingFault.IndirectNested => "an indirect descriptor within an indirect table",
        RingFault.IndirectWithNext => "an indirect descriptor with a next one",
        RingFault.IndirectLength => "an indirect table whose length is no multiple of 16, or 0",
        _ => "no fault",
    };
}
