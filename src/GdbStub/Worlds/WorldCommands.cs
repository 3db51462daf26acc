using System;
using System.Linq;
using GdbHost.GdbStub.Monitor;

namespace GdbHost.GdbStub.Worlds;

/// <summary>"monitor worlds": the hypervisor and its guests as gdb's inferiors. The guest is not touched.</summary>
internal static class WorldCommands
{
    public static readonly MonitorCommand[] Rows =
    [
        new("worlds", "[on|off|any|own|add VMID]",
            "makes EL2 (process 1) and each VMID n (process n + 2) inferiors of gdb with memory, registers and breakpoints of their own; any: breakpoints hit in all of them",
            Run, static t => t is IWorlds)
        {
            Controls = true,
            Examples =
            [
                new("on", "the hypervisor and each guest as an inferior"),
            ],
        },
    ];

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        WorldChoice worlds = request.Session.Worlds;
        switch (arguments)
        {
            case []:
                break;
            case ["on" or "any"] when !request.Session.Multiprocess:
                request.Line("worlds: this debugger knows one process only (it has not said multiprocess+); \"monitor space\" chooses address spaces without that");
                return;
            case ["on" or "any" or "own"] when request.Session.NonStop is not null:
                request.Fail("worlds: not in non-stop mode, in which a vCPU is one thread whatever it runs; reconnect after \"set non-stop off\", or choose by \"monitor space\"");
                return;
            case ["on" or "off"]:
                worlds.Turn(request.Target, arguments[0] == "on");
                break;
            case ["any" or "own"]:
                worlds.Turn(request.Target, on: true);
                worlds.BreaksAnywhere = arguments[0] == "any";
                break;
            case ["add", string text] when worlds.IsOn && MonitorArguments.TryNumber(text, out ulong vmid) && vmid <= byte.MaxValue:
                worlds.Join(request.Target, (int)vmid + WorldChoice.First + 1);
                break;
            case ["add", ..] when !worlds.IsOn:
                request.Line("worlds: off; say \"monitor worlds on\" first");
                return;
            default:
                MonitorArguments.Usage(request, "worlds");
                return;
        }

        if (!worlds.IsOn)
        {
            request.Line("worlds: off; all vCPUs are threads of one process");
            return;
        }

        request.Line(worlds.BreaksAnywhere
            ? "worlds: on; breakpoints and watchpoints hit in every world"
            : "worlds: on; breakpoints and watchpoints hit in the world of the inferior that they are set in");
        worlds.ShowAll(request.Target);
        foreach (int process in worlds.Processes)
        {
            string cpus = string.Join(", ", worlds.Cpus(request.Target, process).Select(c => request.Target.NameOf(c)));
            request.Line($"process {process}: {worlds.NameOf(process)}, on {cpus}");
        }
    }
}
