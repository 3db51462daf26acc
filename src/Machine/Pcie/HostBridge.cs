namespace GdbHost.Machine.Pcie;

/// <summary>The function by which QEMU's generic PCI Express host (GPEX) shows itself on its own bus, at 00:00.0.</summary>
internal sealed class HostBridge() : PciFunction("pcie.host-bridge", new FunctionIdentity(0x1b36, 0x0008, 0x060000));
