using System;
using System.Collections.Generic;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices;

/// <summary>A key of a device.</summary>
/// <param name="Name">QEMU's.</param>
/// <param name="Takes">What its value is, for help.</param>
/// <param name="Help">What it does, in one line.</param>
internal sealed record PciDeviceKey(string Name, string Takes, string Help);

/// <summary>What a device needs of the machine it is made for.</summary>
/// <param name="Name">Its name in snapshots and traces, unique in the machine.</param>
/// <param name="Root">The root complex it will be in.</param>
internal sealed record PciDeviceContext(string Name, RootComplex Root, Scheduler Scheduler, DeviceEvents Events)
{
    /// <summary>What an endpoint calls itself: one on the root complex's own bus is a part of that.</summary>
    public ExpressType EndpointType(PciDeviceOptions options) =>
        options.Text("bus") is string bus && Root.FindBus(bus) is { Bridge: not null } ? ExpressType.Endpoint : ExpressType.IntegratedEndpoint;
}

/// <summary>A kind of PCI device that the user can ask for.</summary>
/// <param name="Name">QEMU's name, or ours where QEMU has none.</param>
/// <param name="Summary">One line for users.</param>
/// <param name="Keys">Its own keys, beside those that every device has, and every one with the same kind of thing behind it.</param>
internal sealed record PciDeviceKind(string Name, string Summary, params IReadOnlyList<PciDeviceKey> Keys)
{
    /// <summary>Keys of every PCI device.</summary>
    public static readonly IReadOnlyList<PciDeviceKey> CommonKeys =
    [
        new("id", "NAME", "its name for other options, gdb's \"monitor\" and snapshots"),
        new("bus", "NAME", "the bus it is on: pcie.0, or the id of a port"),
        new("addr", "SLOT[.FUNCTION]", "its place on the bus, in hexadecimal; the first free slot by default"),
        new("multifunction", "on|off", "function 0 of a device with several functions"),
        new("rombar", "N", "taken for QEMU's sake: there are no option ROMs"),
        new("romfile", "", "taken for QEMU's sake, empty: there are no option ROMs"),
    ];

    private static readonly PciDeviceKey BootIndex = new("bootindex", "N", "taken for QEMU's sake");

    private static readonly Dictionary<BackendKind, IReadOnlyList<PciDeviceKey>> BackendKeys = new()
    {
        [BackendKind.None] = [],
        [BackendKind.Block] = [new("drive", "ID", "the -drive that is its medium"), BootIndex],
        [BackendKind.Network] = [new("netdev", "ID", "the -netdev that it is on"), new("mac", "ADDRESS", "its address, such as 52:54:00:12:34:56"), BootIndex],
        [BackendKind.Ports] = [],
    };

    /// <summary>What it has behind it; the request then brings one.</summary>
    public BackendKind Backend { get; init; }

    /// <summary>Every key that it takes.</summary>
    public IEnumerable<PciDeviceKey> AllKeys => [.. BackendKeys[Backend], .. Keys, .. CommonKeys];

    /// <summary>Makes one; the keys are known ones, their values are not yet checked, what is behind it is of the right kind.</summary>
    public required Func<PciDeviceOptions, PciDeviceContext, PciFunction> Make { get; init; }

    /// <summary>It can be on the root complex's own bus.</summary>
    public bool FitsRoot { get; init; } = true;

    /// <summary>It can be on a link, behind a root port or a port of a switch.</summary>
    public bool FitsLink { get; init; } = true;

    /// <summary>It can be on the bus within a switch, and nothing else can.</summary>
    public bool IsSwitchPort { get; init; }
}
