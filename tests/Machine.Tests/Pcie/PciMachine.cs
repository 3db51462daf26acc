using System;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Common;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Tests.Virtio;
using GdbHost.Machine.Virtio.Console;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>A virt machine with PCI devices, driven from outside: configuration space, memory, virtual time, interrupts.</summary>
internal sealed class PciMachine : IDisposable
{
    public const ulong Ram = 0x4080_0000;
    public const ulong Window = 0x1000_0000;
    public const ulong Doorbell = 0x0802_0040;
    public const int FirstMessage = 80;

    private const ulong Ecam = 0x40_1000_0000;
    private const ulong Distributor = 0x0800_0000;

    public PciMachine(params string[] devices)
        : this(smmu: false, devices)
    {
    }

    public PciMachine(bool smmu, params string[] devices)
    {
        Machine = MachineFactory.Create(
            new MachineConfiguration { MemoryBytes = 16 << 20, Smmu = smmu, PciDevices = [.. devices.Select(QemuComparison.Request).Select(WithBackend)] }, _ => { });

        // A message is an edge.
        Write(Distributor, 3);
        for (ulong at = Distributor + 0xc14; at < Distributor + 0xc24; at += 4)
        {
            Write(at, 0xaaaa_aaaa);
        }
    }

    public GdbHost.Machine.Boards.Machine Machine { get; }

    /// <summary>A device with what the command line would put behind it.</summary>
    public static PciDeviceRequest WithBackend(PciDeviceRequest request) => request with
    {
        Backend = PciDevices.BackendOf(request.Kind) switch
        {
            BackendKind.Block => new BlockBackend(new MemoryStorage(4096)),
            BackendKind.Network => new NetworkBackend(new UserNetworkConfiguration(null, null), new byte[6]),
            BackendKind.Ports => new PortsBackend([new ConsolePortConfiguration(0, IsConsole: true, null, null)]),
            _ => null,
        },
    };

    public PciFunction Named(string id) => Machine.Pcie!.Plugged.Single(p => p.Request.Name == id).Function;

    public static ulong Config(int bus, int device, int register, int function = 0) =>
        Ecam + ((ulong)bus << 20) + ((ulong)device << 15) + ((ulong)function << 12) + (ulong)register;

    public ulong Read(ulong address, int size = 4)
    {
        Machine.Bus.Read(new PhysicalAddress(address), size, out ulong value);
        return value;
    }

    public void Write(ulong address, ulong value, int size = 4) => Machine.Bus.Write(new PhysicalAddress(address), size, value);

    /// <summary>Lets virtual time go on to the next event of a device.</summary>
    public void RunEvents()
    {
        while (Machine.Scheduler.Next != ulong.MaxValue)
        {
            Machine.Clock.Now = Math.Max(Machine.Clock.Now, Machine.Scheduler.Next);
            Machine.Scheduler.RunDue();
        }
    }

    /// <summary>Whether an interrupt of an ID is pending in the distributor.</summary>
    public bool IsPending(int id) => (Read(Distributor + 0x200 + ((ulong)(id / 32) * 4)) >> (id % 32) & 1) != 0;

    /// <summary>Makes an interrupt no longer pending.</summary>
    public void ClearPending(int id) => Write(Distributor + 0x280 + ((ulong)(id / 32) * 4), 1ul << (id % 32));

    public void Dispose() => Machine.Dispose();
}
