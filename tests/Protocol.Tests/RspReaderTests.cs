using System;
using System.Text;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;
using Xunit;

namespace GdbHost.Protocol.Tests;

/// <summary>Who is right: the GDB manual, appendix "GDB Remote Serial Protocol", Packets (numbers, thread-id syntax, qXfer).</summary>
public class RspReaderTests
{
    [Theory]
    [InlineData("0", 0UL, "")]
    [InlineData("4010000000,4", 0x4010000000UL, ",4")]
    [InlineData("ffffffffffffffff", ulong.MaxValue, "")]
    [InlineData("0000000000000000000000000000001", 1UL, "")]
    [InlineData("DeadBeefg", 0xDEADBEEFUL, "g")]
    public void Number_stops_at_the_first_other_character(string text, ulong value, string rest)
    {
        var reader = new RspReader(Encoding.Latin1.GetBytes(text));
        Assert.True(reader.TakeNumber(out ulong number));
        Assert.Equal(value, number);
        Assert.Equal(rest, Encoding.Latin1.GetString(reader.Rest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("g")]
    [InlineData("10000000000000000")]
    public void Number_that_is_absent_or_needs_65_bits_consumes_nothing(string text)
    {
        var reader = new RspReader(Encoding.Latin1.GetBytes(text));
        Assert.False(reader.TakeNumber(out _));
        Assert.Equal(text.Length, reader.Rest.Length);
    }

    [Theory]
    [InlineData("80000000")]
    [InlineData("-1")]
    public void Int_that_does_not_fit_consumes_nothing(string text)
    {
        var reader = new RspReader(Encoding.Latin1.GetBytes(text));
        Assert.False(reader.TakeInt(out _));
        Assert.Equal(text.Length, reader.Rest.Length);
    }

    [Theory]
    [InlineData("p1.2", 1, 2)]
    [InlineData("p1.-1", 1, ThreadId.All)]
    [InlineData("p-1.-1", ThreadId.All, ThreadId.All)]
    [InlineData("p1", 1, ThreadId.All)]
    [InlineData("p0.0", ThreadId.Any, ThreadId.Any)]
    [InlineData("-1", ThreadId.All, ThreadId.All)]
    [InlineData("0", ThreadId.Any, ThreadId.Any)]
    [InlineData("a", ThreadId.Any, 10)]
    public void Thread_id_in_each_form_is_read(string text, int process, int thread)
    {
        var reader = new RspReader(Encoding.Latin1.GetBytes(text));
        Assert.True(reader.TakeThreadId(out ThreadId id));
        Assert.Equal(new ThreadId(process, thread), id);
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("")]
    [InlineData("p")]
    [InlineData("p1.")]
    [InlineData("p.1")]
    [InlineData("x")]
    [InlineData("-2")]
    public void Malformed_thread_id_consumes_nothing(string text)
    {
        var reader = new RspReader(Encoding.Latin1.GetBytes(text));
        Assert.False(reader.TakeThreadId(out _));
        Assert.Equal(text.Length, reader.Rest.Length);
    }

    [Fact]
    public void TakeUntil_gives_the_part_and_drops_the_separator()
    {
        var reader = new RspReader("a;bc;"u8);
        Assert.True(reader.TakeUntil(';').SequenceEqual("a"u8));
        Assert.True(reader.TakeUntil(';').SequenceEqual("bc"u8));
        Assert.True(reader.AtEnd);
        Assert.True(reader.TakeUntil(';').IsEmpty);
    }

    [Theory]
    [InlineData("0,1ffb", true)]
    [InlineData("0,1ffb,", false)]
    [InlineData("0", false)]
    [InlineData(",1", false)]
    [InlineData("80000000,1", false)]
    public void Transfer_window_takes_the_whole_text_or_fails(string text, bool good)
    {
        var reader = new RspReader(Encoding.Latin1.GetBytes(text));
        Assert.Equal(good, TransferWindow.TryRead(ref reader, out _));
    }

    [Theory]
    [InlineData("00ff", 2, true)]
    [InlineData("0", 0, false)]
    [InlineData("0g", 0, false)]
    [InlineData("000000", 0, false)]
    public void Hex_decodes_all_or_fails(string digits, int count, bool good)
    {
        Assert.Equal(good, Hex.TryDecode(Encoding.Latin1.GetBytes(digits), new byte[2], out int written) && written == count);
    }

    [Fact]
    public void Hex_text_that_is_malformed_is_refused_without_a_throw()
    {
        Assert.False(Hex.TryDecodeText("6"u8, out _));
        Assert.True(Hex.TryDecodeText("656c32"u8, out string text));
        Assert.Equal("el2", text);
    }
}
