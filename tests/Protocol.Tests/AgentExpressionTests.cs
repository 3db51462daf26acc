using System;
using System.Collections.Generic;
using System.Text;
using GdbHost.Protocol.Agent;
using Xunit;

namespace GdbHost.Protocol.Tests;

/// <summary>
/// Who is right: the GDB manual, "Bytecode Descriptions", each case a sentence of it.
/// What gdb 13.1 itself compiles is evaluated in tests/EndToEnd.Tests/ConditionTests.cs.
/// </summary>
public class AgentExpressionTests
{
    private const string Minus1 = "22ff 1608 ";

    [Theory]
    [InlineData("2205 2203 02 27", 8)]
    [InlineData("2205 2203 03 27", 2)]
    [InlineData("2205 2203 04 27", 15)]
    [InlineData(Minus1 + "2202 05 27", 0)]
    [InlineData(Minus1 + "2202 06 27", long.MaxValue)]
    [InlineData("22f9 1608 2203 07 27", -1)]
    [InlineData("2207 2203 08 27", 1)]
    [InlineData("2201 2204 09 27", 16)]
    [InlineData(Minus1 + "2204 0a 27", -1)]
    [InlineData(Minus1 + "223c 0b 27", 15)]
    [InlineData("2201 2240 09 27", 0)]
    [InlineData(Minus1 + "2240 0a 27", -1)]
    [InlineData("2200 0e 27", 1)]
    [InlineData("2209 0e 27", 0)]
    [InlineData("220c 220a 0f 27", 8)]
    [InlineData("220c 220a 10 27", 14)]
    [InlineData("220c 220a 11 27", 6)]
    [InlineData("2200 12 27", -1)]
    [InlineData("2203 2203 13 27", 1)]
    [InlineData(Minus1 + "2201 14 27", 1)]
    [InlineData(Minus1 + "2201 15 27", 0)]
    [InlineData("2280 1608 27", -128)]
    [InlineData("238180 2a08 27", 0x80)]
    [InlineData("2401020304 27", 0x01020304)]
    [InlineData("250102030405060708 27", 0x0102030405060708)]
    [InlineData("2201 2202 2b 03 27", 1)]
    [InlineData("2205 28 02 27", 10)]
    [InlineData("2205 2206 29 27", 5)]
    [InlineData("2205 2206 2207 3202 27", 5)]
    [InlineData("2201 2202 2203 33 27", 2)]
    [InlineData("2201 20000a 2207 210009 2208 27", 8)]
    [InlineData("2200 200008 2207 27 2208 27", 7)]
    [InlineData("260002 27", 1002)]
    public void Bytecode_means_what_its_description_says(string code, long value)
    {
        Assert.Equal(AgentOutcome.Done, Evaluate(code, out ulong result));
        Assert.Equal(value, (long)result);
    }

    [Theory]
    [InlineData("17", 0x88)]
    [InlineData("18", 0x9988)]
    [InlineData("19", 0xbbaa9988)]
    [InlineData("1a", 0xffeeddccbbaa9988)]
    public void References_read_the_guests_byte_order_and_do_not_extend_the_sign(string operation, ulong value)
    {
        Assert.Equal(AgentOutcome.Done, Evaluate($"2240 {operation} 27", out ulong result));
        Assert.Equal(value, result);
    }

    [Theory]
    [InlineData("2201 2200 05 27", AgentOutcome.DividedByZero)]
    [InlineData("2201 2200 08 27", AgentOutcome.DividedByZero)]
    [InlineData("02 27", AgentOutcome.BadBytecode)]
    [InlineData("22", AgentOutcome.BadBytecode)]
    [InlineData("2201", AgentOutcome.BadBytecode)]
    [InlineData("ff", AgentOutcome.BadBytecode)]
    [InlineData("", AgentOutcome.BadBytecode)]
    [InlineData("21ffff", AgentOutcome.BadBytecode)]
    [InlineData("3205 27", AgentOutcome.BadBytecode)]
    [InlineData("340100ff 27", AgentOutcome.BadBytecode)]
    [InlineData("2201 210000", AgentOutcome.BadBytecode)]
    [InlineData("210000", AgentOutcome.TooLong)]
    [InlineData("26ffff 27", AgentOutcome.Unreadable)]
    [InlineData("2300ff 17 27", AgentOutcome.Unreadable)]
    public void Nonsense_ends_with_a_reason(string code, AgentOutcome outcome)
    {
        Assert.Equal(outcome, Evaluate(code, out _));
    }

