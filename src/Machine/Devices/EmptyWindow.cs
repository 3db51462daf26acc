using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Devices;

/// <summary>
/// A window to a bus on which nothing answers, such as the PCIe configuration space of a host bridge without devices:
/// reads give all ones, writes are lost (PCI Express Base Specification, Unsupported Request on a configuration read).
/// </summary>
internal sealed class EmptyWindow(string name) : IBusDevice
{
    public string Name => name;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        value = ulong.MaxValue >> (64 - (size * 8));
        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value) => BusResult.Ok;

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        Read(offset, size, out value);
        return true;
    }
}
