using System;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Report.Sections;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Report;

/// <summary>
/// A guest that stands still as one HTML file: the verdict first, then what it rests on. It holds no script and asks for nothing from
/// anywhere, which a Content Security Policy (W3C, CSP Level 3) makes sure of. The same state gives the same bytes.
/// </summary>
internal static class HtmlReport
{
    private static readonly (string Id, string Title, bool IsWide, Func<Answers, bool> Has, Action<HtmlText, Answers> Write)[] Sections =
    [
        ("why", "Why: the last exception", false, static a => a.Has("why"), ExceptionSection.WriteWhy),
        ("cpus", "vCPUs", false, static a => a.Has("cpus"), CpuSection.Write),
        ("traps", "Exceptions to EL2 and EL3 over time", false, static a => a.Has("traps"), ExceptionSection.WriteTraps),
        ("addresses", "Address space", true, static a => a.Has("s1"), AddressSection.Write),
        ("linux", "Linux", false, static a => a.Has("linux") && a.With("release", "linux").Count > 0, LinuxSection.Write),
        ("interrupts", "Interrupts", false, static a => a.Has("gic"), InterruptSection.Write),
        ("pci", "PCI", false, static a => a.Has("pci"), PciSection.Write),
        ("smmu", "SMMU", false, static a => a.Has("smmu") && a.Target is IInspected, SmmuSection.Write),
        ("console", "Console", true, static a => a.Has("serial"), ConsoleSection.Write),
        ("machine", "Machine and run", true, static _ => true, MachineSection.Write),
    ];

    public static byte[] Make(Answers answers)
    {
        Verdict verdict = Verdict.Of(answers);

        // What follows is told of the vCPU that has the trouble.
        answers = verdict.Cpu is int cpu ? new Answers(answers.Target, cpu, answers.End) : answers;
        HtmlText html = new();
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
            + "<meta name=\"color-scheme\" content=\"light dark\">\n<title>").Text($"GdbHost: {verdict.Headline}").Markup("</title>\n<style>\n").Markup(Style.Sheet).Markup("\n</style>\n</head>\n<body>\n");
        var sections = Sections.Where(s => s.Has(answers)).ToArray();
        Head(html, answers, verdict);
        html.Markup("<nav aria-label=\"Sections\"><ul>");
        foreach (var section in sections)
        {
            html.Markup($"<li><a href=\"#{section.Id}\">").Text(section.Title.Split(':')[0]).Markup("</a></li>");
        }

        html.Markup("</ul></nav>\n<main>\n");
        foreach (var section in sections)
        {
            html.Section(section.Id, section.Title, () => section.Write(html, answers), section.IsWide);
        }

        html.Markup("</main>\n<footer><p>Made by gdbhost (<code>monitor report FILE.html</code>, <code>--report FILE.html</code>); looking has changed nothing in the machine.</p></footer>\n</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(html.ToString());
    }

    private static void Head(HtmlText html, Answers answers, Verdict verdict)
    {
        html.Markup("<header>\n<p class=\"brand\">GdbHost report").Text(answers.To("state").Count > 0 ? $" \u00b7 {MachineSection.Summary(answers)}" : "").Markup("</p>\n");
        html.Markup($"<div class=\"verdict {verdict.Tone}\">\n").Element("p class=\"tag\"", verdict.Tag).Element("h1", verdict.Headline);
        if (verdict.Evidence.Count > 0)
        {
            html.Markup("<dl>\n");
            foreach ((string name, string text) in verdict.Evidence)
            {
                html.Element("dt", name).Element("dd class=\"code\"", text);
            }

            html.Markup("</dl>\n");
        }

        html.Markup("</div>\n</header>\n");
    }
}
