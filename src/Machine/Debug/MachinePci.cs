using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Debug;

/// <summary>What a debugger does with the PCI devices of a machine that stands still. Problems are one line for the user, or null.</summary>
internal sealed class MachinePci(Boards.Machine machine)
{
    /// <summary>Puts a device into a slot, as a hand would.</summary>
    public string? Add(PciDeviceRequest request) => Try(() => PciDevices.HotPlug(machine, request));

    /// <summary>Presses the attention button of a device's slot, upon which the guest lets it go.</summary>
    public string? Remove(string id) => Try(() => PciDevices.RequestRemoval(machine, id));

    /// <summary>Makes a function report an error.</summary>
    /// <param name="error">Name or number of a bit of the uncorrectable or correctable status.</param>
    /// <param name="header">The first words of the request that had it.</param>
    public string? Inject(string id, string error, IReadOnlyList<uint> header)
    {
        if (Named(id) is not PciFunction function)
        {
            return $"Device '{id}' not found";
        }

        if (function.Errors is not ErrorReporting errors)
        {
            return $"Device '{id}' has no Advanced Error Reporting";
        }

        if (!ErrorReporting.TryName(error, out bool correctable, out int bit))
        {
            return $"There is no error \"{error}\"; use one of {string.Join(", ", ErrorNames.Table.Select(e => e.Name))}";
        }

        if (correctable)
        {
            errors.Correctable(1u << bit);
        }
        else
        {
            errors.Uncorrectable(bit, [.. header]);
        }

        return null;
    }

    /// <summary>Sends a read, write or message of a function's, and says what each place on its way made of it, in lines.</summary>
    /// <param name="operation">"read", "write" or "message".</param>
    /// <param name="data">What is written, or as many bytes as are to be read.</param>
    /// <param name="forged">Requester ID instead of the function's own.</param>
    public IReadOnlyList<string> Send(string id, string operation, ulong address, byte[] data, ushort? forged)
    {
        if (Named(id) is not PciFunction function)
        {
            return [$"Error: Device '{id}' not found"];
        }

        List<string> lines = [];
        RootComplex root = machine.Pcie!;
        Action<DmaStep>? observer = root.DmaObserver;
        root.DmaObserver = observer + (step => lines.Add($"{step.Stage} {step.Place}: {step.Verdict}, address 0x{step.Address:x}, requester {step.Request.Requester}"));
        RequesterId? requester = forged is ushort other ? new RequesterId(other) : null;
        DmaResult result = operation switch
        {
            "read" => function.Dma.Read(address, data, DmaAttributes.None, requester),
            "write" => function.Dma.Write(address, data, DmaAttributes.None, requester),
            _ => function.Dma.SendMessage(address, BinaryPrimitives.ReadUInt32LittleEndian(data), requester),
        };
        root.DmaObserver = observer;
        lines.Add($"{operation}: {result}{(operation == "read" ? $", data {Convert.ToHexStringLower(data)}" : "")}");
        return lines;
    }

    /// <summary>Every function, each bridge before what is behind it.</summary>
    public IReadOnlyList<PciFunctionReport> Functions() => machine.Pcie is RootComplex root ? [.. Reports(root.Bus)] : [];

    /// <summary>Every function of a bus and behind it, each bridge before what is behind it.</summary>
    public static IEnumerable<PciFunction> All(PciBus bus) =>
        bus.Functions.SelectMany(static f => (IEnumerable<PciFunction>)[f, .. f is Bridge behind ? All(behind.Secondary) : []]);

    private static IEnumerable<PciFunctionReport> Reports(PciBus bus, int depth = 0)
    {
        foreach (PciFunction function in bus.Functions)
        {
            PciFunctionReport report = Report(bus, function, depth);
            yield return report with { Lines = [.. Lines(report, function)] };
            foreach (PciFunctionReport behind in function is Bridge bridge ? Reports(bridge.Secondary, depth + 1) : [])
            {
                yield return behind;
            }
        }
    }

    private static PciFunctionReport Report(PciBus bus, PciFunction f, int depth) => new(
        f.Requester.ToString(), f.StateName, (ushort)f.Config.Read(0, 2), (ushort)f.Config.Read(2, 2), f.Config.Read(8, 4) >> 8, f.MayMaster)
    {
        Bus = bus.Name,
        Depth = depth,
        AtReset = new RequesterId((ushort)f.DeviceFunction).ToString(),
        IsOn = f.IsOn,
        Behind = f is Bridge bridge ? bridge.SecondaryBus : null,
        Regions = [.. f.BaseAddresses.Select(bar => new PciRegionReport(bar.Index, bar.IsIo, f.Config.AddressOf(bar), bar.Size, f.Decodes(bar)))],
    };

