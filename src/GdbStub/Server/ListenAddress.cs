using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GdbHost.GdbStub.Server;

/// <summary>Where to listen: a TCP address, or the path of a Unix-domain socket.</summary>
internal sealed record ListenAddress(EndPoint EndPoint)
{
    private const string UnixPrefix = "unix:";

    /// <summary>Whether only this host can connect.</summary>
    public bool IsLocal => EndPoint is not IPEndPoint ip || IPAddress.IsLoopback(ip.Address);

    public string? UnixPath => EndPoint is UnixDomainSocketEndPoint unix ? unix.ToString() : null;

    /// <summary>Reads HOST:PORT, [V6]:PORT, :PORT, PORT or unix:PATH.</summary>
    /// <param name="reason">Why the text is no address.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, out string reason)
    {
        address = null;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return TryParseUnix(text[UnixPrefix.Length..], out address, out reason);
        }

        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        string port = text[(colon + 1)..];
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
        {
            reason = $"\"{port}\" is no port number (0 to 65535)";
            return false;
        }

        if (!TryResolve(host, out IPAddress? ip))
        {
            reason = $"\"{host}\" is neither an IP address nor the name of this host's own address";
            return false;
        }

        address = new ListenAddress(new IPEndPoint(ip, number));
        reason = "";
        return true;
    }

    /// <summary>What gdb's "target remote" takes to get to a socket that listens here.</summary>
    public static string ForGdb(EndPoint listening) => listening switch
    {
        // gdb takes a missing host for this one.
        IPEndPoint ip when ip.Address.Equals(IPAddress.Loopback) || ip.Address.Equals(IPAddress.Any) => $":{ip.Port}",
        IPEndPoint ip when ip.Address.Equals(IPAddress.IPv6Any) => $"[::1]:{ip.Port}",
        _ => listening.ToString()!,
    };

    /// <summary>What a user who has allowed it should still know.</summary>
    public static string Exposure(string option, string text) =>
        $"{option} {text} can be reached from other hosts: whoever connects controls the guest";

    /// <summary>Why listening there failed, and what to do.</summary>
    public static string Problem(ListenAddress address, SocketException failure)
    {
        string where = address.UnixPath ?? address.EndPoint.ToString()!;
        return failure.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"{where} is in use; choose another, or port 0 for a free one",
            SocketError.AccessDenied => $"listening at {where} is not permitted; choose a port above 1023 or another path",
            SocketError.AddressNotAvailable when address.UnixPath is not null => $"the folder of {where} does not exist; check the path",
            SocketError.AddressNotAvailable => $"{where} is no address of this host; use 127.0.0.1",
            _ => $"cannot listen at {where}: {failure.Message}",
        };
    }

    private static bool TryParseUnix(string path, out ListenAddress? address, out string reason)
    {
        address = null;
        reason = "";
        try
        {
            address = new ListenAddress(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (ArgumentException)
        {
            reason = path.Length == 0 ? "the path is missing" : "the path is too long for a Unix-domain socket (107 bytes)";
            return false;
        }
    }

    private static bool TryResolve(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        if (host is "" or "localhost")
        {
            address = IPAddress.Loopback;
            return true;
        }

        if (IPAddress.TryParse(host, out address))
        {
            return true;
        }

        try
        {
            IPAddress[] found = Dns.GetHostAddresses(host);
            address = found.Length > 0 ? found[0] : null;
        }
        catch (SocketException)
        {
            address = null;
        }

        return address is not null;
    }
}
