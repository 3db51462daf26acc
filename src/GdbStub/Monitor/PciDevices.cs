using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Monitor.State;
using GdbHost.GdbStub.Qemu;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.GdbStub.Monitor;

/// <summary>PCI devices in the words of QEMU's monitor (QEMU documentation, QEMU Monitor): put in, taken out, made to report errors.</summary>
internal static class PciDevices
{
    public static readonly MonitorCommand[] Rows =
    [
        new("pci", "[config BB:DD.F]", "lists PCI functions with their place, IDs, regions, capabilities and messages, or dumps one's configuration space", List, Offered)
        {
            Examples =
            [
                new("", "the tree, with requester IDs"),
                new("config 00:00.0", "one function's configuration space"),
            ],
        },
        new("device_add", "NAME,KEY=VALUE...", "puts a PCI device into a slot: device_add edu,bus=rp1,id=e", Add, Offered)
        {
            Controls = true,
            Examples =
            [
                new("edu,bus=rp1,id=e", "plugs it in behind the root port rp1"),
            ],
        },
        new("device_del", "ID", "presses the attention button of a device's slot; it leaves when the guest has let it go", Remove, Offered)
        {
            Controls = true,
            Examples =
            [
                new("e", "asks the guest to let it go"),
            ],
        },
        new("pcie_aer_inject_error", "ID ERROR [HEADER...]", "makes a device report an error, such as UNSUP or BAD_TLP", Inject, Offered)
        {
            Controls = true,
            Examples =
            [
                new("e UNSUP", "an unsupported request"),
            ],
        },
        new("pci_dma", "ID read|write|message ADDR LENGTH|DATA [REQUESTER]",
            "sends a request of a device's and prints its way: bridges, IOMMU, target; DATA is up to 8 bytes as a number", Send, Offered)
        {
            Controls = true,
            Examples =
            [
                new("e read 0x40000000 16", "what the device e gets there"),
                new("e message 0x08020040 80", "an interrupt message"),
            ],
        },
    ];

    private const int HeaderWords = 4;
    private const ulong MostBytes = 256;

    private static bool Offered(ITarget target) => target is IPciDevices;

    private static void List(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments is ["config", ..])
        {
            DeviceCommands.PciConfig(request, arguments[1..]);
            return;
        }

        foreach (PciFunctionReport function in ((IPciDevices)request.Target).PciFunctions)
        {
            Fact[] facts =
            [
                new("function", function.Requester), new("vendor", (int)function.Vendor), new("device", (int)function.Device), new("class", (int)function.ClassCode),
                new("name", function.Name), new("bus", function.Bus), new("depth", function.Depth), new("secondary-bus", function.Behind),
                new("requester", function.Requester), new("requester-at-reset", function.AtReset), new("may-request", function.IsMaster), new("on", function.IsOn),
                new("regions", function.Regions.Select(static r => (Fact[])
                    [new("bar", r.Index), new("io", r.IsIo), new("first", r.Address), new("bytes", r.Size), new("decoded", r.IsDecoded)])),
            ];
            foreach (string line in function.Lines)
            {
                // What follows in lines of words belongs to the function of the line before.
                request.Line(line, line == function.Lines[0] ? facts : [new("function", function.Requester)]);
            }
        }
    }

    private static void Add(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        try
        {
            PciDeviceRequest device = PciDeviceOption.Read("device_add", string.Join(' ', arguments!));
            string? problem = ((IPciDevices)request.Target).AddPciDevice(device);
            Tell(request, problem);
            if (problem is null && request.Target is IInspected { Inspection.HasIommu: true } && TranslatedDevices.Warning([device]) is string warning)
            {
                request.Line($"warning: {warning}");
            }
        }
        catch (UserErrorException e)
        {
            request.Fail(e.Message);
        }
    }

    private static void Remove(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1)
        {
            request.Fail("usage: monitor device_del ID");
            return;
        }

        Tell(request, ((IPciDevices)request.Target).RemovePciDevice(arguments[0]));
    }

    private static void Inject(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        List<uint> header = [];
        bool good = arguments.Length is >= 2 and <= 2 + HeaderWords;
        for (int i = 2; i < arguments.Length; i++)
        {
            good &= TryWord(arguments[i], out uint word);
            header.Add(word);
        }

        if (!good)
        {
            request.Fail("usage: monitor pcie_aer_inject_error ID ERROR [up to four words of the request's header]");
            return;
        }

        Tell(request, ((IPciDevices)request.Target).InjectPciError(arguments[0], arguments[1], header));
    }

    private static void Send(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ulong requester = 0;
        bool good = arguments.Length is 4 or 5 && arguments[1] is "read" or "write" or "message";
        good &= MonitorArguments.TryNumber(good ? arguments[2] : "", out ulong address) & MonitorArguments.TryNumber(good ? arguments[3] : "", out ulong value);
        good &= arguments.Length < 5 || MonitorArguments.TryNumber(arguments[4], out requester);
        good &= requester <= ushort.MaxValue && (!good || arguments[1] != "read" || value is > 0 and <= MostBytes);
        if (!good)
        {
            request.Fail($"usage: monitor pci_dma ID read ADDR LENGTH (1 to {MostBytes}), or ... write|message ADDR DATA; a REQUESTER may follow");
            return;
        }

        byte[] data = arguments[1] == "read" ? new byte[value] : Bytes(value, arguments[1] == "message");
        ushort? forged = arguments.Length == 5 ? (ushort)requester : null;
        foreach (string line in ((IPciDevices)request.Target).SendPciRequest(arguments[0], arguments[1], address, data, forged))
        {
            request.Line(line);
        }
    }

    private static byte[] Bytes(ulong value, bool isMessage)
    {
        bool narrow = isMessage || value <= uint.MaxValue;
        return narrow ? BitConverter.GetBytes((uint)value) : BitConverter.GetBytes(value);
    }

    private static void Tell(MonitorRequest request, string? problem)
    {
        if (problem is not null)
        {
            request.Fail($"Error: {problem}");
        }
    }

    private static bool TryWord(string text, out uint word)
    {
        bool good = MonitorArguments.TryNumber(text, out ulong number) && number <= uint.MaxValue;
        word = (uint)number;
        return good;
    }
}
