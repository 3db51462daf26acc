using System;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Report;

/// <summary>"monitor report": what the other commands say, as one file to look at.</summary>
internal static class ReportCommand
{
    public const string Name = "report";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "FILE.html", "writes a report for a browser: what is wrong, address spaces, exceptions over time, interrupts, PCI, console", Run, static t => t is IInspected)
        {
            Examples =
            [
                new("/tmp/report.html", "a page for the browser"),
            ],
        },
    ];

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        if (arguments.IsEmpty)
        {
            MonitorArguments.Usage(request, Name);
            return;
        }

        // A file's name may hold blanks.
        string path = string.Join(' ', arguments!);
        byte[] report = HtmlReport.Make(new Answers(request.Target, request.Cpu, end: null));
        if (NewFile.Write(path, report) is string problem)
        {
            request.Fail(problem);
            return;
        }

        request.Line($"report: {report.Length} bytes written to {path}", new("file", path), new("bytes", report.Length));
    }
}
