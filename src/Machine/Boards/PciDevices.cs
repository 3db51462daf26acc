using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Pcie.Devices.E1000e;
using GdbHost.Machine.Pcie.Devices.Exerciser;
using GdbHost.Machine.Pcie.Devices.Nvme;
using GdbHost.Machine.Virtio.Pci;

namespace GdbHost.Machine.Boards;

/// <summary>The kinds of PCI devices there are, and where those that the user asks for go.</summary>
internal static class PciDevices
{
    /// <summary>Every kind, one row each.</summary>
    public static readonly IReadOnlyList<PciDeviceKind> Kinds =
    [
        PciTestdev.Kind, Edu.Kind, DmaExerciser.Kind, Intel82574.Kind, NvmeController.Kind, RootPort.Kind, SwitchPorts.Upstream, SwitchPorts.Downstream,
        .. VirtioPciClass.Kinds,
    ];

    /// <summary>Refuses a device of a kind or with a key that does not exist.</summary>
    /// <exception cref="PciDeviceException">The message is for the user.</exception>
    public static PciDeviceKind Check(PciDeviceRequest request)
    {
        PciDeviceKind kind = Kinds.FirstOrDefault(k => k.Name == request.Kind)
            ?? throw new PciDeviceException(
                $"--device {request.Kind}: there is no such device; the nearest names are {NearestNames.Of(request.Kind, Kinds.Select(k => k.Name))}");
        string[] keys = [.. kind.AllKeys.Select(k => k.Name)];
        foreach ((string key, string _) in request.Keys)
        {
            if (!keys.Contains(key))
            {
                throw new PciDeviceException(
                    $"--device {request.Kind}: \"{key}\" is no key of it; the nearest names are {NearestNames.Of(key, keys)}");
            }
        }

        return kind;
    }

    /// <summary>The kinds there are, or the keys of one, a line each.</summary>
    /// <exception cref="PciDeviceException">There is no such kind; the message is for the user.</exception>
    public static IReadOnlyList<string> Describe(string? name)
    {
        if (name is null)
        {
            return [.. Kinds.Select(k => $"name \"{k.Name}\", bus PCI, desc \"{k.Summary}\"")];
        }

        PciDeviceKind kind = Check(new PciDeviceRequest(name, []));
        return [$"{kind.Name} options:", .. kind.AllKeys.Select(k => $"  {k.Name}={k.Takes} - {k.Help}")];
    }

    /// <summary>What a kind of device has behind it; None for a kind that there is not.</summary>
    public static BackendKind BackendOf(string name) => Kinds.FirstOrDefault(k => k.Name == name)?.Backend ?? BackendKind.None;

    /// <summary>Makes a device and puts it in its place.</summary>
    /// <exception cref="PciDeviceException">The message is for the user.</exception>
    public static PciFunction Plug(Machine machine, PciDeviceRequest words)
    {
        // What is behind a device that the machine began with waits for it, where it has left and comes again.
        PciDeviceRequest request = machine.Configuration.PciDevices.FirstOrDefault(p => p.ToString() == words.ToString()) ?? words;
        PciDeviceKind kind = Check(request);
        RootComplex root = machine.Pcie
            ?? throw new PciDeviceException($"--device {request.Kind}: the board {machine.Board.Name} has no PCI Express");
        if (request["id"] is string id && root.Plugged.Any(p => p.Request["id"] == id))
        {
            throw new PciDeviceException($"--device {request.Kind}: id={id} is taken by another device; use another name");
        }

        PciBus bus = BusOf(root, request);
        CheckBus(kind, request, bus);
        int place = PlaceOn(bus, request);
        if (kind.Backend != (request.Backend?.Kind ?? BackendKind.None))
        {
            throw new PciDeviceException($"--device {request.Kind}: what is behind it cannot be added to a machine that runs; name it on the command line");
        }

        PciDeviceContext context = new(NameOf(root, request), root, machine.Scheduler, machine.Events);
        PciFunction function = kind.Make(new PciDeviceOptions(request), context);
        root.Plug(request, bus, place, function);
        machine.Ways.Open(function, request.ToString());
        return function;
    }

    /// <summary>Puts a device into a slot of a running machine.</summary>
    /// <exception cref="PciDeviceException">The message is for the user.</exception>
    public static void HotPlug(Machine machine, PciDeviceRequest request)
    {
        Check(request);
        PciBus? bus = machine.Pcie is RootComplex root ? BusOf(root, request) : null;
        Slot slot = SlotOf(bus, request.Kind);
        PciFunction function = Plug(machine, request);
        function.Reset();

        // Other functions than 0 come first, and are seen together with it.
        if (function.DeviceFunction == 0)
        {
            slot.Plugged();
        }
    }

