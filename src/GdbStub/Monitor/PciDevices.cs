using System;
using System.Collections.Generic;
using System.Globalization;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>PCI devices in the words of QEMU's monitor (QEMU documentation, QEMU Monitor): put in, taken out, made to report errors.</summary>
internal static class PciDevices
{
    public static readonly MonitorCommand[] Rows =
    [
        new("pci", "", "lists PCI functions with their place, IDs and regions", List, Offered),
        new("device_add", "NAME,KEY=VALUE...", "puts a PCI device into a slot: device_add edu,bus=rp1,id=e", Add, Offered),
        new("device_del", "ID", "presses the attention button of a device's slot; it leaves when the guest has let it go", Remove, Offered),
        new("pcie_aer_inject_error", "ID ERROR [HEADER...]", "makes a device report an error, such as UNSUP or BAD_TLP", Inject, Offered),
    ];

    private const int HeaderWords = 4;

    private static bool Offered(ITarget target) => target is IPciDevices;

    private static void List(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        foreach (string line in ((IPciDevices)request.Target).PciFunctions)
        {
            request.Line(line);
        }
    }

    private static void Add(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        try
        {
            string? problem = ((IPciDevices)request.Target).AddPciDevice(PciDeviceOption.Read("device_add", string.Join(' ', arguments!)));
            Tell(request, problem);
        }
        catch (UserErrorException e)
        {
            request.Line(e.Message);
        }
    }

    private static void Remove(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1)
        {
            request.Line("usage: monitor device_del ID");
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
            request.Line("usage: monitor pcie_aer_inject_error ID ERROR [up to four words of the request's header]");
            return;
        }

        Tell(request, ((IPciDevices)request.Target).InjectPciError(arguments[0], arguments[1], header));
    }

    private static void Tell(MonitorRequest request, string? problem)
    {
        if (problem is not null)
        {
            request.Line($"Error: {problem}");
        }
    }

    private static bool TryWord(string text, out uint word) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out word)
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out word);
}
