namespace GdbHost.Machine.Virtio;

/// <summary>How a device reaches its driver: by the interrupts of its transport.</summary>
internal interface IVirtioSignals
{
    /// <summary>The device has used buffers of a queue.</summary>
    void UsedBuffers(int queue);

    /// <summary>Configuration or status of the device has changed.</summary>
    void ConfigurationChanged();
}
