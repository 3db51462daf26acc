using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>A card of a stock Debian kernel on the user network. Oracle: busybox's udhcpc, ping, wget and nc; the addresses are QEMU's.</summary>
public sealed class VirtioNetworkTests
{
    public static TheoryData<string, string> Ways() => new()
    {
        { "mmio legacy", "" },
        { "mmio", "" },
        { "mmio", ",packed=on" },
        { "pci", "" },
        { "pci pin", "" },
        { "pci port", "" },
        { "pci", ",disable-modern=on" },
    };

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [MemberData(nameof(Ways))]
    public async Task DHCP_gives_QEMUs_address_and_the_router_answers(string transport, string options)
    {
        var way = Transport.Named(transport);
        Ended guest = await VirtioGuest.RunAsync("debian", "features,dhcp,ping", way.Kernel,
            [.. way.Options, "--netdev", "user,id=n0,restrict=on", "--device", $"virtio-net{way.Suffix},netdev=n0{options}"]);
        Says.InOrder(guest, ["FEATURES 0x0001", "virtio_net", "LEASE 10.0.2.15 255.255.255.0 10.0.2.2 10.0.2.3 86400 10.0.2.2",
            "64 bytes from 10.0.2.2: seq=0", "3 packets transmitted, 3 packets received, 0% packet loss", "GUEST-DONE"]);
        Assert.Equal(0, guest.Status);
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task The_same_run_gives_the_same_capture_and_it_is_one()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-virtio");
        List<byte[]> captures = [];
        for (int run = 0; run < 2; run++)
        {
            string file = Path.Combine(folder.FullName, "frames.pcap");
            await VirtioGuest.RunAsync("cloud", "dhcp,ping", "",
                ["--netdev", "user,id=n0,restrict=on", "--device", "virtio-net-device,netdev=n0", "--pcap", file]);
            captures.Add(await File.ReadAllBytesAsync(file));
        }

        folder.Delete(recursive: true);
        Assert.Equal(captures[0], captures[1]);
        Assert.Equal(0xa1b2_3c4d, BitConverter.ToUInt32(captures[0]));
        Assert.InRange(captures[0].Length, 1000, 20000);
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task The_guest_reaches_a_server_of_the_hosts()
    {
        byte[] page = new byte[1 << 20];
        new Random(2).NextBytes(page);
        using PageServer server = new(page);
        Ended guest = await VirtioGuest.RunAsync("cloud", "dhcp,get", $"PORT={server.Port}",
            ["--netdev", "user,id=n0", "--device", "virtio-net-device,netdev=n0"]);
        Says.InOrder(guest, ["LEASE", Convert.ToHexStringLower(SHA256.HashData(page)), "GUEST-DONE"]);
        await server.Served;
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task A_port_of_the_host_leads_to_the_guest()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Task<Ended> running = VirtioGuest.RunAsync("cloud", "dhcp,serve", "",
            ["--netdev", $"user,id=n0,hostfwd=tcp::{port}-:80", "--device", "virtio-net-device,netdev=n0"]);
        string heard = "";
        while (heard.Length == 0 && !running.IsCompleted)
        {
            heard = await TalkAsync(port);
        }

        Ended guest = await running;
        Assert.Equal("hello from the guest\n", heard);
        Says.InOrder(guest, ["SERVING", "hello from the host", "SERVED", "GUEST-DONE"]);
    }

    // Until the guest listens a connection is taken and reset, or refused: the next one may do better.
    private static async Task<string> TalkAsync(int port)
    {
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, port);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync("hello from the host\n"u8.ToArray());
            client.Client.Shutdown(SocketShutdown.Send);
            using StreamReader reader = new(stream);
            return await reader.ReadToEndAsync();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return "";
        }
    }
}
