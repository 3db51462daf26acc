using System;
using System.Threading.Tasks;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Session;

namespace GdbHost.GdbStub.Report;

/// <summary>The report that is written when a run is over, however it ended.</summary>
internal sealed class ExitReport
{
    private readonly string _path;
    private readonly string _option;

    private ExitReport(string path, string option)
    {
        _path = path;
        _option = option;
    }

    /// <summary>Makes sure before the run that the file can be written; null for no report.</summary>
    /// <exception cref="UserErrorException">It cannot.</exception>
    public static ExitReport? Begin(string? path, string option)
    {
        if (path is null)
        {
            return null;
        }

        InputFile.Write(option, path, []);
        return new ExitReport(path, option);
    }

    /// <summary>Writes it of a guest that stands still; false where it does not within a time.</summary>
    public async Task<bool> TryWriteAsync(GuestRun guest, GuestEnd end, TimeSpan most)
    {
        await Task.WhenAny(guest.StopAsync(), Task.Delay(most));
        if (guest.Running)
        {
            return false;
        }

        InputFile.Write(_option, _path, HtmlReport.Make(new Answers(guest.Target, guest.LastStop.Cpu, end)));
        return true;
    }
}
