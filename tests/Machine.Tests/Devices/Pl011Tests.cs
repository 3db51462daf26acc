using System.Collections.Generic;
using System.Text;
using GdbHost.Machine.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>Witness: DDI 0183, PrimeCell UART (PL011) Technical Reference Manual.</summary>
public class Pl011Tests
{
    private const uint Data = 0x00;
    private const uint Status = 0x04;
    private const uint Flags = 0x18;
    private const uint LineControl = 0x2c;
    private const uint Control = 0x30;
    private const uint Levels = 0x34;
    private const uint Mask = 0x38;
    private const uint Raw = 0x3c;
    private const uint Clear = 0x44;

    private const uint Receive = 1 << 4;
    private const uint Timeout = 1 << 6;
    private const uint Overrun = 1 << 10;

    private readonly DeviceFixture _fixture = new();
    private readonly Wire _wire = new();
    private readonly List<byte> _sent = [];
    private readonly Pl011 _uart;

    public Pl011Tests()
    {
        _uart = new Pl011("uart", 24_000_000, _sent.Add, _wire, _fixture.Scheduler, _fixture.Events);
    }

    [Fact]
    public void Bytes_written_to_the_data_register_leave_in_order()
    {
        foreach (byte value in "hello"u8)
        {
            DeviceFixture.Write(_uart.Port, Data, value);
        }

        Assert.Equal("hello", Encoding.ASCII.GetString([.. _sent]));
        Assert.Equal(1u << 7, DeviceFixture.Read(_uart.Port, Flags) & (1u << 7));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(2, 8)]
    [InlineData(3, 12)]
    [InlineData(4, 14)]
    public void Receive_interrupt_comes_at_the_level_that_IFLS_chooses(uint level, int bytes)
    {
        DeviceFixture.Write(_uart.Port, LineControl, 0x70);
        DeviceFixture.Write(_uart.Port, Levels, level << 3);
        DeviceFixture.Write(_uart.Port, Mask, Receive);
        for (int i = 1; i < bytes; i++)
        {
            _uart.Receive((byte)i);
        }

        Assert.False(_wire.High);
        _uart.Receive((byte)bytes);
        Assert.True(_wire.High);
        Assert.Equal(1u, DeviceFixture.Read(_uart.Port, Data));
        Assert.False(_wire.High);
    }

    [Fact]
    public void A_byte_below_the_level_interrupts_after_the_time_of_32_bits()
    {
        // 115200 baud from 24 MHz: divisor 13 + 1/64.
        DeviceFixture.Write(_uart.Port, 0x24, 13);
        DeviceFixture.Write(_uart.Port, 0x28, 1);
        DeviceFixture.Write(_uart.Port, LineControl, 0x70);
        DeviceFixture.Write(_uart.Port, Mask, Timeout);
        _uart.Receive(1);
        _fixture.Pass(277_000);
        Assert.False(_wire.High);
        _fixture.Pass(1_000);
        Assert.True(_wire.High);
        DeviceFixture.Read(_uart.Port, Data);
        Assert.False(_wire.High);
    }

    [Fact]
    public void Without_FIFO_one_byte_interrupts_and_the_next_overruns()
    {
        DeviceFixture.Write(_uart.Port, Mask, Receive | Overrun);
        _uart.Receive((byte)'a');
        Assert.Equal(Receive, DeviceFixture.Read(_uart.Port, Raw));
        Assert.False(_uart.CanReceive);
        _uart.Receive((byte)'b');
        Assert.Equal(Receive | Overrun, DeviceFixture.Read(_uart.Port, Raw));
        Assert.Equal(8u, DeviceFixture.Read(_uart.Port, Status));
        Assert.Equal('a', (char)DeviceFixture.Read(_uart.Port, Data, 1));
        DeviceFixture.Write(_uart.Port, Clear, Overrun);
        DeviceFixture.Write(_uart.Port, Status, 0);
        Assert.Equal(0u, DeviceFixture.Read(_uart.Port, Status));
        Assert.False(_wire.High);
    }

    [Fact]
    public void Loopback_sends_bytes_back_and_none_out()
    {
        DeviceFixture.Write(_uart.Port, Control, 0x381);
        DeviceFixture.Write(_uart.Port, Data, 'z');
        Assert.Empty(_sent);
        Assert.Equal('z', (char)DeviceFixture.Read(_uart.Port, Data));
    }

    [Fact]
    public void Looking_with_the_debugger_takes_no_byte()
    {
        _uart.Receive(7);
        byte[] before = DeviceFixture.Save(_uart);
        for (ulong offset = 0; offset < 0x1000; offset += 4)
        {
            _uart.Port.TryPeek(offset, 4, out ulong _);
        }

        Assert.True(_uart.Port.TryPeek(Data, 4, out ulong value));
        Assert.Equal(7u, value);
        Assert.Equal(before, DeviceFixture.Save(_uart));
        Assert.Equal(0, _fixture.Events.Total);
    }

    [Fact]
    public void What_does_not_fit_waits_outside_and_comes_in_order()
    {
        SerialConsole console = new(_uart);
        DeviceFixture.Write(_uart.Port, LineControl, 0x70);
        console.Receive("The quick brown fox jumps over the lazy dog"u8);
        StringBuilder got = new();
        while ((DeviceFixture.Read(_uart.Port, Flags) & 0x10) == 0)
        {
            got.Append((char)DeviceFixture.Read(_uart.Port, Data));
        }

        Assert.Equal("The quick brown fox jumps over the lazy dog", got.ToString());
    }

    [Fact]
    public void State_that_is_saved_and_restored_goes_on_where_it_was()
    {
        DeviceFixture.Write(_uart.Port, LineControl, 0x70);
        DeviceFixture.Write(_uart.Port, Mask, Timeout);
        _uart.Receive(1);
        _uart.Receive(2);
        byte[] state = DeviceFixture.Save(_uart);
        DeviceFixture other = new();
        Wire wire = new();
        Pl011 copy = new("uart", 24_000_000, _ => { }, wire, other.Scheduler, other.Events);
        DeviceFixture.Restore(copy, state);
        other.Pass(1_000_000);
        Assert.True(wire.High);
        Assert.Equal(1u, DeviceFixture.Read(copy.Port, Data));
        Assert.Equal(2u, DeviceFixture.Read(copy.Port, Data));
        Assert.Equal(state.Length, DeviceFixture.Save(copy).Length);
    }

    [Fact]
    public void An_access_that_no_register_answers_is_counted_and_told()
    {
        List<DeviceEvent> told = [];
        _fixture.Events.Observer = told.Add;
        Assert.Equal(0u, DeviceFixture.Read(_uart.Port, 0x100));
        DeviceFixture.Write(_uart.Port, 0x100, 5);
        DeviceFixture.Write(_uart.Port, Flags, 5);
        DeviceFixture.Read(_uart.Port, Clear);
        Assert.Equal(
            [DeviceMisuse.NoRegister, DeviceMisuse.NoRegister, DeviceMisuse.WriteToReadOnly, DeviceMisuse.ReadOfWriteOnly],
            told.ConvertAll(e => e.Misuse));
        Assert.Equal(4, _fixture.Events.Total);
        Assert.Equal(1, _fixture.Events.Places[("uart", 0x100, true)]);
    }
}
