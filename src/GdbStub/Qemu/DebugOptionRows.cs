using System;
using System.Collections.Generic;
using static GdbHost.GdbStub.Qemu.QemuOption;

namespace GdbHost.GdbStub.Qemu;

/// <summary>Options about running, ending, debugging and tracing.</summary>
internal static class DebugOptionRows
{
    private const string DefaultGdb = "tcp::1234";
    private const string GdbForms = "tcp:HOST:PORT, tcp::PORT, unix:PATH,server=on,wait=off or none";

    public static readonly IReadOnlyList<QemuOption> Table =
    [
        Honored("S", "", "stay stopped until gdb lets the guest run", (r, _) => r.Stopped = true),
        Honored("s", "", "as -gdb tcp::1234, on this host only", (r, _) => ReadGdb(r, DefaultGdb)),
        Honored("gdb", "AT", GdbForms, ReadGdb),
        Honored("no-reboot", "", "a reset ends the run with status 0; without it the guest begins again", (r, _) => r.NoReboot = true),
        Honored("no-shutdown", "", "a guest that switches itself off stands still and gdb can look at it", (r, _) => r.NoShutdown = true),
        Honored("action", "reboot=reset|shutdown,shutdown=poweroff|pause", "as -no-reboot and -no-shutdown", ReadAction),
        Honored("semihosting", "", "HLT 0xF000 calls the host", (r, _) => r.Semihosting = true),
        Honored("semihosting-config", "[enable=on][,target=native|auto][,arg=TEXT...]", "as -semihosting, with the guest's command line", ReadSemihosting),
        Honored("rtc", "base=YYYY-MM-DD[THH:MM:SS]", "what the clock says at the start", ReadRtc),
        Honored("pidfile", "FILE", "the process number goes there", (r, v) => r.PidFile = v),
        Noted("icount", "...", "time is always the count of instructions, one nanosecond each (shift=0)") with { Apply = ReadInstructionCount },
        Noted("d", "ITEMS", "nothing is traced; gdb and its \"monitor\" command show the machine"),
        Noted("D", "FILE", "there is no log file"),
        Noted("trace", "...", "nothing is traced"),
        Noted("dfilter", "...", "nothing is traced"),
        Same("singlestep", "", "there are no translated blocks that a guest could tell"),
        Refused("daemonize", "", "gdbhost stays in the foreground; start it with &"),
        Refused("incoming", "...", "migration is not built"),
        Refused("loadvm", "...", "QEMU's snapshots are not read"),
    ];

    private static void ReadGdb(QemuRequest request, string value)
    {
        const string Tcp = "tcp:";
        const string Unix = "unix:";
        if (value == "none")
        {
            request.GdbAddress = null;
            return;
        }

        bool unix = value.StartsWith(Unix, StringComparison.Ordinal);
        if (!unix && !value.StartsWith(Tcp, StringComparison.Ordinal))
        {
            throw QemuRequest.Refusal($"-gdb {value}", $"this kind of line is not built; use {GdbForms}");
        }

        var pairs = new KeyValues($"-gdb {value}", value, "address");
        string address = pairs.Take("address") ?? "";

        // For TCP QEMU itself adds server=on,wait=off.
        bool server = (pairs.TakeFlag("server") ?? false) | !unix;
        bool wait = pairs.TakeFlag("wait") ?? true;
        pairs.Take("delay");
        pairs.Take("nodelay");
        pairs.RefuseRest("server=, wait= and nodelay=");
        if (!server)
        {
            throw QemuRequest.Refusal($"-gdb {value}", "gdbhost connects to nobody; add server=on,wait=off");
        }

        // Where it may listen is known when all options are.
        request.GdbAddress = unix ? address : address[Tcp.Length..];
        request.GdbWaits = unix && wait;
    }

    private static void ReadAction(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-action", value);
        request.NoReboot = pairs.Take("reboot") switch
        {
            "shutdown" => true,
            "reset" => false,
            null => request.NoReboot,
            string other => throw QemuRequest.Refusal($"-action reboot={other}", "use reboot=reset or reboot=shutdown"),
        };
        request.NoShutdown = pairs.Take("shutdown") switch
        {
            "pause" => true,
            "poweroff" => false,
            null => request.NoShutdown,
            string other => throw QemuRequest.Refusal($"-action shutdown={other}", "use shutdown=poweroff or shutdown=pause"),
        };
        if (pairs.Take("panic") is not null | pairs.Take("watchdog") is not null)
        {
            request.Note("-action panic= and watchdog= are ignored: the board has no such devices");
        }

        pairs.RefuseRest("reboot= and shutdown=");
    }

    private static void ReadSemihosting(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-semihosting-config", value, "enable");
        request.Semihosting = pairs.TakeFlag("enable") ?? true;
        if (pairs.Take("target") is string target && target is not ("native" or "auto"))
        {
            throw QemuRequest.Refusal($"-semihosting-config target={target}", "gdbhost itself answers the calls; use target=native");
        }

        if (pairs.TakeFlag("userspace") is true)
        {
            request.Note("-semihosting-config userspace=on is ignored: the call is UNDEFINED at EL0");
        }

        if (pairs.Take("chardev") is not null)
        {
            request.Note("-semihosting-config chardev= is ignored: the console of the calls is the serial line");
        }

        var arguments = new List<string>();
        pairs.ForEachLeft((key, text) => arguments.Add(
            key == "arg" ? text : throw QemuRequest.Refusal($"-semihosting-config {key}", "use enable=, target=, userspace= or arg=")));
        request.SemihostingArguments = arguments.Count > 0 ? string.Join(' ', arguments) : request.SemihostingArguments;
    }

    private static void ReadRtc(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-rtc", value);
        string? start = pairs.Take("base");
        if (start is "utc" or "localtime")
        {
            request.Note($"-rtc base={start} is ignored: the clock begins at the same date in every run; give a date as base");
        }
        else if (start is not null)
        {
            request.RtcSeconds = Seconds(start);
        }

        if (pairs.Take("clock") is not null | pairs.Take("driftfix") is not null)
        {
            request.Note("-rtc clock= and driftfix= are ignored: the clock follows virtual time");
        }

        pairs.RefuseRest("base=");
    }

    private static uint Seconds(string date)
    {
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"];
        bool known = DateTimeOffset.TryParseExact(
            date,
            forms,
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal,
            out DateTimeOffset start);
        long seconds = start.ToUnixTimeSeconds();
        return known && seconds is >= 0 and <= uint.MaxValue
            ? (uint)seconds
            : throw QemuRequest.Refusal($"-rtc base={date}", "this is no date of the clock; write it like 2023-01-31T12:00:00");
    }

    private static void ReadInstructionCount(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-icount", value, "shift");
        if (pairs.Take("rr") is not null)
        {
            throw QemuRequest.Refusal($"-icount {value}", "recording is not needed: the same inputs always give the same run; leave rr= out");
        }

        if (pairs.Take("shift") is not "0")
        {
            request.Note($"-icount {value} is ignored: time is always the count of instructions, one nanosecond each (shift=0)");
        }
    }
}
