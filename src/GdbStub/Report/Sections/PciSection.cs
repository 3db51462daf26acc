using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Report.Pictures;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>PCI functions as a tree: each bridge with what is behind it.</summary>
internal static class PciSection
{
    private const int MostFunctions = 100;

    // What bounds the nesting of lists, whatever somebody plugs together.
    private const int MostDepth = 12;

    public static void Write(HtmlText html, Answers answers)
    {
        AnswerLine[] functions = [.. answers.With("depth", "pci").Take(MostFunctions)];
        ILookup<string, string> words = answers.To("pci").Where(static l => l["depth"] is null).ToLookup(static l => l.Words("function") ?? "", static l => l.Text.Trim());
        if (functions.Length == 0)
        {
            html.Element("p class=\"note\"", "There is no PCI function.");
            return;
        }

        html.Markup("<ul class=\"tree\">\n");
        int depth = 0;
        for (int i = 0; i < functions.Length; i++)
        {
            int now = (int)functions[i].Number("depth")!;
            now = now < MostDepth ? now : MostDepth;
            html.Markup(now > depth ? "<ul>\n" : i == 0 ? "" : "</li>\n");
            for (; depth > now; depth--)
            {
                html.Markup("</ul>\n</li>\n");
            }

            depth = now;
            Function(html, functions[i], words[functions[i].Words("function")!]);
        }

        for (; depth >= 0; depth--)
        {
            html.Markup("</li>\n</ul>\n");
        }
    }

    private static void Function(HtmlText html, AnswerLine f, IEnumerable<string> words)
    {
        string behind = f.Number("secondary-bus") is long bus ? $", bus {bus:x2} behind it" : "";
        html.Markup("<li>").Element("p", $"{f.Words("function")} {f.Words("name")} [{f.Number("vendor"):x4}:{f.Number("device"):x4}]{behind}{(f.Is("on") ? "" : ", in D3hot")}");
        foreach (IEnumerable<Fact> region in (f["regions"] as IEnumerable<Fact[]>) ?? [])
        {
            AnswerLine r = new("", [.. region]);
            html.Element("p class=\"sub\"", $"BAR{r.Number("bar")} {(r.Is("io") ? "I/O" : "memory")} 0x{r.Word("first"):x}, {AddressPicture.Rounded(r.Word("bytes") ?? 0)}{(r.Is("decoded") ? "" : ", not decoded")}");
        }

        // The regions stand above.
        foreach (string line in words.Where(static w => !w.StartsWith("BAR", System.StringComparison.Ordinal)))
        {
            html.Element("p class=\"sub\"", line);
        }
    }
}
