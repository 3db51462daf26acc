using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>The interrupt controller: what is pending and what holds it up, then all that is enabled.</summary>
internal static class InterruptSection
{
    private const int MostPending = 12;
    private const int MostRows = 150;

    private static readonly (string Fact, string Words)[] States = [("pending", "pending"), ("active", "active"), ("line", "line high")];

    public static void Write(HtmlText html, Answers answers)
    {
        IReadOnlyList<AnswerLine> interrupts = answers.With("interrupt", "gic");
        AnswerLine[] pending = [.. interrupts.Where(static i => i.Is("pending"))];
        html.Element("p", answers.To("gic")[0].Text);
        if (pending.Length == 0)
        {
            html.Element("p", "No interrupt is pending.");
        }
        else
        {
            html.Table("Pending", ["Interrupt", "For", "What holds it up"], [.. pending.Take(MostPending).Select(i => (string[])[$"{i.Number("interrupt")}", Cores(i), Blocked(answers, i)])],
                MostPending, "monitor why irq N");
            if (pending.Length > MostPending)
            {
                html.Element("p class=\"more\"", $"and {pending.Length - MostPending} more are pending: monitor gic");
            }
        }

        html.Table("CPU interfaces", ["vCPU", "Groups", "Priority mask", "Running", "Virtual"], [.. answers.With("running-priority", "gic").Select(static c => (string[])
            [$"cpu{c.Number("cpu")}", Groups(c), $"0x{c.Number("priority-mask"):x2}", $"0x{c.Number("running-priority"):x2}", c.Is("virtual") ? $"on, mask 0x{c.Number("virtual-priority-mask"):x2}" : "off"])], MostRows, "monitor gic");
        IReadOnlyList<AnswerLine> list = answers.With("list-register", "gic");
        if (list.Count > 0)
        {
            html.Table("List registers", ["vCPU", "Virtual interrupt", "State", "Physical"], [.. list.Select(static l => (string[])
                [$"cpu{l.Number("cpu")} [{l.Number("list-register")}]", $"{l.Number("virtual-interrupt")}", l.Words("state")!, $"{l.Number("physical-interrupt")}"])], MostRows, "monitor gic");
        }

        html.Details($"Enabled, pending or active: {interrupts.Count}", () => html.Table("Interrupts", ["ID", "For", "State", "Priority", "Group, trigger"],
            [.. interrupts.Select(static i => (string[])[$"{i.Number("interrupt")}", Cores(i), State(i), $"0x{i.Number("priority"):x2}", $"{i.Number("group")}, {(i.Is("edge") ? "edge" : "level")}"])],
            MostRows, "monitor gic"));
    }

    private static string Cores(AnswerLine line)
    {
        int[] cores = [.. (line["cpus"] as IEnumerable<int>) ?? []];
        return cores.Length == 0 ? "no core" : string.Join(' ', cores.Select(static c => $"cpu{c}"));
    }

    private static string Groups(AnswerLine line)
    {
        bool[] enabled = [.. (line["groups"] as IEnumerable<bool>) ?? []];
        string names = string.Join(' ', enabled.Select(static (on, group) => on ? $"{group}" : "").Where(static g => g.Length > 0));
        return names.Length == 0 ? "none" : names;
    }

    private static string State(AnswerLine line) => (line.Is("enabled") ? "enabled" : "disabled")
        + string.Concat(States.Where(s => line.Is(s.Fact)).Select(static s => $", {s.Words}"));

    private static string Blocked(Answers answers, AnswerLine interrupt)
    {
        int cpu = (interrupt["cpus"] as IEnumerable<int>)?.FirstOrDefault() ?? 0;
        IReadOnlyList<AnswerLine> chain = answers.To($"why irq {interrupt.Number("interrupt")}", cpu);
        AnswerLine? end = chain.FirstOrDefault(static l => Array.Exists(l.Facts, static f => f.Name == "first-blocked"));
        return end?.Words("first-blocked") is string link ? $"{link}: {end.Words("reason")}" : end is null ? "not known" : "nothing: it is taken next";
    }
}
