using System;
using System.IO;
using System.Net.Sockets;
using GdbHost.GdbStub.Serial;
using GdbHost.GdbStub.Server;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>Where a serial line leads, as an option said it.</summary>
/// <param name="Option">The option, for messages.</param>
/// <param name="To">stdio, mon:stdio, none, file:PATH, tcp:HOST:PORT or unix:PATH.</param>
/// <param name="WaitsForClient">The guest does not run before somebody has picked up the line; for tcp: and unix:.</param>
internal sealed record SerialLine(string Option, string To, bool WaitsForClient = false)
{
    public const byte ControlA = 1;

    /// <summary>The key that begins a command to gdbhost on mon:stdio.</summary>
    public byte EscapeKey { get; init; } = ControlA;

    /// <summary>Ctrl-C goes to the guest also without mon:.</summary>
    public bool PassesSignals { get; init; }
}

/// <summary>Opens a serial line.</summary>
internal static class SerialOption
{
    private const string MuxedStdio = "mon:stdio";
    private const string FilePrefix = "file:";
    private const string TcpPrefix = "tcp:";
    private const string UnixPrefix = "unix:";

    /// <param name="quit">Ends the run, when the user says so by a key of mon:stdio.</param>
    public static ISerialBackend Open(SerialLine line, bool allowRemote, Log log, Action quit)
    {
        string text = line.To;
        if (text is "stdio")
        {
            return new StdioSerial(keys: null, passesSignals: line.PassesSignals);
        }

        if (text is MuxedStdio)
        {
            return new StdioSerial(new EscapeKeys(line.EscapeKey, quit), passesSignals: true);
        }

        if (text is "none")
        {
            return new NoSerial();
        }

        if (text.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return OpenFile(line.Option, text[FilePrefix.Length..]);
        }

        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal))
        {
            return OpenSocket(line, OptionValues.Listen(line.Option, text[TcpPrefix.Length..], allowRemote), log);
        }

        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return OpenSocket(line, OptionValues.Listen(line.Option, text, allowRemote), log);
        }

        throw new UserErrorException($"{line.Option}: \"{text}\" is not known; use stdio, mon:stdio, none, file:PATH, tcp:HOST:PORT or unix:PATH");
    }

    /// <summary>The value of an option that names where a line's output goes, and no input comes from.</summary>
    public static ISerialBackend OpenOutput(string option, string text)
    {
        return text switch
        {
            "stdio" => new StdioSerial(keys: null, passesSignals: false),
            "none" => new NoSerial(),
            _ when text.StartsWith(FilePrefix, StringComparison.Ordinal) => OpenFile(option, text[FilePrefix.Length..]),
            _ => throw new UserErrorException($"{option}: \"{text}\" is not known; use none, stdio or file:PATH"),
        };
    }

    private static FileSerial OpenFile(string option, string path)
    {
        try
        {
            return new FileSerial(path);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new UserErrorException($"{option}: the folder of {path} does not exist; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException($"{option}: cannot write \"{path}\": {e.Message}", e);
        }
    }

    private static SocketSerial OpenSocket(SerialLine line, ListenAddress address, Log log)
    {
        if (!address.IsLocal)
        {
            log.Warning(ListenAddress.Exposure(line.Option, address.EndPoint.ToString()!));
        }

        try
        {
            var serial = new SocketSerial(address, line.WaitsForClient);
            log.Info($"serial line at {(serial.Port is int port ? $"TCP port {port}" : address.UnixPath)}");
            return serial;
        }
        catch (SocketException e)
        {
            throw new UserErrorException($"{line.Option}: {ListenAddress.Problem(address, e)}", e);
        }
    }
}
