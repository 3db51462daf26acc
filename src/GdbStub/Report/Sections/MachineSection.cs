using System.Globalization;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Report.Pictures;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>What the machine is and where it stands: for comparing runs.</summary>
internal static class MachineSection
{
    public static void Write(HtmlText html, Answers answers)
    {
        string command = (answers.Target as IDescribed)?.Description.CommandLine ?? "";
        html.Markup("<dl>\n");
        Row(html, "Command line", command.Length > 0 ? command : "not known");
        if (answers.With("hash", "state") is [AnswerLine state])
        {
            Row(html, "Instructions", $"{state.Number("instructions")}");
            Row(html, "Virtual time", $"{state.Number("ns")} ns");
            Row(html, "State hash", state.Words("hash")!);
        }

        Row(html, "vCPUs", $"{answers.Target.CpuCount}");
        if (answers.End is not null)
        {
            Row(html, "End", $"{answers.End.Reason} (status {answers.End.ExitStatus})");
        }

        html.Markup("</dl>\n").Element("p class=\"note\"", "The same inputs give the same run: equal instructions and equal hash mean equal state.");
    }

    /// <summary>The machine in a few words.</summary>
    public static string Summary(Answers answers) => answers.With("hash", "state") is [AnswerLine state]
        ? string.Create(CultureInfo.InvariantCulture, $"{answers.Target.CpuCount} vCPU{(answers.Target.CpuCount == 1 ? "" : "s")}, {state.Number("instructions")} instructions, {TrapPicture.Time(state.Number("ns") ?? 0)}")
        : $"{answers.Target.CpuCount} vCPUs";

    private static void Row(HtmlText html, string name, string value) => html.Element("dt", name).Element("dd class=\"code\"", value);
}
