using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Virtio;
using GdbHost.Machine.Virtio.Console;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The same guest runs the same way: at the same counts of instructions the same state, to its end, with the same bytes
/// at the same times. One boot goes through in one piece, on the translator; the other begins on the interpreter, is cut at
/// random places, looked at by a debugger, and moved in its middle by a snapshot into a machine with the translator.
/// Oracle: each for the other.
/// </summary>
public sealed class SameRunTests
{
    /// <summary>Instructions from one point of comparison to the next.</summary>
    private const ulong Interval = 50_000_000;
    private const int FewestPoints = 10;
    private const ulong NoLimit = 8_000_000_000;

    [RequiresTheory(Need.DebianGuests)]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [InlineData(4, true, 3)]
    public void Debian_boots_the_same_way_twice(int cpus, bool el2, int gic = 2)
    {
        string flavor = cpus == 1 ? "debian" : "cloud";
        AssertSameRun(
            new MachineConfiguration
            {
                Cpus = cpus,
                El2 = el2,
                GicVersion = gic,
                Kernel = File(Repository.Guest($"{flavor}/vmlinuz")),
                Initrd = File(Repository.Guest($"{flavor}/initramfs.cpio.gz")),
                Append = "console=ttyAMA0 nokaslr panic=-1",
            },
            "GUEST-DONE");
    }

    [RequiresTheory(Need.DebianGuests, Need.DeviceTreeTools)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Xen_and_its_dom0_boot_the_same_way_twice(int gic)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-xen");
        try
        {
            string tree = Path.Combine(folder.FullName, "xen.dtb");
            await XenGuest.MakeTreeAsync(tree, gic);
            AssertSameRun(XenGuest.Configuration(tree, gic), "GUEST-DONE");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// The same with a disk, a line, numbers and a network, each on virtio-mmio and on PCI. The guest reads its disk and does not write: the two runs
    /// have one.
    /// </summary>
    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData(true)]
    [InlineData(false)]
    public void Debian_with_virtio_devices_runs_the_same_way_twice(bool onPci)
    {
        VirtioDeviceConfiguration[] devices =
        [
            new BlockDeviceConfiguration(new PatternDisk(), "SERIAL") { Settings = new VirtioSettings { Packed = onPci } },
            new RngDeviceConfiguration(7),
            new SerialDeviceConfiguration([new ConsolePortConfiguration(0, IsConsole: true, null, null)]),
            new NetDeviceConfiguration(new UserNetworkConfiguration(null, null), new byte[] { 0x52, 0x54, 0, 0x12, 0x34, 0x56 }),
        ];
        AssertSameRun(
            new MachineConfiguration
            {
                Cpus = 2,
                El2 = false,
                Kernel = File(Repository.Guest("cloud/vmlinuz")),
                Initrd = File(Repository.Built("virtio/cloud.cpio.gz")),
                Append = "console=ttyAMA0 nokaslr panic=-1 DO=read,serial,all,rng,console,dhcp,ping",
                VirtioMmio = onPci ? [] : devices,
                PciDevices = onPci ? [.. devices.Select(d => new PciDeviceRequest($"{d.Kind}-pci", d.Settings.Packed ? [new("packed", "on")] : []) { Backend = d.Backend })] : [],
            },
            "GUEST-DONE");
    }

    private static void AssertSameRun(MachineConfiguration configuration, string lastWords)
    {
        List<MachineState> points = [];
        using PortRun whole = new(configuration);
        while (whole.RunTo(whole.Instructions + Interval).Kind == MachineStopKind.InstructionLimit)
        {
            points.Add(whole.State);
        }

        Assert.Contains(lastWords, whole.Text, StringComparison.Ordinal);
        Assert.InRange(points.Count, FewestPoints, int.MaxValue);

        PortRun cut = new(configuration with { Engine = ExecutionEngine.Interpreter });
        try
        {
            for (int point = 0; point < points.Count; point++)
            {
                RunInPieces(cut, points[point].Instructions, new Random(point));
                Assert.Equal(points[point], cut.State);
                if (point == points.Count / 2)
                {
                    using PortRun before = cut;
                    cut = before.Copy(configuration);
                }
            }

            Assert.Equal(MachineStopKind.PowerOff, cut.RunTo(NoLimit).Kind);
            Assert.Equal(whole.State, cut.State);
            Assert.Equal(whole.Serial, cut.Serial);
        }
        finally
        {
            cut.Dispose();
        }
    }

    private static void RunInPieces(PortRun run, ulong to, Random random)
    {
        for (int piece = 0; piece < 10; piece++)
        {
            ulong left = to - run.Instructions;
            run.RunTo(run.Instructions + (ulong)random.NextInt64(1, (long)left / 4));
            run.LookAround();
        }

        Assert.Equal(MachineStopKind.InstructionLimit, run.RunTo(to).Kind);
    }

    /// <summary>A disk whose bytes are known from their places.</summary>
    private sealed class PatternDisk : IBlockStorage
    {
        public ulong Length => 4 << 20;

        public bool IsReadOnly => true;

        public bool TryRead(ulong position, Span<byte> into)
        {
            for (int i = 0; i < into.Length; i++)
            {
                into[i] = (byte)((position + (ulong)i) * 0x9e37_79b9 >> 13);
            }

            return true;
        }

        public bool TryWrite(ulong position, ReadOnlySpan<byte> bytes) => false;

        public bool TryClear(ulong position, ulong length) => false;

        public bool TryFlush() => true;
    }

    private static BootFile File(string path) => new(path, System.IO.File.ReadAllBytes(path));
}
