using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Smmu;

/// <summary>
/// Two pages of 64 KiB. An access to a register in the other page than its own is CONSTRAINED UNPREDICTABLE; here both are the same,
/// as on QEMU.
/// </summary>
internal sealed class SmmuPort(RegisterBank<SmmuV3> bank) : IBusDevice
{
    public string Name => bank.Name;

    public BusResult Read(ulong offset, int size, out ulong value) => bank.Read(offset % Registers.Size, size, out value);

    public BusResult Write(ulong offset, int size, ulong value) => bank.Write(offset % Registers.Size, size, value);

    public bool TryPeek(ulong offset, int size, out ulong value) => bank.TryPeek(offset % Registers.Size, size, out value);
}
