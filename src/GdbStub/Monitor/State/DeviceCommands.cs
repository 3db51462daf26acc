using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Addresses.Trees;

namespace GdbHost.GdbStub.Monitor.State;

/// <summary>"monitor serial", "dt" and "pci_config": what the guest has printed, was given and has configured.</summary>
internal static class DeviceCommands
{
    public static readonly MonitorCommand[] Rows =
    [
        new("serial", "[N]", "prints the last lines of the guest's console; 20 unless told otherwise", Serial, static t => t is IInspected)
        {
            Examples =
            [
                new("5", "the last five lines of the console"),
            ],
        },
        new("dt", "[guest] [PATH]", "prints the device tree that the machine has given, or the node at a path; guest: the tree that a hypervisor has given to the guest of this vCPU, found in the guest's memory", DeviceTree, static t => t is IInspected)
        {
            Examples =
            [
                new("", "the whole tree"),
                new("/psci", "one node"),
                new("guest /chosen", "what a hypervisor tells its guest"),
            ],
        },
        new("pci_config", "BB:DD.F", "dumps the configuration space of a PCI function", PciConfig, static t => t is IInspected)
        {
            Examples =
            [
                new("00:00.0", "the host bridge's configuration space"),
            ],
        },
    ];

    private const int MostSerialLines = 1000;
    private const int RowBytes = 16;

    private static MachineInspection Machine(MonitorRequest request) => ((IInspected)request.Target).Inspection;

    private static void Serial(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ulong most = 20;
        if (arguments.Length > 1 || (arguments.Length == 1 && (!MonitorArguments.TryNumber(arguments[0], out most) || most is 0 or > MostSerialLines)))
        {
            MonitorArguments.Usage(request, "serial");
            return;
        }

        string text = Encoding.ASCII.GetString([.. Machine(request).Serial.Where(static b => b is (>= (byte)' ' and < 127) or (byte)'\n' or (byte)'\t')]);
        string[] lines = text.TrimEnd('\n').Split('\n');
        foreach (string line in lines.TakeLast((int)most))
        {
            request.Line(line);
        }
    }

    private static void DeviceTree(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        bool ofGuest = arguments is ["guest", ..];
        ReadOnlySpan<string> rest = ofGuest ? arguments[1..] : arguments;
        if (rest.Length > 1)
        {
            MonitorArguments.Usage(request, "dt");
            return;
        }

        string path = rest.IsEmpty ? "/" : rest[0];
        if ((ofGuest ? OfGuest(request, path) : Machine(request).DeviceTree(path)) is not { } lines)
        {
            request.Fail(ofGuest
                ? $"No device tree with a node {MonitorTable.Shown(path)} is in the memory of this vCPU's guest; \"monitor s2 check\" says where it looks."
                : $"There is no node {MonitorTable.Shown(path)} in the device tree that the machine has given, or it has given none; \"monitor dt guest\" looks for one that a hypervisor has given.");
            return;
        }

        foreach (string line in lines)
        {
            request.Line(line);
        }
    }

    private static IReadOnlyList<string>? OfGuest(MonitorRequest request, string path)
    {
        MachineInspection machine = Machine(request);
        return machine.GuestTree(request.Cpu) is not GuestTreeReport tree ? null
            : tree.Address is ulong address ? machine.GuestTreeNode(request.Cpu, address, path)
            : machine.DeviceTree(path);
    }

    /// <summary>The dump of one function's configuration space; also "monitor pci config".</summary>
    public static void PciConfig(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1 || !MonitorArguments.TryFunction(arguments[0], out ushort requester))
        {
            request.Fail("usage: monitor pci_config BB:DD.F, for example: monitor pci_config 00:01.0");
            return;
        }

        if (Machine(request).ConfigSpace(requester >> 8, requester & 0xff) is not byte[] bytes)
        {
            request.Fail($"There is no function at {arguments[0]} now; \"monitor pci\" lists them with the bus numbers that software has given.");
            return;
        }

        // Beyond the first 256 bytes most are zero.
        for (int at = 0; at < bytes.Length; at += RowBytes)
        {
            ReadOnlySpan<byte> row = bytes.AsSpan(at, RowBytes);
            if (at < 256 || row.ContainsAnyExcept((byte)0))
            {
                request.Line($"{at:x3}: {string.Join(' ', row.ToArray().Select(static b => $"{b:x2}"))}");
            }
        }
    }
}
