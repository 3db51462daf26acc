namespace GdbHost.Machine.Pcie.Devices;

/// <summary>A function that is there because the user asked for it.</summary>
internal sealed record PluggedDevice(PciDeviceRequest Request, PciFunction Function);
