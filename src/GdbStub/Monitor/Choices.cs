using System;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor space", "monitor step" and "monitor error": what this debugger's packets mean, and what became of them. The guest is not touched.</summary>
internal static class Choices
{
    public static readonly MonitorCommand[] Rows =
    [
        new("space", "[current|el1|el2|el3|ipa|physical]", "chooses what gdb's memory commands (x, print, find, dump) mean by an address", Space)
        {
            Examples =
            [
                new("ipa", "x/4x 0x80000000 shows the guest's physical memory"),
                new("current", "as it was"),
            ],
        },
        new("error", "", "says why the newest read or write of memory failed: stage, level and field; gdb before 16 shows no reason", Error)
        {
            Examples =
            [
                new("", "when gdb says \"Cannot access memory at address\""),
            ],
        },
        new("step", "irq on|off", "chooses whether a step may go into an interrupt handler; off until chosen", Step)
        {
            Examples =
            [
                new("irq on", "stepi goes into the handler of an interrupt"),
            ],
        },
    ];

    private static readonly (string Name, AddressView View, string Words)[] Views =
    [
        ("current", AddressView.Current, "virtual addresses, as the vCPU runs"),
        ("el1", AddressView.El1, "virtual addresses of EL1&0, through stage 2 where it is on"),
        ("el2", AddressView.El2, "virtual addresses of EL2"),
        ("el3", AddressView.El3, "virtual addresses of EL3"),
        ("ipa", AddressView.Intermediate, "the guest's physical addresses (IPA), which stage 2 translates"),
        ("physical", AddressView.Physical, "physical addresses"),
    ];

    private static void Space(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        string wanted = arguments.Length == 1 ? arguments[0] : "";
        int found = Array.FindIndex(Views, v => v.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        if (arguments.Length > 1 || (arguments.Length == 1 && found < 0))
        {
            request.Line($"Say \"monitor space\" and one of {string.Join(", ", Views.Select(v => v.Name))}.");
            return;
        }

        if (found >= 0)
        {
            request.Session.View = Views[found].View;
            request.Line("gdb still shows what it has read before; \"maintenance flush dcache\" makes it read anew.");
        }

        (string name, _, string words) = Array.Find(Views, v => v.View == request.Session.View);
        request.Line($"space: {name}, {words}");
    }

    private static void Error(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.IsEmpty)
        {
            request.Line("error: " + (request.Session.MemoryProblem ?? "no read or write of memory has failed"));
        }
        else
        {
            MonitorArguments.Usage(request, "error");
        }
    }

    private static void Step(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments is ["irq", "on" or "off"])
        {
            request.Session.StepTakesInterrupts = arguments[1] == "on";
        }
        else if (!arguments.IsEmpty)
        {
            request.Line("Say \"monitor step irq on\" or \"monitor step irq off\".");
            return;
        }

        request.Line(request.Session.StepTakesInterrupts
            ? "step: interrupts on; a step may end in an interrupt handler"
            : "step: interrupts off; they wait while a vCPU is stepped");
    }
}
