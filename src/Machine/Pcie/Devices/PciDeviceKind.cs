using System;
using System.Collections.Generic;
using GdbHost.Machine.Devices;
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
internal sealed record PciDeviceContext(string Name, RootComplex Root, Scheduler Scheduler, DeviceEvents Events);

/// <summary>A kind of PCI device that the user can ask for.</summary>
/// <param name="Name">QEMU's name, or ours where QEMU has none.</param>
/// <param name="Summary">One line for users.</param>
/// <param name="Keys">Its own keys, beside those that every device has.</param>
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

    /// <summary>Makes one; the keys are known ones, their values are not yet checked.</summary>
    public required Func<PciDeviceOptions, PciDeviceContext, PciFunction> Make { get; init; }

    /// <summary>It can be on the root complex's own bus.</summary>
    public bool FitsRoot { get; init; } = true;

    /// <summary>It can be on a link, behind a root port or a port of a switch.</summary>
    public bool FitsLink { get; init; } = true;

    /// <summary>It can be on the bus within a switch, and nothing else can.</summary>
    public bool IsSwitchPort { get; init; }
}
