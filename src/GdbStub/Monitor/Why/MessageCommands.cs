using System;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;

namespace GdbHost.GdbStub.Monitor.Why;

/// <summary>"monitor msi": the way of a message-signaled interrupt from the device to the vCPU, and what the ITS was told.</summary>
internal static class MessageCommands
{
    private const string Name = "msi";
    private const int MostMappings = 400;

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "explain BB:DD.F [VECTOR]|its", "the way of an interrupt message: capability, DMA path, doorbell, ITS tables, GIC; its: what the ITS's tables map",
            Run, static t => t is IInspected and IPciDevices)
        {
            Examples =
            [
                new("explain 00:01.0 0", "the way of the device's first message"),
                new("its", "devices, events and LPIs of the ITS's tables"),
            ],
        },
    ];

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        ulong vector = 0;
        if (arguments is ["its"])
        {
            Mappings(request);
        }
        else if (arguments is ["explain", string function, ..] && arguments.Length <= 3 && MonitorArguments.TryFunction(function, out ushort requester)
            && (arguments.Length == 2 || (MonitorArguments.TryNumber(arguments[2], out vector) && vector < 2048)))
        {
            Explain(request, function, requester, (int)vector);
        }
        else
        {
            MonitorArguments.Usage(request, Name);
        }
    }

    /// <summary>The ITS and what its tables map; also "monitor gic its".</summary>
    public static void Mappings(MonitorRequest request)
    {
        if (((IInspected)request.Target).Inspection.Its(MostMappings + 1) is not { } its)
        {
            request.Fail("This machine has no ITS; start it with --machine virt,gic=3.");
            return;
        }

        request.Line($"{its.Name}: {(its.Enabled ? "enabled" : "not enabled")}; command queue {its.Queue}", new("its", its.Name), new("enabled", its.Enabled), new("queue", its.Queue));
        request.Line($"device table (GITS_BASER0): {its.DeviceTable}", new Fact("device-table", its.DeviceTable));
        request.Line($"collection table (GITS_BASER1): {its.CollectionTable}", new Fact("collection-table", its.CollectionTable));
        foreach ((int collection, int core) in its.Collections)
        {
            request.Line($"collection {collection}: cpu{core}", new("collection", collection), new("cpu", core));
        }

        foreach (var device in its.Devices)
        {
            request.Line($"device 0x{device.Device:x} ({device.Function}): ITT at 0x{device.Table:x}, {device.Events} events",
                new("device", (ulong)device.Device), new("function", device.Function), new("itt", device.Table), new("events", (long)device.Events));
            foreach (var e in its.Events.Take(MostMappings).Where(e => e.Device == device.Device))
            {
                request.Line($"    event {e.Event}: LPI {e.Interrupt}, collection {e.Collection} ({(e.Core is int core ? $"cpu{core}" : "not mapped")}), {(e.Enabled ? "enabled" : "disabled")}{(e.Pending ? ", pending" : "")}",
                    new("device", (ulong)e.Device), new("event", (long)e.Event), new("lpi", e.Interrupt), new("collection", e.Collection), new("cpu", e.Core), new("enabled", e.Enabled), new("pending", e.Pending));
            }
        }

        request.Line(its.Events.Count > MostMappings ? "and more events" : $"{its.Devices.Count} devices, {its.Events.Count} events");
    }

    private static void Explain(MonitorRequest request, string function, ushort requester, int vector)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        if (machine.Message(requester, vector) is not MessageReport report)
        {
            request.Fail($"There is no function at {function} now; \"monitor pci\" lists them with the bus numbers that software has given.");
            return;
        }

        request.Line($"message {vector} of {function}");
        bool passes = InterruptLinks.Write(request, report.Links.Select(static l => new Link(l.Name, l.Passes, l.State, l.Reason)), report.Interrupt is int id ? $"the message makes interrupt {id} pending" : "");
        foreach (string line in report.Way)
        {
            request.Line($"  way: {line}");
        }

        if (passes && report.Interrupt is int interrupt)
        {
            int routed = machine.Interrupt(request.Cpu, interrupt) is { Cores: [int first, ..] } ? first : request.Cpu;
            InterruptChain.Write(request, interrupt, report.Core ?? routed);
        }
    }
}
