using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>Our virt board and QEMU's side by side: every access goes to both, and every value read must be the same.</summary>
internal sealed class QemuComparison : IDisposable
{
    private readonly QemuSystem _theirs;
    private readonly GdbHost.Machine.Boards.Machine _ours;
    private readonly bool _nonSecure;
    private int _step;

    /// <summary>
    /// A machine with EL3 that starts a Linux kernel at EL1, so that no firmware has to give anything to Non-secure state.
    /// QEMU's qtest accesses are Non-secure.
    /// </summary>
    public QemuComparison(FileInfo kernel, int gic = 2)
    {
        _nonSecure = true;
        _theirs = new QemuSystem($"gic-version={gic},acpi=off,secure=on", "-kernel", kernel.FullName);
        BootFile file = new(kernel.Name, File.ReadAllBytes(kernel.FullName));
        _ours = MachineFactory.Create(
            new MachineConfiguration { El2 = false, El3 = true, GicVersion = gic, Kernel = file, MemoryBytes = 128 << 20 }, _ => { });
    }

    public QemuComparison(bool el2 = false)
    {
        _theirs = new QemuSystem("gic-version=2,acpi=off" + (el2 ? ",virtualization=on" : string.Empty));
        _ours = MachineFactory.Create(new MachineConfiguration { El2 = el2, MemoryBytes = 128 << 20 }, _ => { });
    }

    /// <param name="ours">What to build; QEMU gets the same options.</param>
    /// <param name="devices">What both get with -device.</param>
    public QemuComparison(MachineConfiguration ours, params IEnumerable<string> devices)
        : this(ours, timed: false, devices)
    {
    }

    /// <param name="timed">QEMU's time goes on.</param>
    /// <inheritdoc cref="QemuComparison(MachineConfiguration, IEnumerable{string})"/>
    public QemuComparison(MachineConfiguration ours, bool timed, params IEnumerable<string> devices)
    {
        string[] cores = ["-smp", ours.Cpus.ToString(CultureInfo.InvariantCulture)];
        string[] options = [.. cores, .. devices.SelectMany(static d => new[] { "-device", d })];
        string machine = $"gic-version={ours.GicVersion},acpi=off" + (ours.HighMemory ? string.Empty : ",highmem=off") + (ours.Smmu ? ",iommu=smmuv3" : string.Empty);
        _theirs = timed ? QemuSystem.WithTime(machine, options) : new QemuSystem(machine, options);
        _ours = MachineFactory.Create(ours with { MemoryBytes = 128 << 20, PciDevices = [.. devices.Select(Request)] }, _ => { });
    }

    private QemuComparison(QemuSystem theirs, GdbHost.Machine.Boards.Machine ours)
    {
        _theirs = theirs;
        _ours = ours;
    }

    /// <summary>The same for devices with something behind them, which each side is told in its own way.</summary>
    /// <param name="options">QEMU's options.</param>
    public static QemuComparison WithBackends(MachineConfiguration ours, params IEnumerable<string> options) => new(
        new QemuSystem("gic-version=2,acpi=off", options), MachineFactory.Create(ours with { MemoryBytes = 128 << 20 }, _ => { }));

    /// <summary>Reads on both sides until they give a value; our time goes on to the next event, QEMU's passes.</summary>
    public void WaitFor(ulong address, ulong value, ulong mask = uint.MaxValue)
    {
        while ((_theirs.Read(address, sizeof(uint)) & mask) != value)
        {
        }

        _ours.Clock.Now = Math.Max(_ours.Clock.Now, _ours.Scheduler.Next);
        _ours.Scheduler.RunDue();
        Assert.Equal(value, Read(address) & mask);
    }

    /// <summary>A device in the words of -device.</summary>
    public static PciDeviceRequest Request(string text)
    {
        string[] words = text.Split(',');
        return new PciDeviceRequest(
            words[0], [.. words.Skip(1).Select(static w => new KeyValuePair<string, string>(w.Split('=')[0], w.Split('=')[1]))]);
    }

    /// <summary>What is compared now, for messages.</summary>
    public string About { get; set; } = string.Empty;

    /// <summary>Reads on both sides and compares what is in a mask.</summary>
    public void ReadMasked(ulong address, ulong mask)
    {
        _step++;
        _ours.Bus.Read(new PhysicalAddress(address), sizeof(uint), out ulong ours, _nonSecure);
        ulong theirs = _theirs.Read(address, sizeof(uint));
        Assert.True((ours & mask) == (theirs & mask), $"{About} step {_step}: read at 0x{address:x}: ours 0x{ours:x}, QEMU's 0x{theirs:x}, mask 0x{mask:x}");
    }

    public ulong Read(ulong address, int size = 4)
    {
        _step++;
        BusResult result = _ours.Bus.Read(new PhysicalAddress(address), size, out ulong ours, _nonSecure);
        ulong theirs = _theirs.Read(address, size);
        Assert.Equal(BusResult.Ok, result);
        Assert.True(ours == theirs, $"{About} step {_step}: read of {size} at 0x{address:x}: ours 0x{ours:x}, QEMU's 0x{theirs:x}");
        return ours;
    }

    public void Write(ulong address, ulong value, int size = 4)
    {
        _step++;
        Assert.Equal(BusResult.Ok, _ours.Bus.Write(new PhysicalAddress(address), size, value, _nonSecure));
        _theirs.Write(address, size, value);
    }

    /// <summary>Writes of 8 bytes between which no time passes on either side.</summary>
    public void WriteTogether(params ReadOnlySpan<(ulong Address, ulong Value)> writes)
    {
        foreach ((ulong address, ulong value) in writes)
        {
            _step++;
            Assert.Equal(BusResult.Ok, _ours.Bus.Write(new PhysicalAddress(address), sizeof(ulong), value, _nonSecure));
        }

        _theirs.WriteTogether(writes);
    }

    public void Dispose()
    {
        _theirs.Dispose();
        _ours.Dispose();
    }
}
