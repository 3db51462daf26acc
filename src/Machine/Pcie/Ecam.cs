using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// Configuration space as memory. ECAM (PCI Express Base Specification, section 7.2.2): offset bits [27:20] are the bus,
/// [19:15] the device, [14:12] the function, [11:0] the register. CAM has 8 bits of register, and all else 4 bits lower.
/// </summary>
internal sealed class Ecam(string name, RootComplex root) : PciBusPort(name, widest: 4)
{
    private int RegisterBits => root.Model.Access == ConfigAccess.Ecam ? 12 : 8;

    protected override IBusDevice? Find(ulong offset, out ulong inside)
    {
        int register = RegisterBits;
        inside = offset.Field(register - 1, 0);
        PciFunction? function = root.Find((int)offset.Field(register + 15, register + 8), (int)offset.Field(register + 7, register));
        return inside < (ulong)(function?.Config.Length ?? 0) ? function!.ConfigPort : null;
    }

    protected override void Unclaimed(ulong offset, int size, bool isWrite, ulong value)
    {
        if (!root.IsReady)
        {
            root.Unsupported?.AddBeforeReady(isWrite);
        }

        int register = RegisterBits;
        root.ConfigObserver?.Invoke(new ConfigStep(
            new RequesterId((ushort)offset.Field(register + 15, register)), (int)offset.Field(register - 1, 0), size, isWrite, (uint)value));
    }
}
