using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Tests.Boards;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>Our virt board and QEMU's side by side: every access goes to both, and every value read must be the same.</summary>
internal sealed class QemuComparison : IDisposable
{
    private readonly QemuSystem _theirs;
    private readonly GdbHost.Machine.Boards.Machine _ours;
    private int _step;

    public QemuComparison(bool el2 = false)
    {
        _theirs = new QemuSystem("gic-version=2,acpi=off" + (el2 ? ",virtualization=on" : string.Empty));
        _ours = MachineFactory.Create(new MachineConfiguration { El2 = el2, MemoryBytes = 128 << 20 }, _ => { });
    }

    /// <summary>What is compared now, for messages.</summary>
    public string About { get; set; } = string.Empty;

    public ulong Read(ulong address, int size = 4)
    {
        _step++;
        BusResult result = _ours.Bus.Read(new PhysicalAddress(address), size, out ulong ours);
        ulong theirs = _theirs.Read(address, size);
        Assert.Equal(BusResult.Ok, result);
        Assert.True(ours == theirs, $"{About} step {_step}: read of {size} at 0x{address:x}: ours 0x{ours:x}, QEMU's 0x{theirs:x}");
        return ours;
    }

    public void Write(ulong address, ulong value, int size = 4)
    {
        _step++;
        Assert.Equal(BusResult.Ok, _ours.Bus.Write(new PhysicalAddress(address), size, value));
        _theirs.Write(address, size, value);
    }

    public void Dispose()
    {
        _theirs.Dispose();
        _ours.Dispose();
    }
}
