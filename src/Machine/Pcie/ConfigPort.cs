using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie;

/// <summary>Configuration accesses to one function: 1, 2 or 4 bytes within its configuration space.</summary>
internal sealed class ConfigPort(PciFunction function) : IBusDevice
{
    public string Name => function.StateName;

    public BusResult Read(ulong offset, int size, out ulong value)
    {
        function.ConfigRead((int)offset, size);
        value = function.Config.Read((int)offset, size);
        Tell(offset, size, isWrite: false, value);
        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        function.WriteConfig((int)offset, size, (uint)value);
        Tell(offset, size, isWrite: true, value);
        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        value = function.Config.Read((int)offset, size);
        return true;
    }

    private void Tell(ulong offset, int size, bool isWrite, ulong value) =>
        function.Bus?.Root.ConfigObserver?.Invoke(new ConfigStep(function.Requester, (int)offset, size, isWrite, (uint)value));
}

/// <summary>One access to configuration space.</summary>
/// <param name="Function">Bus, device and function that it was for.</param>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Size">1, 2 or 4 bytes.</param>
/// <param name="Value">What was written, or read.</param>
internal readonly record struct ConfigStep(RequesterId Function, int Offset, int Size, bool IsWrite, uint Value);
