using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>Where each vCPU is, and its timers.</summary>
internal static class CpuSection
{
    private const int MostCpus = 128;

    public static void Write(HtmlText html, Answers answers)
    {
        IReadOnlyList<AnswerLine> cpus = answers.With("cpu", "cpus");
        html.Table("Program counters and Exception levels", ["vCPU", "EL", "PC", "Symbol", "State"],
            [.. cpus.Select(static c => (string[])[$"cpu{c.Number("cpu")}", $"EL{c.Number("level")}", $"0x{c.Word("pc"):x}", c.Words("symbol") ?? "\u2013", c.Words("state")!])], MostCpus, "monitor cpus");
        IReadOnlyList<AnswerLine> timers = [.. answers.With("timer", "timer").Where(static t => t.Is("enabled"))];
        html.Table("Timers that are enabled", ["Timer", "Interrupt", "State"], [.. timers.Select(static t => (string[])
            [$"cpu{t.Number("cpu")} {t.Words("timer")}", $"{t.Number("interrupt")}", (t.Is("met") ? "condition met" : $"due in {t.Word("due-ns") ?? 0} ns") + (t.Is("masked") ? ", masked" : "")])], MostCpus, "monitor timer");
    }
}
