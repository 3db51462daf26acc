using System;
using System.Linq;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor help": the rows of this folder, printed.</summary>
internal static class Help
{
    public const string Name = "help";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "[COMMAND]", "lists the monitor commands, or explains one with examples", Print)
        {
            Examples =
            [
                new("why", "what a command takes, with examples"),
            ],
        },
    ];

    private static void Print(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        string? only = arguments.IsEmpty ? null : arguments[0];
        MonitorCommand[] rows = [.. MonitorTable.Offered(request).Where(row => only is null || row.Name == only)];
        if (rows.Length == 0)
        {
            request.Fail(MonitorTable.Unknown(request, only!));
            return;
        }

        int width = rows.Max(row => Synopsis(row).Length);
        foreach (MonitorCommand row in rows)
        {
            request.Line($"monitor {Synopsis(row).PadRight(width)}  {row.Help}", new("name", row.Name), new("arguments", row.Usage), new("help", row.Help));
        }

        if (only is not null)
        {
            PrintExamples(request, rows[0]);
        }
    }

    private static void PrintExamples(MonitorRequest request, MonitorCommand row)
    {
        (string Line, string Purpose)[] examples = [.. row.Examples.Select(e => (row.Line(e), e.Purpose))];
        int width = examples.Max(static e => e.Line.Length);
        foreach ((string line, string purpose) in examples)
        {
            request.Line($"for example: monitor {line.PadRight(width)}  {purpose}", new("example", line), new("purpose", purpose));
        }
    }

    private static string Synopsis(MonitorCommand row) => $"{row.Name} {row.Usage}".TrimEnd();
}
