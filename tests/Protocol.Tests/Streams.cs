using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text;
using GdbHost.Protocol.Framing;

namespace GdbHost.Protocol.Tests;

/// <summary>What the tests of this project share: text to frames, writer calls to text, sequences in pieces.</summary>
internal static class Streams
{
    /// <summary>Feeds the pieces one after the other and notes each frame as "kind payload".</summary>
    public static List<string> Frames(int maxPacketBytes, params byte[][] pieces)
    {
        var framer = new PacketFramer(maxPacketBytes);
        var found = new List<string>();
        foreach (byte[] piece in pieces)
        {
            var input = new ReadOnlySequence<byte>(piece);
            while (framer.TryCut(ref input, out Frame frame))
            {
                found.Add((frame.Kind + " " + Encoding.Latin1.GetString(frame.Payload)).TrimEnd());
            }
        }

        return found;
    }

    /// <summary>One packet as text, byte for character.</summary>
    public static string Packet(Action<PacketWriter> body)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new PacketWriter(bytes);
        writer.Begin();
        body(writer);
        writer.End();
        return Encoding.Latin1.GetString(bytes.WrittenSpan);
    }

    /// <summary>The body of one packet, without frame and checksum.</summary>
    public static string Body(Action<PacketWriter> body) => Packet(body)[1..^3];

    /// <summary>A sequence of several segments, one per piece.</summary>
    public static ReadOnlySequence<byte> Segmented(params byte[][] pieces)
    {
        var first = new Segment(pieces[0], null);
        Segment last = first;
        foreach (byte[] piece in pieces.AsSpan(1))
        {
            last = new Segment(piece, last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
