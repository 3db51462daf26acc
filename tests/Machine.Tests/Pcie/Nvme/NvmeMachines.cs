using System;
using System.Globalization;
using System.IO;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Devices.Nvme;
using GdbHost.Machine.Tests.Boards;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Tests.Virtio;

namespace GdbHost.Machine.Tests.Pcie.Nvme;

/// <summary>Our machine with a controller in slot 1.</summary>
internal sealed class OurNvme : INvmeMachine, IDisposable
{
    private const int RamBytes = 32 << 20;

    public OurNvme(MemoryStorage disk, string options = "", bool smmu = false)
    {
        Disk = disk;
        Machine = MachineFactory.Create(
            new MachineConfiguration
            {
                MemoryBytes = RamBytes,
                El2 = false,
                Smmu = smmu,
                PciDevices = [QemuComparison.Request($"nvme,addr=1,serial=ABC{options}") with { Backend = new BlockBackend(disk) }],
            },
            _ => { });
        Machine.Events.ProblemObserver = (_, what) => LastProblem = what;
    }

    public MemoryStorage Disk { get; }

    public GdbHost.Machine.Boards.Machine Machine { get; }

    public NvmeController Controller => (NvmeController)Machine.Pcie!.Plugged[0].Function;

    public PciFunction Function => Controller;

    public string? LastProblem { get; private set; }

    public ulong Read(ulong address, int size)
    {
        Machine.Bus.Read(new PhysicalAddress(address), size, out ulong value);
        return value;
    }

    public void Write(ulong address, ulong value, int size) => Machine.Bus.Write(new PhysicalAddress(address), size, value);

    public void Wait()
    {
        for (int i = 0; i < 100 && Machine.Scheduler.Next != ulong.MaxValue; i++)
        {
            Machine.Clock.Now = Math.Max(Machine.Clock.Now, Machine.Scheduler.Next);
            Machine.Scheduler.RunDue();
        }
    }

    public void Dispose() => Machine.Dispose();
}

/// <summary>QEMU's.</summary>
internal sealed class QemuNvme : INvmeMachine, IDisposable
{
    private readonly QemuSystem _system;
    private readonly string _file = Path.GetTempFileName();

    public QemuNvme(byte[] disk, string options = "")
    {
        File.WriteAllBytes(_file, disk);
        _system = QemuSystem.WithTime(
            "gic-version=2,acpi=off", "-m", "128M", "-drive", string.Create(CultureInfo.InvariantCulture, $"file={_file},if=none,id=d,format=raw"),
            "-device", $"nvme,addr=1,serial=ABC,drive=d{options}");
    }

    public ulong Read(ulong address, int size) => _system.Read(address, size);

    public void Write(ulong address, ulong value, int size) => _system.Write(address, size, value);

    public void Wait()
    {
    }

    public void Dispose()
    {
        _system.Dispose();
        File.Delete(_file);
    }
}
