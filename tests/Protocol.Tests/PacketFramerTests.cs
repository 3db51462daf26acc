using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Protocol.Framing;
using Xunit;

namespace GdbHost.Protocol.Tests;

/// <summary>Who is right: the GDB manual, appendix "GDB Remote Serial Protocol", Packets, Overview.</summary>
public class PacketFramerTests
{
    private const int Roomy = 64;

    public static TheoryData<string, string[]> Conversations { get; } = new()
    {
        { "$#00", ["Packet"] },
        { "$g#67", ["Packet g"] },
        { "$g#67$m0,4#fd", ["Packet g", "Packet m0,4"] },
        { "+$g#67+", ["Acknowledge", "Packet g", "Acknowledge"] },
        { "-", ["Retransmit"] },
        { "\x03", ["Interrupt"] },
        { "$c#63\x03", ["Packet c", "Interrupt"] },
        { "$X0,1:}\x03#9f", ["Packet X0,1:#"] },
        { "$X0,1:\x03#22", ["Packet X0,1:\x03"] },
        { "$g#68", ["BadChecksum"] },
        { "$g#zz", ["BadChecksum"] },
        { "$g#6G$g#67", ["BadChecksum", "Packet g"] },
        { "$half$g#67", ["Packet g"] },
        { "noise\r\n$g#67noise", ["Packet g"] },
        { "$M0,1:7A#8C", ["Packet M0,1:7A"] },
        { "$}#7d", ["Packet"] },
    };

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Stream_split_at_every_two_points_gives_the_same_frames(string stream, string[] frames)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                List<string> found = Streams.Frames(Roomy, bytes[..first], bytes[first..second], bytes[second..]);
                Assert.Equal(frames, found);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Sequence_of_single_byte_segments_gives_the_same_frames(string stream, string[] frames)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        ReadOnlySequence<byte> input = Streams.Segmented([.. bytes.Select(b => new[] { b })]);
        var framer = new PacketFramer(Roomy);
        var found = new List<string>();
        while (framer.TryCut(ref input, out Frame frame))
        {
            found.Add((frame.Kind + " " + Encoding.Latin1.GetString(frame.Payload)).TrimEnd());
        }

        Assert.Equal(frames, found);
        Assert.True(input.IsEmpty);
    }

    [Fact]
    public void Packet_of_exactly_the_limit_is_kept()
    {
        string body = new('a', Roomy);
        Assert.Equal(["Packet " + body], Streams.Frames(Roomy, Framed(body)));
    }

    [Fact]
    public void Packet_over_the_limit_is_reported_and_the_next_one_is_read()
    {
        Assert.Equal(["TooLong", "Packet g"], Streams.Frames(Roomy, Framed(new string('a', Roomy + 1)), Framed("g")));
    }

    [Fact]
    public void Limit_counts_bytes_after_escapes_are_undone()
    {
        string escaped = string.Concat(Enumerable.Repeat("}\x03", Roomy));
        Assert.Equal(["Packet " + new string('#', Roomy)], Streams.Frames(Roomy, Framed(escaped)));
    }

    [Fact]
    public void Endless_packet_is_never_kept_and_never_allocates()
    {
        var framer = new PacketFramer(Roomy);
        byte[] piece = new byte[4096];
        Array.Fill(piece, (byte)'a');
        framer.TryCut("$"u8, out _, out _);
        framer.TryCut(piece, out _, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool cut = false;
        for (int i = 0; i < 1000; i++)
        {
            cut |= framer.TryCut(piece, out _, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(cut);
    }

    [Fact]
    public void Random_bytes_never_throw_and_are_used_up()
    {
        var random = new Random(20261121);
        var framer = new PacketFramer(Roomy);
        byte[] alphabet = [.. "$#}+-*0aG"u8, 0x03, 0xFF];
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = random.GetItems(alphabet, random.Next(1, 200));
            var input = new ReadOnlySequence<byte>(bytes);
            while (framer.TryCut(ref input, out Frame frame))
            {
                Assert.True(frame.Payload.Length <= Roomy);
            }

            Assert.True(input.IsEmpty);
        }
    }

    private static byte[] Framed(string body)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(body);
        return [(byte)'$', .. bytes, .. Encoding.Latin1.GetBytes($"#{Checksum.Of(bytes):x2}")];
    }
}
