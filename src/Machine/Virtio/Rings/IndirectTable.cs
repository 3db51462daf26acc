namespace GdbHost.Machine.Virtio.Rings;

/// <summary>What an indirect descriptor must be (Virtual I/O Device Specification 1.2, Indirect Descriptors, of both kinds of ring).</summary>
internal static class IndirectTable
{
    public static RingFault Check(Virtqueue queue, in Descriptor descriptor, bool inIndirect) =>
        !queue.Has(VirtioFeature.IndirectDescriptors) ? RingFault.IndirectNotNegotiated
        : inIndirect ? RingFault.IndirectNested
        : descriptor.HasNext ? RingFault.IndirectWithNext
        : descriptor.Length == 0 || descriptor.Length % Descriptor.Bytes != 0 ? RingFault.IndirectLength
        : RingFault.None;
}
