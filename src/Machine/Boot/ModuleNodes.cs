using System.Collections.Generic;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boards.Fdt;

namespace GdbHost.Machine.Boot;

/// <summary>
/// The nodes by which a hypervisor finds its guests' kernels and RAM disks: Xen, docs/misc/arm/device-tree/booting.txt;
/// names and cells as QEMU 7.2's guest-loader writes them.
/// </summary>
internal static class ModuleNodes
{
    public static void Add(FdtNode root, IReadOnlyList<GuestModule> modules)
    {
        foreach (GuestModule module in modules)
        {
            FdtNode node = root.GetOrAdd("chosen").GetOrAdd($"module@0x{module.Address:x8}")
                .SetText("compatible", "multiboot,module", module.IsKernel ? "multiboot,kernel" : "multiboot,ramdisk")
                .SetWideCells("reg", module.Address, (ulong)module.File.Bytes.Length);
            if (module.Arguments is not null)
            {
                node.SetText("bootargs", module.Arguments);
            }
        }
    }
}
