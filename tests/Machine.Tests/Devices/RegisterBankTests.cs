using System;
using System.Collections.Generic;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Registers;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>Witness: the summaries of Register and Access, which every device's map relies on.</summary>
public class RegisterBankTests
{
    private static readonly RegisterMap<List<string>> Map = new(
        0x100,
        new(0x00, "PLAIN", Access.ReadWrite, "test") { Reset = 0x1122_3344 },
        new(0x04, "MASKED", Access.ReadWrite, "test") { Writable = 0x00ff_00ff, Reset = 0xffff_ffff },
        new(0x08, "STATUS", Access.WriteOneToClear, "test") { Reset = 0xff },
        new(0x0c, "FIXED", Access.ReadOnly, "test") { Reset = 7 },
        new(0x10, "COMMAND", Access.WriteOnly, "test") { Write = (log, n, v, m) => log.Add($"{n} {v:x} {m:x}"), Count = 2 },
        new(0x20, "TAKE", Access.ReadOnly, "test") { Read = (log, _) => (uint)log.Count, ReadHasEffect = true },
        new(0x24, "WORD", Access.ReadWrite, "test") { WordOnly = true, Changed = log => log.Add("changed") });

    private readonly List<string> _log = [];
    private readonly List<DeviceMisuse> _misuse = [];
    private readonly RegisterBank<List<string>> _bank;

    public RegisterBankTests()
    {
        DeviceEvents events = new() { Observer = e => _misuse.Add(e.Misuse) };
        _bank = new RegisterBank<List<string>>("device", Map, _log, events);
    }

    [Fact]
    public void Narrow_accesses_touch_their_bytes_only()
    {
        Assert.Equal(0x33u, DeviceFixture.Read(_bank, 1, 1));
        Assert.Equal(0x1122u, DeviceFixture.Read(_bank, 2, 2));
        DeviceFixture.Write(_bank, 1, 0xab, 1);
        Assert.Equal(0x1122_ab44u, DeviceFixture.Read(_bank, 0));
        DeviceFixture.Write(_bank, 0x12, 0xbeef, 2);
        Assert.Equal(["0 beef0000 ffff0000"], _log);
    }

    [Fact]
    public void Wide_accesses_are_two_words()
    {
        _bank.Read(0, 8, out ulong value);
        Assert.Equal(0xffff_ffff_1122_3344ul, value);
        DeviceFixture.Write(_bank, 0x10, 0x0000_0002_0000_0001, 8);
        Assert.Equal(["0 1 ffffffff", "1 2 ffffffff"], _log);
    }

    [Fact]
    public void Masks_and_kinds_of_access_hold()
    {
        DeviceFixture.Write(_bank, 0x04, 0);
        Assert.Equal(0xff00_ff00u, DeviceFixture.Read(_bank, 0x04));
        DeviceFixture.Write(_bank, 0x08, 0x0f);
        Assert.Equal(0xf0u, DeviceFixture.Read(_bank, 0x08));
        DeviceFixture.Write(_bank, 0x0c, 0);
        Assert.Equal(7u, DeviceFixture.Read(_bank, 0x0c));
        Assert.Equal(0u, DeviceFixture.Read(_bank, 0x10));
        DeviceFixture.Write(_bank, 0x24, 1, 1);
        Assert.Equal(0u, DeviceFixture.Read(_bank, 0x40));
        DeviceFixture.Write(_bank, 0x24, 1);
        Assert.Equal(
            [DeviceMisuse.WriteToReadOnly, DeviceMisuse.ReadOfWriteOnly, DeviceMisuse.Width, DeviceMisuse.NoRegister], _misuse);
        Assert.Equal(["changed"], _log);
    }

    [Fact]
    public void Looking_is_refused_where_reading_has_an_effect_that_cannot_be_left_out()
    {
        Assert.False(_bank.TryPeek(0x20, 4, out ulong _));
        Assert.True(_bank.TryPeek(0x02, 2, out ulong value));
        Assert.Equal(0x1122ul, value);
        Assert.Empty(_misuse);
    }

    [Fact]
    public void Reset_and_saved_state_put_stored_values_back()
    {
        DeviceFixture.Write(_bank, 0, 5);
        byte[] state = DeviceFixture.Save(_bank);
        _bank.Reset();
        Assert.Equal(0x1122_3344u, DeviceFixture.Read(_bank, 0));
        DeviceFixture.Restore(_bank, state);
        Assert.Equal(5u, DeviceFixture.Read(_bank, 0));
    }

    [Fact]
    public void A_map_with_an_overlap_a_name_given_twice_or_a_misaligned_register_is_not_accepted()
    {
        Refused(new(0, "A", Access.ReadOnly, "test") { Count = 2 }, new(4, "B", Access.ReadOnly, "test"));
        Refused(new(0, "A", Access.ReadOnly, "test"), new(4, "A", Access.ReadOnly, "test"));
        Refused(new Register<string>(2, "A", Access.ReadOnly, "test"));
    }

    private static void Refused(params Register<string>[] rows) =>
        Assert.Throws<ArgumentException>(() => new RegisterMap<string>(0x100, rows));
}
