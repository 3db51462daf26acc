using System;
using GdbHost.GdbStub.Monitor.Requests;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"monitor break": stops on what happens to the machine, where no breakpoint at an address would do.</summary>
internal static class TrapStops
{
    public const string Name = "break";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "stage2|undef|serror|flagged|trap CLASS|irq N|psci [vmid N] [ipa FIRST[-LAST]] | pci BB:DD.F [REGISTER] [read|write] | msi [BB:DD.F] | dma BB:DD.F [IOVA[-IOVA]] [r|w] | smmu [EVENT] | off",
            "stops at exceptions to EL2 or EL3 of a kind, at remarkable returns (flagged), at an interrupt that EL2 or EL3 takes, at calls of PSCI, at accesses to a PCI function's configuration space, at interrupt messages, at requests of a PCI function, or at event records and errors of the SMMU",
            Run, static t => t is IInspected)
        {
            Examples =
            [
                new("stage2 vmid 1 ipa 0x09000000-0x09000fff", "when guest 1 aborts on the UART"),
                new("flagged", "behind a return of the hypervisor that looks wrong"),
                new("pci 00:01.0 0x10 write", "behind a store to a BAR"),
                new("off", "no more"),
            ],
        },
    ];

    internal const string Stopped = "stopped by \"monitor break\"";

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        switch (arguments)
        {
            case ["off"]:
                machine.RemoveStops();
                request.Line("break: no stops at events");
                return;
            case ["pci", ..] or ["msi", ..]:
                if (!PciStops.TryRun(request, machine, arguments))
                {
                    MonitorArguments.Usage(request, Name);
                }

                return;
            case ["smmu", ..] or ["dma", ..]:
                DmaStops.Run(request, machine, arguments);
                return;
            case ["psci"]:
                machine.StopAtTraps(null, c => $"{Stopped}: {c.Conduit} {CallWords(c)} answered {c.Result}");
                request.Line("break: the machine stops after each call that its own firmware answers");
                return;
            case ["irq", string text] when MonitorArguments.TryNumber(text, out ulong id) && id <= ushort.MaxValue:
                // The question is asked on the machine's thread, at the vector, before the interrupt is acknowledged.
                machine.StopAtTraps(
                    t => t is { Return: null, Kind: MachineTrapKind.Irq or MachineTrapKind.Fiq } && machine.CpuInterface(t.Cpu)?.HighestPending == (int)id
                        ? $"{Stopped}: cpu{t.Cpu} interrupt {id}, {TrapWords.Entry(t)}"
                        : null,
                    null);
                request.Line($"break: the machine stops at the vector of EL2 or EL3 when interrupt {id} is what it is called for");
                return;
        }

        string name = arguments is ["trap", ..] && arguments.Length > 1 ? arguments[1] : arguments.Length > 0 ? arguments[0] : "";
        int used = arguments is ["trap", ..] ? 2 : 1;
        if (TrapClasses.Find(name) is not Func<MachineTrap, bool> wanted || !TryLimits(arguments[Math.Min(used, arguments.Length)..], ref wanted))
        {
            if (arguments is ["trap", _, ..])
            {
                request.Fail($"There is no class \"{MonitorTable.Shown(name)}\"; there are {string.Join(", ", TrapClasses.Names)}.");
                return;
            }

            MonitorArguments.Usage(request, Name);
            return;
        }

        // A class stops where the exception is taken; a remark is known at the return.
        bool atReturn = name == TrapClasses.Flagged;
        machine.StopAtTraps(t => (t.Return is not null) == atReturn && wanted(t) ? $"{Stopped}: {(atReturn ? TrapWords.Line(t) : $"cpu{t.Cpu} {TrapWords.Entry(t)}")}" : null, null);
        request.Line(atReturn
            ? "break: the machine stops behind returns with a remark, at the instruction that was returned to"
            : $"break: the machine stops at the vector of exceptions of class {name}");
    }

    private static string CallWords(FirmwareCall call) => $"0x{call.Function:x}{TrapWords.CallName(call.Function)} x1=0x{call.First:x}";

    private static bool TryLimits(ReadOnlySpan<string> words, ref Func<MachineTrap, bool> wanted)
    {
        if (words.Length % 2 != 0)
        {
            return false;
        }

        for (int at = 0; at < words.Length; at += 2)
        {
            Func<MachineTrap, bool> before = wanted;
            if (!MonitorArguments.TryRange(words[at + 1], out ulong first, out ulong last))
            {
                return false;
            }

            switch (words[at])
            {
                case "vmid" when first == last:
                    wanted = t => t.Vmid == (int)first && before(t);
                    break;
                case "ipa":
                    wanted = t => t.Ipa >= first && t.Ipa <= last && before(t);
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