    // Variable 3 is 30, and 7 can be written; 99 is none.
    [Theory]
    [InlineData("2c0003 27", 30, "")]
    [InlineData("2205 2d0007 27", 5, "set 7=5 ")]
    [InlineData("2c0003 2e0003 27", 30, "variable 3 ")]
    [InlineData("2240 2204 0c 27", 0, "memory 40+4 ")]
    [InlineData("2240 0d10 27", 0x40, "memory 40+10 ")]
    [InlineData("2240 300100 27", 0x40, "memory 40+100 ")]
    [InlineData("2240 2280 2f 27", 0, "string 40+80 ")]
    public void Tracing_operations_take_what_their_description_says(string code, ulong value, string taken)
    {
        Subject subject = new();
        Assert.Equal(AgentOutcome.Done, new AgentExpression(Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal))).Evaluate(subject, out ulong result));
        Assert.Equal((value, taken), (result, subject.Taken));
    }

    [Theory]
    [InlineData("2c0063 27", AgentOutcome.Unreadable)]
    [InlineData("2205 2d0063 27", AgentOutcome.Unreadable)]
    [InlineData("2d0007 27", AgentOutcome.BadBytecode)]
    [InlineData("2c00", AgentOutcome.BadBytecode)]
    [InlineData("2204 0c 27", AgentOutcome.BadBytecode)]
    [InlineData("0d04 27", AgentOutcome.BadBytecode)]
    [InlineData("22402f", AgentOutcome.BadBytecode)]
    public void Tracing_operations_without_what_they_need_end_with_a_reason(string code, AgentOutcome outcome)
    {
        Assert.Equal(outcome, Evaluate(code, out _));
    }

    [Fact]
    public void Smallest_number_divided_by_minus_one_does_not_fault()
    {
        Assert.Equal(AgentOutcome.Done, Evaluate("258000000000000000 " + Minus1 + "05 27", out ulong quotient));
        Assert.Equal(AgentOutcome.Done, Evaluate("258000000000000000 " + Minus1 + "07 27", out ulong rest));
        Assert.Equal((1UL << 63, 0UL), (quotient, rest));
    }

    // Register 2 is 1002, and the byte at 0x40 is 0x88 or 0x89.
    [Theory]
    [InlineData("88", 1)]
    [InlineData("89", 0)]
    public void Jumps_make_a_logical_and(string expected, ulong value)
    {
        Assert.Equal(AgentOutcome.Done, Evaluate($"260002 2303ea 13 20000f 2200 210017 2240 17 22{expected} 2a08 13 27", out ulong result));
        Assert.Equal(value, result);
    }

    [Theory]
    [InlineData("n %d|", -5, "n -5|")]
    [InlineData("%u", -1, "4294967295")]
    [InlineData("%lu", -1, "18446744073709551615")]
    [InlineData("%x %%", 255, "ff %")]
    [InlineData("%#lx", 255, "0xff")]
    [InlineData("%08x", 0xabc, "00000abc")]
    [InlineData("%5d|", 42, "   42|")]
    [InlineData("%-5d|", 42, "42   |")]
    [InlineData("%+d", 42, "+42")]
    [InlineData("%c", 65, "A")]
    [InlineData("%p", 0x1000, "0x1000")]
    [InlineData("%o", 8, "10")]
    [InlineData("%s", 0x80, "text")]
    [InlineData("%.2s", 0x80, "te")]
    [InlineData("%s", 0x7000, "<unreadable at 0x7000>")]
    [InlineData(@"a\n\t\\\101%d", 1, "a\n\t\\A1")]
    [InlineData("%q", 1, "%q")]
    [InlineData("100%", 1, "100%")]
    public void Printf_prints_as_C_does(string format, long argument, string printed)
    {
        byte[] text = Encoding.Latin1.GetBytes(format);
        Span<byte> number = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(number, argument);

        // As gdb compiles a dprintf of style "agent": the argument, a function and a channel of 0.
        List<byte> code = [0x25, .. number, 0x22, 0, 0x22, 0, 0x34, 1, 0, (byte)(text.Length + 1), .. text, 0, 0x27];
        Subject subject = new();
        Assert.Equal(AgentOutcome.Done, new AgentExpression(code.ToArray()).Evaluate(subject, out _));
        Assert.Equal(printed, subject.Printed);
    }

    private static AgentOutcome Evaluate(string code, out ulong value) =>
        new AgentExpression(Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal))).Evaluate(new Subject(), out value);

    /// <summary>Registers 0 to 9 hold 1000 and up; memory has 256 bytes, with 0x88 0x99 ... at 0x40 and a text at 0x80.</summary>
    private sealed class Subject : IAgentSubject
    {
        private readonly byte[] _memory = new byte[256];

        public Subject()
        {
            for (int i = 0; i < 8; i++)
            {
                _memory[0x40 + i] = (byte)(0x88 + (0x11 * i));
            }

            "text"u8.CopyTo(_memory.AsSpan(0x80));
        }

        public string Printed { get; private set; } = "";

        /// <summary>What was set and collected.</summary>
        public string Taken { get; private set; } = "";

        public bool TryReadVariable(int number, out ulong value)
        {
            value = 10 * (ulong)number;
            return number < 10;
        }

        public bool TryWriteVariable(int number, ulong value)
        {
            Taken += number < 10 ? $"set {number}={value} " : "";
            return number < 10;
        }

        public bool TryCollectMemory(ulong address, ulong length)
        {
            Taken += $"memory {address:x}+{length:x} ";
            return true;
        }

        public bool TryCollectString(ulong address, ulong longest)
        {
            Taken += $"string {address:x}+{longest:x} ";
            return true;
        }

        public bool TryCollectVariable(int number)
        {
            Taken += $"variable {number} ";
            return true;
        }

        public bool TryReadRegister(int number, out ulong value)
        {
            value = 1000 + (ulong)number;
            return number < 10;
        }

        public bool TryReadMemory(ulong address, Span<byte> into)
        {
            bool there = address + (ulong)into.Length < (ulong)_memory.Length;
            if (there)
            {
                _memory.AsSpan((int)address, into.Length).CopyTo(into);
            }

            return there;
        }

        public void Print(string text) => Printed += text;
    }
}
