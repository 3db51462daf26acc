using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Tracing;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: GDB manual, "Tracepoint Packets" (QTBuffer:circular, QTBuffer:size, qTBuffer): a plain queue of frames, byte after byte.</summary>
public sealed class TraceBufferTests
{
    [Fact]
    public void Buffer_that_is_not_circular_refuses_what_has_no_room_and_keeps_the_rest()
    {
        TraceBuffer buffer = Of(1000, circular: false);
        int taken = 0;
        while (buffer.TryAdd(Frame(taken, 100), Notes(taken)))
        {
            taken++;
        }

        // Each frame takes its bytes and a note's.
        Assert.InRange(taken, 5, 9);
        Assert.Equal((taken, (long)taken), (buffer.Count, buffer.Created));
        Assert.Equal(Frame(0, 100), buffer.Copy(0));
        Assert.InRange(buffer.Used, 100 * taken, 1000);
    }

    [Theory]
    [InlineData(997)]
    [InlineData(4096)]
    [InlineData(10_007)]
    public void Circular_buffer_has_the_newest_frames_whole_and_in_order(int size)
    {
        Random random = new(size);
        TraceBuffer buffer = Of(size, circular: true);
        List<byte[]> all = [];
        for (int n = 0; n < 3000; n++)
        {
            byte[] frame = Frame(n, random.Next(6, 200));
            all.Add(frame);
            Assert.True(buffer.TryAdd(frame, Notes(n)));
            Assert.InRange(buffer.Used, 0, size);
        }

        byte[][] newest = [.. all.TakeLast(buffer.Count)];
        Assert.InRange(newest.Length, 1, 2999);
        for (int place = 0; place < newest.Length; place++)
        {
            Assert.Equal(newest[place], buffer.Copy(place));
            Assert.True(buffer.TryGetNotes(place, out TraceFrameNotes notes));
            Assert.Equal((ulong)(3000 - newest.Length + place), notes.Pc);
        }

        Assert.Null(buffer.Copy(newest.Length));
        Assert.Equal(newest.SelectMany(static f => f), ReadAll(buffer, random));
    }

    [Fact]
    public void Frame_larger_than_the_buffer_is_refused()
    {
        TraceBuffer buffer = Of(1000, circular: true);
        Assert.False(buffer.TryAdd(Frame(0, 1000), Notes(0)));
        Assert.False(buffer.TryAdd(Frame(0, 10), Notes(0) with { SystemRegisters = new byte[1000] }));
        Assert.Equal(0, buffer.Count);
    }

    private static TraceBuffer Of(int size, bool circular)
    {
        TraceBuffer buffer = new() { Size = size, IsCircular = circular };
        buffer.Clear();
        return buffer;
    }

    private static TraceFrameNotes Notes(int n) => new(1, (ulong)n, [], null);

    private static byte[] Frame(int n, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((n * 7) + i))];

    private static List<byte> ReadAll(TraceBuffer buffer, Random random)
    {
        List<byte> read = [];
        while (true)
        {
            byte[] part = new byte[random.Next(1, 300)];
            int count = buffer.Read((ulong)read.Count, part);
            if (count == 0)
            {
                return read;
            }

            read.AddRange(part[..count]);
        }
    }
}
