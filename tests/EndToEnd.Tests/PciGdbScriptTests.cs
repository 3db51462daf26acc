using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The scripts of scripts/gdb/pci on the Debian kernel, by stock gdb. Who is right: the kernel's own messages for functions and regions, QEMU's
/// addresses for devices and doorbells.
/// </summary>
public sealed class PciGdbScriptTests
{
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Config_accesses_are_named_from_the_arguments_and_from_the_machines_side()
    {
        Conversation gdb = await DebianAsync(2, "config", $"""
            {Continues(3)}
            delete
            monitor break pci 01:00.0 0 read
            continue
            monitor break off
            source scripts/gdb/pci/config.gdb
            {Continues(3)}
            """);

        Says.InOrder(gdb, "config read 00:00.0 register 0x0, 4 bytes", "config read 00:00.0 register 0xe, 1 bytes", "config read 01:00.0 register 0xe, 1 bytes");
        Says.InOrder(gdb.Errors, gdb.ToString(), "cpu0 read 0x11e81234 from Vendor ID and Device ID (0x0, 4 bytes) of 01:00.0 pcie.behind");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Base_address_registers_are_followed_from_sizing_to_the_drivers_first_access()
    {
        Conversation gdb = await DebianAsync(3, "bars", $"""
            {Continues(16)}
            disable 1
            continue
            finish
            disable 2
            awatch -l *(unsigned int *) $x0
            continue
            """);

        Says.InOrder(gdb, "BAR0 of 00:01.0 is written: 0xffffffff", "BAR0 of 00:01.0 is written: 0x1", "BAR1 of 00:01.0 is written: 0xffffffff",
            "BAR4 of 00:01.0 is mapped from offset 0x0", "atchpoint 3: -location *(unsigned int *) $x0", "atchpoint 3: -location *(unsigned int *) $x0", "Value = ");
    }

    [RequiresTheory(Need.Gdb, Need.DebianGuests)]
    [InlineData(2, "address 0x008020040, data 0x5")] // the frame's messages are SPI 80 and on
    [InlineData(3, "address 0x008090040, data 0x0")]
    public async Task Virtio_probe_and_MSI_setup_name_their_device(int gic, string message)
    {
        Conversation gdb = await DebianAsync(gic, "virtio-probe", $"""
            source scripts/gdb/pci/msi-setup.gdb
            {Continues(6)}
            """);

        Says.InOrder(gdb, "MSI-X wanted by 00:02.0: 1 to 32 vectors", $"message of 0000:00:02.0: {message}", "virtio probe of virtio0 on 0000:00:01.0", "MSI-X wanted by 00:01.0: 2 to 2 vectors", $"message of 0000:00:01.0: {message}");
    }

    private static string Continues(int times) => string.Join('\n', Enumerable.Repeat("continue", times));

    private static async Task<Conversation> DebianAsync(int gic, string script, string commands) => await HostRun.UnderGdbAsync(
        [
            "--machine", $"virt,gic={gic},el2=off", "--memory", "512M",
            "--kernel", Repository.Guest("debian/vmlinuz"), "--initrd", Repository.Guest("debian/initramfs.cpio.gz"),
            "--append", "console=ttyAMA0 nokaslr panic=-1",
            "--device", "virtio-rng-pci,addr=1", "--device", "pcie-root-port,id=rp,addr=2", "--device", "edu,bus=rp,id=behind",
        ],
        $"file {DebianKernel.SymbolFile}",
        $"""
        source scripts/gdb/pci/linux.gdb
        source scripts/gdb/pci/{script}.gdb
        {commands}
        """);
}
