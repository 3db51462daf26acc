using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using GdbHost.GdbStub.Serial;
using GdbHost.GdbStub.Server;
using GdbHost.GdbStub.Tests.Fakes;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// Who is right: README.md, --serial: each byte arrives once and in order, and no reader can make the program grow or hang.
/// </summary>
public sealed class SerialTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-serial");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void File_has_every_byte_once_the_line_is_closed()
    {
        string path = Path.Combine(_folder.FullName, "out");
        byte[] bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
        bool ended = false;
        using (var serial = new FileSerial(path))
        {
            serial.Start(_ => { }, () => ended = true);
            foreach (byte[] piece in bytes.Chunk(1000))
            {
                serial.Write(piece);
            }
        }

        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.True(ended);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Stream_that_fails_drops_output_and_holds_nobody_up()
    {
        using var pump = new OutputPump(new BrokenStream());
        await Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                pump.Write(new byte[10_000]);
            }
        });
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Tcp_client_after_client_types_and_reads()
    {
        var typed = new TaskCompletionSource<string>();
        using var serial = new SocketSerial(new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0)));
        serial.Write("nobody hears this"u8);
        serial.Start(
            bytes =>
            {
                typed.SetResult(Encoding.ASCII.GetString(bytes.Span));
                serial.Write("heard"u8);
            },
            () => { });
        for (int visit = 0; visit < 2; visit++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(IPAddress.Loopback, serial.Port!.Value);
            await client.SendAsync("x"u8.ToArray());
            Assert.Equal("x", await typed.Task);
            var answer = new byte[5];
            await new NetworkStream(client).ReadExactlyAsync(answer);
            Assert.Equal("heard", Encoding.ASCII.GetString(answer));
            typed = new TaskCompletionSource<string>();
        }
    }

    private sealed class BrokenStream : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("the reader is gone");
    }
}
