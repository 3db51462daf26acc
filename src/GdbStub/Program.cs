using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.GdbStub.Run;
using GdbHost.GdbStub.Session;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub;

/// <summary>Reads the command line and starts the verb; the one place where errors become lines on stderr and statuses.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            var arguments = Arguments.Parse(args);
            if (arguments.Verb is null)
            {
                Console.Out.WriteLine(arguments.Text);
                return ExitStatus.PoweredOff;
            }

            return await StartAsync(arguments.Verb, TypedLine.Of(["gdbhost", .. args]));
        }
        catch (Exception e) when (e is UserErrorException or MachineConfigurationException)
        {
            Log.StandardError.WriteLine($"gdbhost: {e.Message}");
            return ExitStatus.BadInput;
        }
    }

    private static async Task<int> StartAsync(VerbOptions verb, string line)
    {
        switch (verb)
        {
            case DemoOptions demo:
                return await new GuestProgram(RunSettings.Of(demo) with { CommandLine = line }, OptionValues.Log(demo.Log, Log.StandardError)).RunAsync(
                    _ => Configuration.Of(demo),
                    (configuration, machine, attach) => Announcement.Demo(Console.Out, configuration, machine, attach));

            case RunOptions run when PciDeviceOption.HelpWanted(run.Device) is string help:
                Console.Out.WriteLine(help);
                return ExitStatus.PoweredOff;

            case RunOptions run:
                Log log = OptionValues.Log(run.Log, Log.StandardError);
                return await new GuestProgram(RunSettings.Of(run) with { CommandLine = line }, log).RunAsync(
                    host => Configuration.Of(run, host, log),
                    (configuration, _, attach) => Announcement.Run(log, configuration, attach));

            case QemuVerb qemu:
                return await QemuRun.RunAsync(qemu.Words, line);

            case DtbOptions dtb:
                WriteDeviceTree(dtb);
                return ExitStatus.PoweredOff;

            default:
                ListBoards();
                return ExitStatus.PoweredOff;
        }
    }

    private static void WriteDeviceTree(DtbOptions options)
    {
        using var port = MachineDebugPort.Create(Configuration.OfBoard(options), static _ => { });
        if (options.Output is not null)
        {
            InputFile.Write("--output", options.Output, port.DeviceTree.Span);
            return;
        }

        using Stream output = Console.OpenStandardOutput();
        output.Write(port.DeviceTree.Span);
    }

    private static void ListBoards()
    {
        foreach (string name in MachineDebugPort.BoardNames)
        {
            Console.Out.WriteLine(name);
        }
    }
}
