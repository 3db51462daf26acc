using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Attached;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Serial;
using GdbHost.GdbStub.Server;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Symbols;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Run;

/// <summary>The verbs that run a guest: listen, build the machine, let it run, serve debuggers, and end with a status.</summary>
internal sealed class GuestProgram(RunSettings settings, Log log)
{
    private const string TrapLogOption = "--trap-log";

    // How long a machine that does not stop may delay the end of the program.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    // The same where the user wants to know where it was: a busy host may take the machine's thread off for longer.
    private static readonly TimeSpan PostMortemTime = TimeSpan.FromSeconds(20);

    // How long a script may go on after its guest has ended.
    private static readonly TimeSpan ScriptTime = TimeSpan.FromSeconds(60);

    /// <param name="configure">Reads the guest's files and opens what is behind its devices; called after the port is open.</param>
    /// <param name="announce">Tells the user what is there, before the guest runs.</param>
    public async Task<int> RunAsync(Func<HostDevices, MachineConfiguration> configure, Action<MachineConfiguration, MachineTarget, string?> announce)
    {
        using TcpServer? server = Listen();
        using PerfMap? perfMap = settings.PerfMap ? PerfMap.Create() : null;
        using HostDevices host = new(settings.Serial.To.EndsWith("stdio", StringComparison.Ordinal), settings.AllowRemote, log);
        MachineConfiguration configuration = configure(host) with { OnGeneratedCode = perfMap is null ? null : perfMap.Add };
        GuestRun? guest = null;
        using ISerialBackend serial = SerialOption.Open(
            settings.Serial, settings.AllowRemote, log, () => guest?.Finish(new GuestEnd(ExitStatus.PoweredOff, "ended by the user")));
        using ISerialBackend secureSerial = OpenSecureSerial(configuration);
        Action<ulong>? pace = settings.Paced ? new RealTimePace().Hold : host.HasNetworks ? host.HoldForNetworks : null;
        IReadOnlyList<(SymbolTable Table, SymbolLibrary? Library)> symbols = Programs.Symbols(settings, configuration);
        using var machine = MachineTarget.Create(
            configuration, b => serial.Write([b]), settings.MaxInstructions, pace, settings.Ending, b => secureSerial.Write([b]),
            [.. symbols.Select(static s => s.Library).OfType<SymbolLibrary>()]);
        if (settings.Restore is not null && machine.LoadSnapshot(settings.Restore) is string problem)
        {
            throw new UserErrorException($"--restore: {problem}");
        }

        machine.Description = new RunDescription(settings.CommandLine, [.. symbols.Select(static s => s.Table)]);
        ExitReport? report = ExitReport.Begin(settings.Report, settings.ReportNamedBy);
        if (settings.TrapLog is not null)
        {
            InputFile.Write(TrapLogOption, settings.TrapLog, []);
            machine.Inspection.RecordTraps(MachineInspection.DefaultTraps);
        }
        else if (report is not null)
        {
            machine.Inspection.RecordTraps(MachineInspection.DefaultTraps);
        }
        else if (settings.Timeout is not null)
        {
            machine.Inspection.RecordTraps(PostMortem.TrapsKept);
        }

        guest = new GuestRun(machine) { OnDisconnect = settings.OnDisconnect };
        announce(configuration, machine, Attach(server));

        using SignalEnds signals = new(guest, settings.SignalStatus);
        using Timer? timer = settings.Timeout is TimeSpan time
            ? new Timer(_ => guest.Finish(TimedOut(time)), null, time, Timeout.InfiniteTimeSpan)
            : null;
        host.Start(machine);
        serial.Start(machine.ReceiveSerial, machine.EndSerialInput);
        await Task.WhenAny(serial.Ready, guest.Ended);
        if (!settings.Wait && !guest.Ended.IsCompleted)
        {
            guest.Start();
        }

        using GdbScript? script = settings.Script?.Invoke();
        Task<GuestEnd>? scripted = script is null ? null : FollowAsync(script, server!, guest);
        GuestEnd end = await ServeAsync(server, guest);
        if (scripted is not null && end.ExitStatus != ExitStatus.StuckOrTimeout && await Task.WhenAny(scripted, Task.Delay(ScriptTime)) == scripted)
        {
            // The script decides, not the guest, whose end it may have waited for.
            end = await scripted;
        }

        script?.Dispose();
        script?.Report(end);
        await StopAsync(guest, end, serial, secureSerial);
        if (report is not null && !await report.TryWriteAsync(guest, end, PostMortemTime))
        {
            log.Warning($"{settings.ReportNamedBy}: the guest does not stand still, so there is no report of it");
        }

        if (settings.TrapLog is not null)
        {
            InputFile.Write(TrapLogOption, settings.TrapLog, TrapFacts.Lines(machine.Inspection.ReadTraps(int.MaxValue).Traps));
        }

        // Known only of a machine that stands still by itself; scripts/bench.sh reads it.
        bool counted = end.ExitStatus is ExitStatus.PoweredOff or ExitStatus.ResetRefused;
        string reason = counted ? string.Create(CultureInfo.InvariantCulture, $"{end.Reason}; {machine.Instructions} instructions") : end.Reason;
        log.Outcome(end.ExitStatus == ExitStatus.StuckOrTimeout ? LogLevel.Error : LogLevel.Info, reason);
        return end.ExitStatus;
    }

