using System;
using GdbHost.GdbStub.CommandLine;

namespace GdbHost.GdbStub.Qemu;

/// <summary>
/// Where a line leads, in the words of -serial and of -chardev (QEMU 7.2 documentation, Invocation, Character device options and
/// -serial), as a line of ours.
/// </summary>
internal static class CharacterDevice
{
    public const string Nowhere = "none";
    public const string Stdio = "stdio";
    public const string MuxedStdio = "mon:stdio";

    private const string Mux = "mon:";
    private const string Tcp = "tcp:";
    private const string Unix = "unix:";
    private const string FilePrefix = "file:";
    private const string Named = "chardev:";
    private const string Known = "stdio, mon:stdio, null, none, file:PATH, tcp:HOST:PORT,server=on,wait=off or unix:PATH,server=on,wait=off";

    /// <summary>The line of "-serial TEXT".</summary>
    public static SerialLine OfSerial(QemuRequest request, string text)
    {
        string option = $"-serial {text}";
        if (text.StartsWith(Mux, StringComparison.Ordinal))
        {
            if (text == MuxedStdio)
            {
                return new SerialLine(option, MuxedStdio) { EscapeKey = request.EscapeKey };
            }

            request.Note($"{option}: there is no QEMU monitor to share the line with");
            return OfSerial(request, text[Mux.Length..]);
        }

        if (text.StartsWith(Named, StringComparison.Ordinal))
        {
            string id = text[Named.Length..];
            return request.CharacterDevices.TryGetValue(id, out SerialLine? line)
                ? line with { EscapeKey = request.EscapeKey }
                : throw QemuRequest.Refusal(option, $"there is no -chardev with id={id}");
        }

        if (text.StartsWith(Tcp, StringComparison.Ordinal))
        {
            return OfSocket(option, "address", text[Tcp.Length..], Tcp);
        }

        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            return OfSocket(option, "path", text[Unix.Length..], Unix);
        }

        return text switch
        {
            "none" or "null" => new SerialLine(option, Nowhere),
            Stdio => new SerialLine(option, Stdio),
            _ when text.StartsWith(FilePrefix, StringComparison.Ordinal) => new SerialLine(option, text),
            _ when text.StartsWith("vc", StringComparison.Ordinal) => WithoutWindow(request, option),
            _ => throw QemuRequest.Refusal(option, $"this kind of line is not built; use {Known}"),
        };
    }

    /// <summary>Reads "-chardev BACKEND,id=ID,...".</summary>
    public static void ReadChardev(QemuRequest request, string value)
    {
        var pairs = new KeyValues("-chardev", value, "backend");
        string backend = pairs.Take("backend") ?? "";
        string id = pairs.Take("id") ?? throw QemuRequest.Refusal($"-chardev {value}", "it has no id; add id=NAME");
        string option = $"-chardev {backend},id={id}";
        bool mux = pairs.TakeFlag("mux") ?? false;
        SerialLine line = backend switch
        {
            "null" => new SerialLine(option, Nowhere),
            "vc" => WithoutWindow(request, option),
            Stdio => new SerialLine(option, mux ? MuxedStdio : Stdio) { PassesSignals = !(pairs.TakeFlag("signal") ?? true) },
            "file" => new SerialLine(option, FilePrefix + (pairs.Take("path") ?? throw QemuRequest.Refusal(option, "it has no path; add path=FILE"))),
            "socket" => OfNamedSocket(option, pairs),
            _ => throw QemuRequest.Refusal($"-chardev {backend}", "this backend is not built; use stdio, null, file or socket"),
        };
        pairs.Take("append");
        pairs.RefuseRest("id=, mux= and what the backend needs: signal=, path=, host=, port=, server= or wait=");
        request.CharacterDevices[id] = line;
    }

    private static SerialLine WithoutWindow(QemuRequest request, string option)
    {
        request.Note($"{option}: there is no window; the line leads nowhere");
        return new SerialLine(option, Nowhere);
    }

    private static SerialLine OfNamedSocket(string option, KeyValues pairs)
    {
        string? path = pairs.Take("path");
        string address = path ?? $"{pairs.Take("host")}:{pairs.Take("port")}";
        return Listening(option, (path is null ? Tcp : Unix) + address, pairs);
    }

    private static SerialLine OfSocket(string option, string first, string text, string prefix)
    {
        var pairs = new KeyValues(option, text, first);
        string address = pairs.Take(first) ?? throw QemuRequest.Refusal(option, "it has no address");
        SerialLine line = Listening(option, prefix + address, pairs);
        pairs.RefuseRest("server=, wait= and nodelay=");
        return line;
    }

    private static SerialLine Listening(string option, string to, KeyValues pairs)
    {
        bool server = pairs.TakeFlag("server") ?? false;
        bool wait = pairs.TakeFlag("wait") ?? true;
        pairs.Take("delay");
        pairs.Take("nodelay");
        return server
            ? new SerialLine(option, to, WaitsForClient: wait)
            : throw QemuRequest.Refusal(option, "gdbhost connects to nobody; add server=on,wait=off and connect to it");
    }
}
