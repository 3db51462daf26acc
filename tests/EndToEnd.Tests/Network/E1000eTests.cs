using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.EndToEnd.Tests.Virtio;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Network;

/// <summary>
/// Intel's card under a stock Debian kernel with its stock driver. Oracle: that driver, which says what it finds, and busybox's udhcpc, ping and
/// nc.
/// </summary>
public sealed class E1000eTests
{
    private const string LinkUp = "e1000e 0000:00:01.0 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx";

    /// <summary>Machine, kernel command line, more options, and how the guest names its interrupts.</summary>
    public static TheoryData<string, string, string, string> Ways() => new()
    {
        { "gic=2,el2=off", "", "", "MSI 16384 Edge      eth0-rx-0" },
        { "gic=3,el2=off", "", "", "ITS-MSI 16384 Edge      eth0-rx-0" },
        { "gic=2,el2=off", "pci=nomsi", "", "GIC-0  36 Level     eth0" },
        { "gic=3,el2=off", "pci=nomsi", "", "GICv3  36 Level     eth0" },
        { "gic=3,el2=off,iommu=smmuv3", "", "", "ITS-MSI 16384 Edge      eth0-rx-0" },
    };

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [MemberData(nameof(Ways))]
    public async Task The_link_comes_up_and_DHCP_and_the_router_answer(string machine, string kernel, string more, string interrupts)
    {
        Ended guest = await HostRun.GuestAsync(
        [
            .. VirtioGuest.Options("debian", "dhcp,ping,interrupts,link", kernel, machine),
            "--netdev", "user,id=n0,restrict=on", "--device", "e1000e,netdev=n0" + more,
        ]);
        Says.InOrder(guest, ["52:54:00:12:34:56", LinkUp, "LEASE 10.0.2.15 255.255.255.0 10.0.2.2 10.0.2.3 86400 10.0.2.2",
            "64 bytes from 10.0.2.2: seq=0", "3 packets transmitted, 3 packets received, 0% packet loss", interrupts, "up", "1000", "full", "GUEST-DONE"]);
        Assert.DoesNotContain("event 0x", guest.Output);
        Assert.DoesNotContain("Detected Hardware Unit Hang", guest.Output);
        Assert.Equal(0, guest.Status);
    }

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("gic=2,el2=off")]
    [InlineData("gic=3,el2=off,iommu=smmuv3")]
    public async Task A_TCP_connection_carries_bytes_both_ways_behind_a_port(string machine)
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        Task<string> heard = AnswerAsync(server);
        Ended guest = await HostRun.GuestAsync(
        [
            .. VirtioGuest.Options("debian", "dhcp,tcp", $"PORT={((IPEndPoint)server.LocalEndpoint).Port}", machine),
            "--device", "pcie-root-port,id=port,chassis=1",
            "--netdev", "user,id=n0", "--device", "e1000e,netdev=n0,bus=port,mac=52:54:00:aa:bb:cc",
        ]);
        Says.InOrder(guest, ["52:54:00:aa:bb:cc", "LEASE", "and answered", "GUEST-DONE"]);
        Assert.Equal("said over tcp", await heard);
    }

    private static async Task<string> AnswerAsync(TcpListener server)
    {
        using TcpClient client = await server.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        using StreamReader reader = new(stream, leaveOpen: true);
        string? line = await reader.ReadLineAsync();
        await stream.WriteAsync("and answered\n"u8.ToArray());
        return line ?? "";
    }
}