    private async Task StopAsync(GuestRun guest, GuestEnd end, params ISerialBackend[] serials)
    {
        Task stopped = guest.StopAsync();
        bool wanted = end.ExitStatus == ExitStatus.StuckOrTimeout;
        if (await Task.WhenAny(stopped, Task.Delay(wanted ? PostMortemTime : StopTime)) == stopped && wanted)
        {
            // Whoever finds this in the log of a night's run wants to know where the guest was.
            foreach (string line in PostMortem.Lines(guest.Target))
            {
                log.Info(line);
            }
        }

        // Before the machine is taken down: a guest that waits for a slow reader of its output must come free.
        foreach (ISerialBackend serial in serials)
        {
            serial.Dispose();
        }
    }

    private ISerialBackend OpenSecureSerial(MachineConfiguration configuration)
    {
        const string Option = "--secure-serial";
        ISerialBackend serial = SerialOption.OpenOutput(Option, settings.SecureSerial);
        return configuration.El3 || serial is NoSerial
            ? serial
            : throw new UserErrorException($"{Option}: the board has no Secure UART without el3=on; add it to --machine");
    }

    private static GuestEnd TimedOut(TimeSpan time) => new(
        ExitStatus.StuckOrTimeout,
        string.Create(CultureInfo.InvariantCulture, $"the guest still ran after the {time.TotalSeconds} s of --timeout"));

    private async Task<GuestEnd> ServeAsync(TcpServer? server, GuestRun guest)
    {
        using var stop = new CancellationTokenSource();
        Task serving = server is null ? Task.CompletedTask : server.RunAsync(
            (connection, ending) => new DebugSession(connection, guest, Commands.All.Table, log).RunAsync(ending), stop.Token);
        GuestEnd end = await guest.Ended;
        await stop.CancelAsync();
        await serving;
        return end;
    }

    private static async Task<GuestEnd> FollowAsync(GdbScript script, TcpServer server, GuestRun guest)
    {
        GuestEnd end;
        try
        {
            end = await script.RunAsync(ListenAddress.ForGdb(server.EndPoint));
        }
        catch (UserErrorException e)
        {
            end = new GuestEnd(ExitStatus.BadInput, e.Message);
        }

        guest.Finish(end);
        return end;
    }

    private TcpServer? Listen()
    {
        if (settings.Gdb is not ListenAddress address)
        {
            return null;
        }

        if (!address.IsLocal)
        {
            log.Warning(ListenAddress.Exposure(settings.GdbNamedBy, address.EndPoint.ToString()!));
        }

        try
        {
            var server = new TcpServer(address, log);
            if (settings.GdbPortFile is not null)
            {
                string where = server.Port?.ToString(CultureInfo.InvariantCulture) ?? address.UnixPath!;
                InputFile.Write("--gdb-port-file", settings.GdbPortFile, Encoding.ASCII.GetBytes(where + "\n"));
            }

            return server;
        }
        catch (SocketException e)
        {
            throw new UserErrorException($"{settings.GdbNamedBy}: {ListenAddress.Problem(address, e)}", e);
        }
    }

    /// <summary>What the user types to attach.</summary>
    private static string? Attach(TcpServer? server) =>
        server is null ? null : $"gdb-multiarch -ex 'target remote {ListenAddress.ForGdb(server.EndPoint)}'";
}
