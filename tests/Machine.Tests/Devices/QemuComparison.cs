using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
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
    /// <param name="more">Further options of QEMU.</param>
    public QemuComparison(MachineConfiguration ours, params IEnumerable<string> more)
    {
        string version = $"gic-version={ours.GicVersion},acpi=off";
        string[] cores = ["-smp", ours.Cpus.ToString(CultureInfo.InvariantCulture)];
        _theirs = new QemuSystem(version + (ours.HighMemory ? string.Empty : ",highmem=off"), [.. cores, .. more]);
        _ours = MachineFactory.Create(ours with { MemoryBytes = 128 << 20 }, _ => { });
    }

    /// <summary>What is compared now, for messages.</summary>
    public string About { get; set; } = string.Empty;

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

    /// <summary>Puts a function on our PCI bus; QEMU has its counterpart from its command line.</summary>
    public void Plug(int device, PciFunction function) => _ours.Pcie!.Plug(device, function);

    public void Dispose()
    {
        _theirs.Dispose();
        _ours.Dispose();
    }
}
