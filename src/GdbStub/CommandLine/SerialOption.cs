using System;
using System.IO;
using System.Net.Sockets;
using GdbHost.GdbStub.Serial;
using GdbHost.GdbStub.Server;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>The values of --serial and its like, and the lines that they open.</summary>
internal static class SerialOption
{
    private const string Option = "--serial";
    private const string FilePrefix = "file:";
    private const string TcpPrefix = "tcp:";
    private const string UnixPrefix = "unix:";

    public static ISerialBackend Open(string text, bool allowRemote, Log log)
    {
        if (text is "stdio")
        {
            return new StdioSerial();
        }

        if (text is "none")
        {
            return new NoSerial();
        }

        if (text.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return OpenFile(Option, text[FilePrefix.Length..]);
        }

        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal))
        {
            return OpenSocket(OptionValues.Listen(Option, text[TcpPrefix.Length..], allowRemote), log);
        }

        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return OpenSocket(OptionValues.Listen(Option, text, allowRemote), log);
        }

        throw new UserErrorException($"{Option}: \"{text}\" is not known; use stdio, none, file:PATH, tcp:HOST:PORT or unix:PATH");
    }

    /// <summary>The value of an option that names where a line's output goes, and no input comes from.</summary>
    public static ISerialBackend OpenOutput(string option, string text)
    {
        return text switch
        {
            "stdio" => new StdioSerial(),
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

    private static SocketSerial OpenSocket(ListenAddress address, Log log)
    {
        if (!address.IsLocal)
        {
            log.Warning(ListenAddress.Exposure(Option, address.EndPoint.ToString()!));
        }

        try
        {
            var serial = new SocketSerial(address);
            log.Info($"serial line at {(serial.Port is int port ? $"TCP port {port}" : address.UnixPath)}");
            return serial;
        }
        catch (SocketException e)
        {
            throw new UserErrorException($"{Option}: {ListenAddress.Problem(address, e)}", e);
        }
    }
}
