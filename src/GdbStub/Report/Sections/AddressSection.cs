using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Report.Pictures;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Addresses;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>The address spaces of the guest of now and of EL2, as pictures with the ranges in tables.</summary>
internal static class AddressSection
{
    private const int MostRanges = 100;
    private const int MostExtents = 50_000;

    public static void Write(HtmlText html, Answers answers)
    {
        IReadOnlyList<AnswerLine> board = answers.With("kind", "map");
        IReadOnlyList<AnswerLine> guest = answers.With("output", "s1 map el1");
        IReadOnlyList<AnswerLine> stage2 = answers.With("output", "s2 map");
        IReadOnlyList<AnswerLine> hypervisor = answers.With("output", "s1 map el2");
        IReadOnlyList<Extent>? intermediate = Extents(answers, MemorySpace.Intermediate);
        AddressLayout ofGuest = AddressLayout.Of(Extents(answers, MemorySpace.El1) ?? [], intermediate, Verdict.Of(answers).FailedAt, board);
        html.Markup("<div class=\"pictures\">\n");
        bool any = Picture(html, ofGuest, intermediate is not null ? "The guest: VA to IPA to PA" : "EL1 and EL0: VA to PA", "VA (EL1&amp;0)", "guest");
        any |= Picture(html, AddressLayout.Of(hypervisor.Count > 0 ? Extents(answers, MemorySpace.El2) ?? [] : [], null, null, board), "EL2: VA to PA", "VA (EL2)", "el2");
        html.Markup("</div>\n");
        if (!any)
        {
            html.Element("p class=\"note\"", "No translation is on: addresses are physical.");
        }
        else
        {
            html.Markup("<ul class=\"key\"><li>\u2715 red: the guest has failed there</li><li>dashed: stage 1 leads there, stage 2 does not map it (a device may be emulated, memory given on demand)</li><li>dotted: nothing of this leads there</li></ul>\n");
        }

        Ranges(html, "Stage 1 of EL1 and EL0", guest, "monitor s1 map");
        Ranges(html, "Stage 2", stage2, "monitor s2 map");
        Ranges(html, "Stage 1 of EL2", hypervisor, "monitor s1 map el2");
        html.Details($"The board's map ({board.Count} regions)", () => html.Table("Physical memory map", ["First", "Last", "Kind", "Name"],
            [.. board.Select(static r => (string[])[$"0x{r.Word("first"):x}", $"0x{r.Word("last"):x}", r.Words("kind")!, r.Words("name")!])], MostRanges, "monitor map"));
    }

    /// <summary>The ranges that a stage maps now; null where it is off, or they are too many to be told whole.</summary>
    private static IReadOnlyList<Extent>? Extents(Answers answers, MemorySpace space)
    {
        MapReport map = ((IInspected)answers.Target).Inspection.Map(answers.Cpu, space);
        return map is { IsOn: true, IsComplete: true } && map.Ranges.Count <= MostExtents ? [.. map.Ranges.Select(static r => new Extent(r.Start, r.Last, r.Output))] : null;
    }

    private static bool Picture(HtmlText html, AddressLayout layout, string title, string input, string id)
    {
        if (!layout.IsEmpty)
        {
            html.Markup("<div>").Element("h3", title).Markup(AddressPicture.Draw(layout, title, input, id)).Markup("</div>\n");
        }

        return !layout.IsEmpty;
    }

    private static void Ranges(HtmlText html, string title, IReadOnlyList<AnswerLine> lines, string command)
    {
        if (lines.Count > 0)
        {
            html.Details($"{title}: {lines.Count} ranges", () => html.Table(title, ["First", "Last", "Leads to", "Attributes"], [.. lines.Select(static r => (string[])
                [$"0x{r.Word("first"):x}", $"0x{r.Word("last"):x}", $"0x{r.Word("output"):x}{(r.Words("place") is string place ? $" {place}" : "")}", r.Words("attributes")!])], MostRanges, command));
        }
    }
}
