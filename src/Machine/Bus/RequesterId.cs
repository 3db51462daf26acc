namespace GdbHost.Machine.Bus;

/// <summary>
/// Who sent a write that is not a core's: bus in [15:8], device in [7:3] and function in [2:0] (PCI Express Base
/// Specification, Transaction ID - Requester ID). An interrupt translation service takes it as the DeviceID.
/// </summary>
internal readonly record struct RequesterId(ushort Value)
{
    public override string ToString() => $"{Value >> 8:x2}:{(Value >> 3) & 31:x2}.{Value & 7}";
}
