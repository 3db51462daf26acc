using System;
using System.Collections.Generic;
using System.IO;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Server;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Run;

/// <summary>How a guest is run and who may come near it, whichever command line said so; what the machine is stands in its configuration.</summary>
internal sealed record RunSettings
{
    private const string GdbOption = "--gdb";
    private const string NoGdb = "none";

    public TimeSpan? Timeout { get; init; }

    /// <summary>Instructions after which the run ends.</summary>
    public ulong? MaxInstructions { get; init; }

    /// <summary>Not faster than real time.</summary>
    public bool Paced { get; init; }

    public required SerialLine Serial { get; init; }

    /// <summary>Where the Secure UART's output goes: none, stdio or file:PATH.</summary>
    public string SecureSerial { get; init; } = "none";

    /// <summary>Where gdb can connect; null for nowhere.</summary>
    public ListenAddress? Gdb { get; init; }

    /// <summary>The option that said so, for messages.</summary>
    public string GdbNamedBy { get; init; } = GdbOption;

    public string? GdbPortFile { get; init; }

    public bool AllowRemote { get; init; }

    /// <summary>What becomes of the guest when gdb's connection breaks.</summary>
    public DisconnectAction OnDisconnect { get; init; }

    /// <summary>Stay stopped until gdb lets the guest run.</summary>
    public bool Wait { get; init; }

    /// <summary>Makes the gdb script that decides how the run ends; null for none.</summary>
    public Func<GdbScript>? Script { get; init; }

    /// <summary>Name generated code for perf.</summary>
    public bool PerfMap { get; init; }

    /// <summary>A snapshot to begin from; null to begin at reset.</summary>
    public string? Restore { get; init; }

    /// <summary>Where the log of exceptions to EL2 and EL3 goes at the end; null for no log.</summary>
    public string? TrapLog { get; init; }

    /// <summary>Where a report for a browser goes at the end; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>The option that has named it, for messages.</summary>
    public string ReportNamedBy { get; init; } = "--report";

    /// <summary>Files with the guests' symbols, each FILE or FILE@OFFSET.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>The option that has named them, for messages.</summary>
    public string SymbolsNamedBy { get; init; } = "--symbols";

    /// <summary>The words after the program's name.</summary>
    public string CommandLine { get; init; } = "";

    public GuestEnding Ending { get; init; } = new();

    /// <summary>The exit status when a signal ends the run; null for 128 and the signal's number, as shells report it.</summary>
    public int? SignalStatus { get; init; }

    /// <exception cref="UserErrorException">A value cannot be used.</exception>
    public static RunSettings Of(GuestOptions options)
    {
        if (options.Gdb == NoGdb && options.Wait)
        {
            throw new UserErrorException($"--wait: with {GdbOption} none nobody could let the guest run; remove one of them");
        }

        (string? script, string? junit, string? symbols) = options is RunOptions run ? (run.Script, run.Junit, run.Kernel) : default;
        if (script is null && junit is not null)
        {
            throw new UserErrorException("--junit: there is no script to report on; name one with --script");
        }

        if (script is not null && options.Gdb == NoGdb)
        {
            throw new UserErrorException($"--script: its gdb has nowhere to connect with {GdbOption} none; remove one of them");
        }

        if (script is not null && !File.Exists(script))
        {
            throw new UserErrorException($"--script: there is no file {script}");
        }

        return new RunSettings
        {
            Script = script is null ? null : () => new GdbScript(script, InputFile.IsElf(symbols) ? symbols : null, junit),
            Timeout = options.Timeout is null ? null : OptionValues.Seconds("--timeout", options.Timeout),
            MaxInstructions = options.MaxInstructions is null
                ? null
                : OptionValues.Number("--max-instructions", options.MaxInstructions, 1, ulong.MaxValue),
            Paced = OptionValues.Word("--clock", options.Clock, "virtual", "host") == "host",
            Serial = new SerialLine("--serial", options.Serial),
            SecureSerial = options.SecureSerial,
            Gdb = options.Gdb == NoGdb ? null : OptionValues.Listen(
                GdbOption, script is not null && options.Gdb == GuestOptions.GdbDefault ? GuestOptions.GdbForScript : options.Gdb, options.AllowRemote),
            GdbPortFile = options.GdbPortFile,
            AllowRemote = options.AllowRemote,
            Wait = options.Wait || script is not null,
            OnDisconnect = OptionValues.Word("--on-disconnect", options.OnDisconnect, "as-found", "stop", "continue", "exit") switch
            {
                "stop" => DisconnectAction.Stop,
                "continue" => DisconnectAction.Continue,
                "exit" => DisconnectAction.Exit,
                _ => DisconnectAction.AsFound,
            },
            PerfMap = options.PerfMap,
            Restore = options.Restore,
            TrapLog = options.TrapLog,
            Report = options.Report,
            Symbols = [.. options.Symbols],
            Ending = new GuestEnding
            {
                OnReset = OptionValues.Word("--on-reset", options.OnReset, "end", "reboot", "power-off") switch
                {
                    "reboot" => ResetAction.Reboot,
                    "power-off" => ResetAction.PowerOff,
                    _ => ResetAction.End,
                },
            },
        };
    }
}
