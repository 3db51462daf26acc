using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>
/// Interrupts by pin where the kernel takes no messages. Oracle: a stock Debian kernel's /proc/interrupts; the lines are those of the
/// interrupt-map in QEMU's device tree: SPI 3 to 6, turned by the slot.
/// </summary>
public sealed class PinTests
{
    private const int FirstLine = 32 + 3;

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Each_device_interrupts_by_the_line_of_its_slot(int gic)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-pins");
        string disk = Path.Combine(folder.FullName, "disk.img");
        await File.WriteAllBytesAsync(disk, new byte[1 << 20]);
        Ended guest = await HostRun.GuestAsync(
        [
            .. VirtioGuest.Options("debian", "read,dhcp,rng,console,interrupts", "pci=nomsi", $"gic={gic},el2=off"),
            "--drive", $"file={disk},if=none,id=hd0,format=raw", "--device", "virtio-blk-pci,drive=hd0,addr=1",
            "--netdev", "user,id=n0,restrict=on", "--device", "virtio-net-pci,netdev=n0,addr=2",
            "--device", "virtio-rng-pci,addr=3",
            "--device", "virtio-serial-pci,addr=4", "--chardev", $"file,path={folder.FullName}/console,id=c0", "--device", "virtconsole,chardev=c0",
        ]);
        folder.Delete(recursive: true);

        Dictionary<int, (int Count, int Line)> devices = Regex.Matches(guest.Output, @"^ *\d+: +(\d+) +GIC\S+ +(\d+) Level +virtio(\d)\r?$", RegexOptions.Multiline)
            .ToDictionary(static m => Number(m, 3), static m => (Number(m, 1), Number(m, 2)));
        Assert.True(devices.Count == 4, guest.Output);
        Assert.All(devices, static d => Assert.Equal(FirstLine + ((d.Key + 1) % 4), d.Value.Line));
        Assert.All(devices, static d => Assert.InRange(d.Value.Count, 1, 10_000));
        Assert.Equal(0, guest.Status);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
}
