using System.Linq;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>The last lines of the guest's console.</summary>
internal static class ConsoleSection
{
    private const int Lines = 200;
    private const int Shown = 40;

    public static void Write(HtmlText html, Answers answers)
    {
        string[] lines = [.. answers.To($"serial {Lines}").Select(static l => l.Text)];
        if (lines.All(string.IsNullOrWhiteSpace))
        {
            html.Element("p class=\"note\"", "The console has printed nothing.");
            return;
        }

        html.Markup("<pre tabindex=\"0\" role=\"region\" aria-label=\"The last lines of the console\">").Text(string.Join('\n', lines.TakeLast(Shown))).Markup("</pre>\n");
        if (lines.Length > Shown)
        {
            html.Details($"{lines.Length - Shown} lines before", () => html.Markup("<pre>").Text(string.Join('\n', lines.SkipLast(Shown))).Markup("</pre>\n"));
        }
    }
}
