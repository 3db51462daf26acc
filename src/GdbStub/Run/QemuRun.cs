using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.GdbStub.Session;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Run;

/// <summary>"gdbhost qemu": a command line of QEMU's, run like any other.</summary>
internal static class QemuRun
{
    public static async Task<int> RunAsync(IReadOnlyList<string> words, string line)
    {
        try
        {
            return await StartAsync(words, line);
        }
        catch (Exception e) when (e is UserErrorException or MachineConfigurationException)
        {
            throw new UserErrorException(QemuConfiguration.InQemusWords(e.Message), e);
        }
    }

    private static async Task<int> StartAsync(IReadOnlyList<string> words, string line)
    {
        QemuRequest request = QemuOptions.Read(words);
        if (request.Text is string text)
        {
            Console.Out.WriteLine(text);
            return ExitStatus.PoweredOff;
        }

        Log log = OptionValues.Log(request.Log, Log.StandardError);
        RunSettings settings = QemuConfiguration.Settings(request) with { CommandLine = line };
        if (request.DumpDtb is string file)
        {
            DumpDeviceTree(request, file, log);
            return ExitStatus.PoweredOff;
        }

        QemuConfiguration.WriteProcessNumber(request);
        return await new GuestProgram(settings, log).RunAsync(
            host => Configure(request, host, log),
            (configuration, _, attach) => Announcement.Run(log, configuration, attach));
    }

    private static MachineConfiguration Configure(QemuRequest request, HostDevices host, Log log)
    {
        MachineConfiguration configuration = QemuConfiguration.Machine(request, host, log);
        foreach (string note in request.Notes)
        {
            log.Warning(note);
        }

        return configuration;
    }

    private static void DumpDeviceTree(QemuRequest request, string file, Log log)
    {
        using HostDevices host = new(terminalTaken: false, request.AllowRemote, log);
        using var port = MachineDebugPort.Create(QemuConfiguration.Machine(request, host, log), static _ => { });
        InputFile.Write("-machine dumpdtb", file, port.DeviceTree.Span);
        Log.StandardError.WriteLine($"gdbhost: info: dtb dumped to {file}. Exiting.");
    }
}