    /// <summary>Asks software to let a device go, or takes it where its slot is off.</summary>
    /// <exception cref="PciDeviceException">The message is for the user.</exception>
    public static void RequestRemoval(Machine machine, string id)
    {
        PciFunction function = machine.Pcie?.Plugged.FirstOrDefault(p => p.Request["id"] == id)?.Function
            ?? throw new PciDeviceException($"Device '{id}' not found");
        Slot slot = SlotOf(function.Bus, id);
        if (slot.IsBusy)
        {
            throw new PciDeviceException($"Device '{id}': the guest is busy with its slot (the power indicator blinks); try again later");
        }

        slot.RequestRemoval();
    }

    private static Slot SlotOf(PciBus? bus, string device) => bus?.Bridge is ExpressPort { Slot: Slot { HotPlug: true } slot }
        ? slot
        : throw new PciDeviceException(
            $"{device}: Bus '{bus?.Name ?? RootComplex.BusName}' does not support hotplugging; name a pcie-root-port or xio3130-downstream with bus=");

    private static PciBus BusOf(RootComplex root, PciDeviceRequest request)
    {
        string name = request["bus"] ?? RootComplex.BusName;
        string[] known = [RootComplex.BusName, .. root.Plugged.Select(p => p.Function).OfType<Bridge>().Select(b => b.Secondary.Name)];
        return root.FindBus(name)
            ?? throw new PciDeviceException($"--device {request.Kind}: bus={name}: there is no such bus; use one of {string.Join(", ", known)}");
    }

    private static void CheckBus(PciDeviceKind kind, PciDeviceRequest request, PciBus bus)
    {
        bool inSwitch = bus.Bridge is { LeadsIntoSwitch: true };
        bool fits = inSwitch ? kind.IsSwitchPort : bus.Bridge is null ? kind.FitsRoot : kind.FitsLink;
        if (!fits)
        {
            string where = inSwitch ? "inside a switch, where only its downstream ports are"
                : bus.Bridge is null ? "the root complex's own bus" : "behind a port";
            throw new PciDeviceException($"--device {request.Kind}: bus={bus.Name}: this kind of device does not go there: it is {where}");
        }
    }

    /// <summary>Device number in [7:3], function number in [2:0].</summary>
    private static int PlaceOn(PciBus bus, PciDeviceRequest request)
    {
        if (request["addr"] is not string text)
        {
            int free = Enumerable.Range(0, bus.Devices).FirstOrDefault(d => SlotIsFree(bus, d), -1);
            return free >= 0
                ? free * PciBus.FunctionsPerDevice
                : throw new PciDeviceException($"--device {request.Kind}: bus={bus.Name}: no slot is free; use another bus");
        }

        if (!TryPlace(text, out int device, out int function) || device >= bus.Devices)
        {
            throw new PciDeviceException(
                $"--device {request.Kind}: addr={text}: write SLOT or SLOT.FUNCTION in hexadecimal, slot 0 to {bus.Devices - 1:x} and function 0 to 7");
        }

        int place = (device * PciBus.FunctionsPerDevice) + function;
        if (bus.At(place) is PciFunction other)
        {
            throw new PciDeviceException($"--device {request.Kind}: addr={text}: {other.StateName} is there; use another place");
        }

        CheckFunction(bus, request, device, function);
        return place;
    }

    // Software looks beyond function 0 only where that says so (PCI Local Bus Specification 3.0, section 6.2.1, Header Type).
    private static void CheckFunction(PciBus bus, PciDeviceRequest request, int device, int function)
    {
        bool several = new PciDeviceOptions(request).Flag("multifunction", false);
        int first = device * PciBus.FunctionsPerDevice;
        PciFunction? zero = bus.At(first);
        bool hidden = function == 0
            ? !several && bus.Functions.Any(f => f.DeviceFunction / PciBus.FunctionsPerDevice == device)
            : zero is not null && !zero.Config.IsMultiFunction;
        if (hidden)
        {
            throw new PciDeviceException(
                $"--device {request.Kind}: addr={request["addr"]}: function 0 of slot {device:x} does not say that there are others; add multifunction=on to it");
        }
    }

    private static bool SlotIsFree(PciBus bus, int device) =>
        bus.Functions.All(f => f.DeviceFunction / PciBus.FunctionsPerDevice != device);

    private static bool TryPlace(string text, out int device, out int function)
    {
        string[] parts = text.Split('.');
        function = 0;
        return TryHexadecimal(parts[0], out device) && parts.Length <= 2
            && (parts.Length == 1 || TryHexadecimal(parts[1], out function)) && function < PciBus.FunctionsPerDevice;
    }

    private static bool TryHexadecimal(string text, out int value) => int.TryParse(
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text,
        NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;

    /// <summary>A name that no other part of the machine has.</summary>
    private static string NameOf(RootComplex root, PciDeviceRequest request)
    {
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? $"pcie.{request.Name}" : $"pcie.{request.Name}#{number}";
            if (root.Plugged.All(p => p.Function.StateName != name))
            {
                return name;
            }
        }
    }
}
