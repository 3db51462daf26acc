using System.Buffers.Binary;
using System.Text;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Devices;

namespace GdbHost.Machine.Boards;

/// <summary>
/// Kernel, initrd and command line as firmware finds them in fw_cfg (QEMU documentation, QEMU Firmware Configuration
/// (fw_cfg) Device; item numbers of its standard header).
/// </summary>
internal static class FirmwareKernel
{
    private const ushort KernelSize = 0x08;
    private const ushort InitrdSize = 0x0b;
    private const ushort KernelData = 0x11;
    private const ushort InitrdData = 0x12;
    private const ushort CommandLineSize = 0x14;
    private const ushort CommandLineData = 0x15;

    public static void Put(FwCfg device, MachineConfiguration machine)
    {
        if (!machine.StartsInFlash || machine.Kernel is null)
        {
            return;
        }

        Put(device, KernelSize, KernelData, KernelImage.Unpacked(machine.Kernel, machine.MemoryBytes).ToArray());
        Put(device, InitrdSize, InitrdData, machine.Initrd?.Bytes.ToArray() ?? []);
        if (machine.Append is string text)
        {
            Put(device, CommandLineSize, CommandLineData, Encoding.UTF8.GetBytes(text + '\0'));
        }
    }

    private static void Put(FwCfg device, ushort sizeItem, ushort dataItem, byte[] bytes)
    {
        byte[] size = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)bytes.Length);
        device.Set(sizeItem, size);
        device.Set(dataItem, bytes);
    }
}
