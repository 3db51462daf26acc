using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.GdbStub.Attached;

/// <summary>
/// Virtio devices on PCI whose driver does not know of an IOMMU: QEMU lets them round it (virtio devices without iommu_platform use physical
/// addresses), and here nothing goes round it.
/// </summary>
internal static class TranslatedDevices
{
    /// <summary>A line for the user of a machine whose PCI has an IOMMU; null where all devices are as they should be.</summary>
    public static string? Warning(IEnumerable<PciDeviceRequest> devices)
    {
        string[] kinds = [.. devices.Where(IsUntranslated).Select(static d => d["id"] is string id ? $"{d.Kind},id={id}" : d.Kind)];
        return kinds.Length == 0
            ? null
            : $"-device {string.Join(", ", kinds)}: without iommu_platform=on its driver gives it physical addresses, which the SMMU refuses where the kernel translates "
                + "(F_TRANSLATION; QEMU lets such a device pass round its SMMU); add iommu_platform=on (QEMU wants disable-legacy=on with it), or boot Linux with iommu.passthrough=1";
    }

    private static bool IsUntranslated(PciDeviceRequest device) =>
        device.Kind.StartsWith("virtio-", System.StringComparison.Ordinal) && device["iommu_platform"] is not ("on" or "yes" or "true" or "y");
}
