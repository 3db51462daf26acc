using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Backends;
using GdbHost.Machine.Network;
using Xunit;

namespace GdbHost.GdbStub.Tests.Backends;

/// <summary>The host's end of a guest's connections. Oracle: the host's own sockets.</summary>
public sealed class HostNetworkTests
{
    private const ushort GuestPort = 80;

    private int _sent;

    // A guest that powers off has often closed its connection in the same moment: all of it is to arrive nevertheless.
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(40, true)]
    public async Task What_the_guest_sent_before_it_closed_arrives_although_the_program_ends(int pieces, bool closes)
    {
        for (int visit = 0; visit < 50; visit++)
        {
            byte[] heard;
            _sent = 0;
            using (TcpClient peer = new())
            {
                using (HostNetwork network = new(reaches: false))
                {
                    uint flow = await VisitAsync(network, peer);
                    for (int piece = 0; piece < pieces; piece++)
                    {
                        network.Send(flow, [(byte)piece, (byte)visit]);
                    }

                    network.FinishSending(flow);
                    if (closes)
                    {
                        network.Close(flow);
                    }
                }

                // No program is left that could send later: the host has it, and will deliver it.
                Assert.Equal(pieces * 2, Volatile.Read(ref _sent));
                heard = await ToEndAsync(peer);
            }

            Assert.Equal(pieces * 2, heard.Length);
            for (int piece = 0; piece < pieces; piece++)
            {
                Assert.Equal([(byte)piece, (byte)visit], heard[(piece * 2)..((piece * 2) + 2)]);
            }
        }
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_does_not_keep_the_program()
    {
        using TcpClient peer = new();
        using (HostNetwork network = new(reaches: false))
        {
            uint flow = await VisitAsync(network, peer);
            byte[] piece = new byte[1 << 20];
            for (int sent = 0; sent < 64; sent++)
            {
                network.Send(flow, piece);
            }

            network.Close(flow);
        }

        // The end of the using statement is what was to be reached.
        Assert.True(peer.Connected);
    }

    private async Task<uint> VisitAsync(HostNetwork network, TcpClient peer)
    {
        TaskCompletionSource<uint> came = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int port = network.Listen(new PortForward(new IPEndPoint(IPAddress.Loopback, 0), GuestAddress: 0, GuestPort));
        network.Start(happened =>
        {
            if (happened.Kind == HostNetworkEventKind.Incoming)
            {
                came.TrySetResult(happened.Flow);
            }

            Interlocked.Add(ref _sent, happened.Count);
        });
        await peer.ConnectAsync(IPAddress.Loopback, port);
        return await came.Task;
    }

    private static async Task<byte[]> ToEndAsync(TcpClient peer)
    {
        using MemoryStream all = new();
        await peer.GetStream().CopyToAsync(all);
        return all.ToArray();
    }
}
