using System;
using System.Linq;
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

    private static void Mappings(MonitorRequest request)
    {
        var lines = ((IInspected)request.Target).Inspection.ItsMappings(MostMappings + 1);
        foreach (string line in lines.Take(MostMappings))
        {
            request.Line(line);
        }

        request.Line(lines.Count == 0 ? "no device is mapped, or there is no ITS" : lines.Count > MostMappings ? "and more" : $"{lines.Count} lines");
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
