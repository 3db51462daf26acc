using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// Configuration space as memory (PCI Express Base Specification, section 7.2.2, Enhanced Configuration Access
/// Mechanism): offset bits [27:20] are the bus, [19:15] the device, [14:12] the function, [11:0] the register.
/// </summary>
internal sealed class Ecam(string name, RootComplex root) : PciBusPort(name, widest: 4)
{
    protected override IBusDevice? Find(ulong offset, out ulong inside)
    {
        inside = offset.Field(11, 0);
        PciFunction? function = root.Find((int)offset.Field(27, 20), (int)offset.Field(19, 12));
        return inside < ConfigSpace.Bytes ? function?.ConfigPort : null;
    }
}
