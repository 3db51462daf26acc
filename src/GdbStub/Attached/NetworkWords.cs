using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using GdbHost.GdbStub.Backends;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Qemu;
using GdbHost.Machine.Network;

namespace GdbHost.GdbStub.Attached;

/// <summary>A user network as -netdev names it (QEMU 7.2 documentation, Invocation, Network options).</summary>
internal sealed record NetworkWords(string Option, bool Restricted, IReadOnlyList<PortForward> Forwards)
{
    private const string ForwardForm = "hostfwd=tcp:[HOST-ADDRESS]:PORT-[10.0.2.15]:PORT";

    /// <summary>The file of --pcap, or of -object filter-dump.</summary>
    public string? CaptureFile { get; set; }

    /// <summary>Reads what stands behind "user".</summary>
    /// <param name="option">The option, for messages.</param>
    public static NetworkWords Read(string option, KeyValues pairs)
    {
        List<PortForward> forwards = [.. pairs.TakeAll("hostfwd").Select(f => Forward(option, f))];
        bool restricted = pairs.TakeFlag("restrict") ?? false;
        if (pairs.Take("net") is string net && net is not ("10.0.2.0/24" or "10.0.2.0" or "10.0.2.0/255.255.255.0"))
        {
            throw QemuRequest.Refusal($"{option}: net={net}", "the user network is 10.0.2.0/24; leave it out");
        }

        if (pairs.TakeFlag("ipv4") == false)
        {
            throw QemuRequest.Refusal($"{option}: ipv4=off", "the user network is one of IPv4; leave it out");
        }

        pairs.Take("ipv6");
        pairs.Take("hostname");
        pairs.RefuseRest("id=, hostfwd= or restrict=");
        return new NetworkWords(option, restricted, forwards);
    }

    /// <summary>Opens its ports.</summary>
    public UserNetworkConfiguration Open(HostDevices host)
    {
        PcapFile? capture = CaptureFile is null ? null : host.Keep(OpenCapture(CaptureFile));
        if (Restricted && Forwards.Count == 0)
        {
            host.AddNetwork(null);
            return new UserNetworkConfiguration(null, capture);
        }

        HostNetwork network = host.Keep(new HostNetwork(reaches: !Restricted));
        foreach (PortForward forward in Forwards)
        {
            host.CheckRemote(Option, forward.Listen);
            try
            {
                host.Tell($"TCP port {network.Listen(forward)} leads to port {forward.GuestPort} of the guest");
            }
            catch (SocketException e)
            {
                throw new UserErrorException($"{Option}: cannot listen at {forward.Listen}: {e.Message}; choose another port", e);
            }
        }

        host.AddNetwork(network);
        return new UserNetworkConfiguration(network, capture);
    }

    private static PcapFile OpenCapture(string path)
    {
        try
        {
            return new PcapFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException($"--pcap: cannot write {path}: {e.Message}", e);
        }
    }

    private static PortForward Forward(string option, string text)
    {
        string[] sides = text.Split('-');
        string[] outside = sides[0].Split(':');
        string[] inside = sides.Length == 2 ? sides[1].Split(':') : [];
        if (outside is ["udp", ..])
        {
            throw QemuRequest.Refusal($"{option}: hostfwd={text}", $"only TCP ports are forwarded; write {ForwardForm}");
        }

        if (outside is ["tcp" or "", string host, string port] && inside is [string guest, string guestPort]
            && TryAddress(host, IPAddress.Loopback, out IPAddress? listen) && TryAddress(guest, IPAddress.Any, out IPAddress? to)
            && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            && ushort.TryParse(guestPort, NumberStyles.None, CultureInfo.InvariantCulture, out ushort guestNumber))
        {
            return new PortForward(new IPEndPoint(listen, number), BinaryPrimitives.ReadUInt32BigEndian(to.GetAddressBytes()), guestNumber);
        }

        throw QemuRequest.Refusal($"{option}: hostfwd={text}", $"it is not understood; write {ForwardForm}");
    }

    private static bool TryAddress(string text, IPAddress otherwise, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = otherwise;
        return text.Length == 0 || (IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork);
    }
}
