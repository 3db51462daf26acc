using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Conditions and commands of stock gdb's breakpoints, evaluated beside the guest. Document: GDB manual, "Break Conditions" and "Dynamic Printf"; what the
/// demo counts is in src/GdbStub/Demo/guest_main.c (each step: counter = 3 * counter + 1).
/// </summary>
public sealed class ConditionTests
{
    private static readonly string[] Counts = ["1", "4", "13", "40", "121"];

    [RequiresFact(Need.Gdb)]
    public async Task Condition_on_a_register_or_memory_is_evaluated_by_the_target()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            set breakpoint condition-evaluation target
            break guest_step if guest_counter == 121 && $x0 == 121
            continue
            p guest_counter
            info breakpoints
            condition 1 guest_counter == 1093
            continue
            p guest_counter
            """);

        Says.InOrder(gdb, "Breakpoint 1, guest_step", "$1 = 121", "(target evals)", "already hit 1 time", "Breakpoint 1, guest_step", "$2 = 1093");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Condition_that_cannot_be_evaluated_stops()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            set breakpoint condition-evaluation target
            break guest_step if *(unsigned long *)0xdead000000000000 == 1
            continue
            p guest_counter
            """);

        Says.InOrder(gdb, "guest_step", "$1 = 0");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Agent_dprintf_prints_on_gdbs_console_while_the_guest_runs()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            set dprintf-style agent
            dprintf guest_step,"counter %lu\n", guest_counter
            break *((unsigned long)guest_step + 4) if guest_counter == 364
            continue
            p guest_counter
            """);

        Says.InOrder(gdb, "Breakpoint 2, ", "$1 = 364");
        Says.InOrder(gdb.Errors, gdb.ToString(), [.. Counts.Select(c => $"counter {c}\n")]);
    }
}
