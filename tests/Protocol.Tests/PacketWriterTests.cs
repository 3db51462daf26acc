using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Protocol.Framing;
using Xunit;

namespace GdbHost.Protocol.Tests;

/// <summary>Who is right: the GDB manual, appendix "GDB Remote Serial Protocol", Packets, Overview.</summary>
public class PacketWriterTests
{
    [Fact]
    public void Empty_packet_is_the_answer_for_unsupported() => Assert.Equal("$#00", Streams.Packet(_ => { }));

    [Fact]
    public void OK_packet_has_the_checksum_of_the_manual() => Assert.Equal("$OK#9a", Streams.Packet(w => w.Text("OK")));

    [Theory]
    [InlineData(0UL, "0")]
    [InlineData(0xFUL, "f")]
    [InlineData(0x10UL, "10")]
    [InlineData(0x4010000000UL, "4010*\"0")]
    [InlineData(ulong.MaxValue, "ffffffffffffffff")]
    public void Number_is_hexadecimal_without_leading_zeros(ulong value, string body) =>
        Assert.Equal(Expand(body), Expand(Streams.Body(w => w.Number(value))));

    [Fact]
    public void Run_of_four_zeros_is_written_as_in_the_manual() => Assert.Equal("0* ", Streams.Body(w => w.Text("0000")));

    [Fact]
    public void Every_run_length_expands_to_itself_and_avoids_frame_bytes()
    {
        for (int length = 1; length <= 400; length++)
        {
            string body = Streams.Body(w => w.Text("x").Text(new string('0', length)).Text("y"));
            Assert.Equal("x" + new string('0', length) + "y", Expand(body));
            Assert.DoesNotContain(body, c => c is '#' or '$' or > '~');
        }
    }

    [Fact]
    public void Binary_bytes_that_mean_something_in_a_frame_are_escaped() =>
        Assert.Equal("}\x03}\x04}\x0a}\x5d", Streams.Body(w => w.Binary("#$*}"u8)));

    [Fact]
    public void Binary_of_every_byte_in_runs_comes_back_through_the_framer()
    {
        byte[] all = [.. Enumerable.Range(0, 256).SelectMany(b => Enumerable.Repeat((byte)b, b % 12))];
        string packet = Streams.Packet(w => w.Binary(all));
        byte[] expanded = Encoding.Latin1.GetBytes(Expand(packet[1..^3]));
        byte[] again = [(byte)'$', .. expanded, .. Encoding.Latin1.GetBytes($"#{Checksum.Of(expanded):x2}")];

        var framer = new PacketFramer(all.Length);
        Assert.True(framer.TryCut(again, out _, out Frame frame));
        Assert.Equal(FrameKind.Packet, frame.Kind);
        Assert.Equal(all, frame.Payload.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_with_runs_in_any_pieces_come_back_as_hexadecimal_digits(int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[20_000];
        for (int at = 0; at < bytes.Length;)
        {
            int run = Math.Min(bytes.Length - at, random.Next(8) == 0 ? random.Next(1, 300) : 1);
            bytes.AsSpan(at, run).Fill((byte)(random.Next(2) == 0 ? random.Next(4) * 0x11 : random.Next(256)));
            at += run;
        }

        string packet = Streams.Packet(w =>
        {
            for (int at = 0; at < bytes.Length;)
            {
                int piece = Math.Min(bytes.Length - at, random.Next(1, 3000));
                w.HexBytes(bytes.AsSpan(at, piece));
                at += piece;
            }
        });

        string body = packet[1..^3];
        Assert.Equal(Convert.ToHexStringLower(bytes), Expand(body));
        Assert.DoesNotContain(body, c => c is '#' or '$' or > '~');
        Assert.Equal($"#{body.Aggregate(0, static (sum, c) => (byte)(sum + c)):x2}", packet[^3..]);
    }

    [Fact]
    public void Checksum_covers_the_bytes_as_sent()
    {
        string packet = Streams.Packet(w => w.Text("aaaaaaaaaaaaaaaaaaaa").Binary("#"u8));
        byte sum = Checksum.Of(Encoding.Latin1.GetBytes(packet[1..^3]));
        Assert.EndsWith($"#{sum:x2}", packet, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_beyond_ASCII_is_UTF8_in_hex() => Assert.Equal("c2b573", Streams.Body(w => w.HexText("µs")));

    [Fact]
    public void Second_Begin_without_End_is_our_own_fault()
    {
        var writer = new PacketWriter(new ArrayBufferWriter<byte>());
        writer.Begin();
        Assert.Throws<InvalidOperationException>(writer.Begin);
    }

    /// <summary>Undoes run-length encoding as the manual describes it, written apart from the writer.</summary>
    private static string Expand(string body)
    {
        var expanded = new List<char>();
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] == '*')
            {
                expanded.AddRange(Enumerable.Repeat(expanded[^1], body[++i] - 29));
            }
            else
            {
                expanded.Add(body[i]);
            }
        }

        return new string([.. expanded]);
    }
}
