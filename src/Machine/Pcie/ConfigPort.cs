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
        return BusResult.Ok;
    }

    public BusResult Write(ulong offset, int size, ulong value)
    {
        function.WriteConfig((int)offset, size, (uint)value);
        return BusResult.Ok;
    }

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        value = function.Config.Read((int)offset, size);
        return true;
    }
}
