using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Xml.Linq;
using GdbHost.Protocol.Messages;
using GdbHost.Protocol.Text;
using Xunit;

namespace GdbHost.Protocol.Tests;

/// <summary>
/// Who is right: the GDB manual, Stop Reply Packets, General Query Packets (qXfer), Target Description Format,
/// Memory Map Format and Thread List Format.
/// </summary>
public class MessageTests
{
    private static readonly ThreadId FirstThread = new(1, 1);

    [Theory]
    [InlineData(StopCause.None, StopReasons.None, "T05thread:p1.1;")]
    [InlineData(StopCause.SoftwareBreakpoint, StopReasons.SoftwareBreakpoint, "T05thread:p1.1;swbreak:;")]
    [InlineData(StopCause.SoftwareBreakpoint, StopReasons.HardwareBreakpoint, "T05thread:p1.1;")]
    [InlineData(StopCause.HardwareBreakpoint, StopReasons.HardwareBreakpoint, "T05thread:p1.1;hwbreak:;")]
    [InlineData(StopCause.WriteWatchpoint, StopReasons.None, "T05thread:p1.1;watch:1234;")]
    [InlineData(StopCause.ReadWatchpoint, StopReasons.None, "T05thread:p1.1;rwatch:1234;")]
    [InlineData(StopCause.AccessWatchpoint, StopReasons.None, "T05thread:p1.1;awatch:1234;")]
    public void Stop_reply_names_the_cause_that_gdb_understands(StopCause cause, StopReasons reasons, string body)
    {
        var reply = new StopReply(StopSignal.Trap, cause, 0x1234, FirstThread);
        Assert.Equal(body, Streams.Body(w => reply.WriteTo(w, multiprocess: true, reasons)));
    }

    [Fact]
    public void Stop_reply_without_multiprocess_has_a_bare_thread()
    {
        var reply = new StopReply(StopSignal.Interrupt, StopCause.None, 0, new ThreadId(1, 16));
        Assert.Equal("T02thread:10;", Streams.Body(w => reply.WriteTo(w, multiprocess: false, StopReasons.None)));
    }

    [Theory]
    [InlineData(true, "W03;process:1")]
    [InlineData(false, "W03")]
    public void Exit_names_the_process_only_for_multiprocess(bool multiprocess, string body) =>
        Assert.Equal(body, Streams.Body(w => StopReply.WriteExit(w, 3, 1, multiprocess)));

    [Theory]
    [InlineData(0, 4, "m0123")]
    [InlineData(4, 4, "m4567")]
    [InlineData(8, 4, "l89")]
    [InlineData(10, 4, "l")]
    [InlineData(99, 4, "l")]
    [InlineData(0, 10, "l0123456789")]
    public void Window_answers_m_while_more_follows(int offset, int length, string body) =>
        Assert.Equal(body, Streams.Body(w => new TransferWindow(offset, length).WriteTo(w, "0123456789"u8, 1000)));

    [Fact]
    public void Window_larger_than_the_packet_limit_is_cut_even_when_every_byte_is_escaped() =>
        Assert.Equal("m}\x03}\x03", Streams.Body(w => new TransferWindow(0, 100).WriteTo(w, "#####"u8, 5)));

    [Fact]
    public void Target_description_holds_types_and_registers()
    {
        XElement target = Parse(TargetXml.Print("aarch64",
        [
            new XmlFeature("org.example", [new XmlFlags("bits", 4, [new XmlField("N", 31, 31)]), new XmlVector("v2d", "ieee_double", 2),
                new XmlUnion("view", [new KeyValuePair<string, string>("d", "v2d")])],
                [new XmlRegister("x0", 64, 0, "int", null), new XmlRegister("TTBR0_EL1", 64, 68, "int", "system", SaveRestore: false)]),
        ]));

        Assert.Equal("aarch64", target.Element("architecture")?.Value);
        Assert.Null(target.Element("osabi"));
        XElement feature = target.Element("feature")!;
        Assert.Equal("31", feature.Element("flags")?.Element("field")?.Attribute("start")?.Value);
        Assert.Equal("2", feature.Element("vector")?.Attribute("count")?.Value);
        Assert.Equal("v2d", feature.Element("union")?.Element("field")?.Attribute("type")?.Value);
        Assert.Equal("<reg name=\"x0\" bitsize=\"64\" regnum=\"0\" type=\"int\" />", feature.Element("reg")?.ToString());
        Assert.Equal("no", ((XElement)feature.LastNode!).Attribute("save-restore")?.Value);
    }

    [Fact]
    public void Memory_map_is_hexadecimal()
    {
        XElement map = Parse(MemoryMapXml.Print([new XmlMemoryRegion("ram", 0x4000_0000, 0x1000)]));
        Assert.Equal("<memory type=\"ram\" start=\"0x40000000\" length=\"0x1000\" />", map.Element("memory")?.ToString());
    }

    [Fact]
    public void Thread_list_escapes_what_XML_must_escape()
    {
        XElement threads = Parse(ThreadsXml.Print([new XmlThread(FirstThread, 0, "cpu<0>", "EL2 & stopped")], multiprocess: true));
        Assert.Equal("p1.1", threads.Element("thread")?.Attribute("id")?.Value);
        Assert.Equal("cpu<0>", threads.Element("thread")?.Attribute("name")?.Value);
        Assert.Equal("EL2 & stopped", threads.Element("thread")?.Value);
    }

    private static XElement Parse(byte[] bytes)
    {
        Assert.Equal((byte)'<', bytes[0]);
        using var reader = new StringReader(Encoding.UTF8.GetString(bytes));
        return XDocument.Load(reader).Root!;
    }
}
