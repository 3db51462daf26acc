using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio.Rings;

/// <summary>One form of a virtqueue. Where an answer is a fault, the device cannot go on.</summary>
internal interface IRing
{
    /// <summary>How far the device has taken buffers; setting it back gives them back as if never taken.</summary>
    uint Position { get; set; }

    /// <summary>Takes the next request; false with no fault where there is none.</summary>
    bool TryTake(DescriptorChain chain, out RingFault fault);

    /// <summary>Gives a request back as used.</summary>
    RingFault Return(DescriptorChain chain);

    /// <summary>Whether the driver wants an interrupt for what was given back since it was last asked.</summary>
    RingFault Signal(out bool wanted);

    /// <summary>Says whether the driver shall notify the device of further buffers.</summary>
    RingFault AskForNotices(bool wanted);

    void Reset();

    void Save(StateWriter to);

    void Restore(StateReader from);
}
