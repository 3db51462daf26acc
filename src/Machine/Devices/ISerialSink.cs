namespace GdbHost.Machine.Devices;

/// <summary>Where a UART's bytes go.</summary>
public interface ISerialSink
{
    /// <summary>Takes one byte. It must not block for long and must not fail: the guest waits.</summary>
    void Write(byte value);
}