    private static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (PciDeviceException e)
        {
            return e.Message;
        }
    }

    private static IEnumerable<string> Lines(PciFunctionReport report, PciFunction function)
    {
        string bridge = function is Bridge b ? $", bus {b.Secondary.Name} is number {b.SecondaryBus:x2}" : "";
        yield return $"{report.Requester} {report.Vendor:x4}:{report.Device:x4} {report.Name} on {report.Bus}{bridge}{(report.IsOn ? "" : ", in D3hot")}";
        foreach (PciRegionReport bar in report.Regions)
        {
            string state = bar.IsDecoded ? "" : ", not decoded";
            yield return $"    BAR{bar.Index} {(bar.IsIo ? "I/O" : "memory")} 0x{bar.Address:x}, 0x{bar.Size:x} bytes{state}";
        }

        // Bus mastering, requester IDs, messages and capabilities.
        string moved = report.Requester == report.AtReset ? "" : $", {report.AtReset} at reset, before buses are numbered";
        yield return $"    requests {(report.IsMaster ? "allowed" : "not allowed (Bus Master Enable)")}, requester ID {report.Requester}{moved}; "
            + $"interrupt {(function.Config.Pin == 0 ? "pin none" : $"pin INT{(char)('A' + function.Config.Pin - 1)}#")}{(function.InterruptAsserted ? ", asserted" : function.Config.InterruptPending ? ", pending and not let through" : "")}";
        if (function is ExpressPort { Slot: Slot slot })
        {
            yield return $"    slot {slot.InWords}";
        }

        if (function.Msi is Msi msi)
        {
            yield return $"    MSI {(msi.Enabled ? $"enabled, {msi.Vectors} vectors, address 0x{msi.MessageAddress:x}, data 0x{msi.MessageData:x}" : "disabled")}";
        }

        if (function.Msix is Msix msix)
        {
            int waiting = Enumerable.Range(0, msix.Vectors).Count(msix.IsPending);
            yield return $"    MSI-X {(msix.Enabled ? "enabled" : "disabled")}, {msix.Vectors} vectors{(waiting > 0 ? $", {waiting} pending and masked" : "")}";
        }

        if (function.Capabilities.Count > 0)
        {
            yield return $"    capabilities {string.Join(", ", function.Capabilities.OrderBy(static c => c.Offset).Select(static c => $"{c.GetType().Name} at 0x{c.Offset:x}"))}";
        }
    }

    private PciFunction? Named(string id) => machine.Pcie?.Plugged.FirstOrDefault(p => p.Request.Name == id)?.Function;
}

/// <summary>One PCI function.</summary>
/// <param name="Requester">Bus, device and function as it sends them now: <c>bb:dd.f</c>.</param>
/// <param name="ClassCode">Base class, subclass and programming interface, 24 bits.</param>
/// <param name="IsMaster">It may send requests.</param>
public sealed record PciFunctionReport(string Requester, string Name, ushort Vendor, ushort Device, uint ClassCode, bool IsMaster)
{
    /// <summary>The name of the bus that it is on.</summary>
    public string Bus { get; init; } = "";

    /// <summary>Bridges between it and the root complex.</summary>
    public int Depth { get; init; }

    /// <summary>The requester ID that it has before buses are numbered.</summary>
    public string AtReset { get; init; } = "";

    /// <summary>It is in D0.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Of a bridge: the number of its secondary bus, as software has set it; else null.</summary>
    public int? Behind { get; init; }

    public IReadOnlyList<PciRegionReport> Regions { get; init; } = [];

    /// <summary>All of it in words: a line for the function, and lines with what it has.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}

/// <summary>The region of a base address register.</summary>
/// <param name="Index">Of the register, 0 to 5.</param>
/// <param name="Address">Where software has put it, on the bus.</param>
/// <param name="Size">In bytes.</param>
/// <param name="IsDecoded">The function answers there.</param>
public sealed record PciRegionReport(int Index, bool IsIo, ulong Address, ulong Size, bool IsDecoded);
