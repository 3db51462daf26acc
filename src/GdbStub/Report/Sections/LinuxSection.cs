using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>A Linux guest: its kernel, the end of its log, its processes.</summary>
internal static class LinuxSection
{
    private const int LogLines = 30;
    private const int MostTasks = 300;

    public static void Write(HtmlText html, Answers answers)
    {
        html.Markup("<ul class=\"lines\">\n");
        foreach (AnswerLine line in answers.To("linux"))
        {
            html.Element("li", line.Text);
        }

        html.Markup("</ul>\n");
        string[] log = [.. answers.To($"linux log {LogLines}").Select(static l => l.Text)];
        html.Element("h3", "The end of its log").Markup("<pre tabindex=\"0\" role=\"region\" aria-label=\"The end of the kernel's log\">").Text(string.Join('\n', log)).Markup("</pre>\n");
        IReadOnlyList<AnswerLine> tasks = answers.With("pid", "linux tasks");
        if (tasks.Count > 0)
        {
            html.Details($"Processes: {tasks.Count}", () => html.Table("Processes", ["PID", "Name", "State", "vCPU", "Parent"], [.. tasks.Select(static t => (string[])
                [$"{t.Number("pid")}", t.Words("name")!, t.Words("state")!, $"cpu{t.Number("cpu")}{(t.Is("running") ? ", now" : "")}", $"{t.Number("parent")}"])], MostTasks, "monitor linux tasks"));
        }
        else
        {
            html.Element("p class=\"note\"", answers.To("linux tasks")[0].Text);
        }
    }
}
