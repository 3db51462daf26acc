using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// What the fast TLBs answer. Right is the rule of <c>ARCHITECTURE.md</c>: a tag is there only for what was allowed and is
/// still in the TLB. The look-up is written here as engines do it, by the page of the last byte.
/// </summary>
public sealed unsafe class FastTlbsTests : IDisposable
{
    private const ulong Page = 0x1000;
    private readonly CpuState* _state;
    private readonly FastTlbs _tlbs;

    public FastTlbsTests()
    {
        _state = (CpuState*)NativeMemory.AllocZeroed((nuint)sizeof(CpuState));
        _state->FastTlbs = FastTlbs.Allocate();
        _tlbs = new FastTlbs(_state);
    }

    public void Dispose()
    {
        FastTlbs.Free(_state->FastTlbs);
        NativeMemory.Free(_state);
    }

    [Theory]
    [InlineData(0UL, 8)]
    [InlineData(0xfffUL, 8)]
    [InlineData(0x1000UL, 8)]
    [InlineData(0xffff_fff8UL, 8)]
    [InlineData(0xffff_ffff_ffff_fff8UL, 8)]
    [InlineData(0xffff_ffff_ffff_fffcUL, 8)]
    [InlineData(0xffff_ffff_ffff_ffffUL, 16)]
    [InlineData(0x0fff_fffcUL, 8)]
    public void An_empty_one_answers_for_no_address(ulong address, int bytes)
    {
        Assert.All(Enum.GetValues<ExceptionLevel>(), level => Assert.Equal((false, false), Ask(level, address, bytes)));

        // And neither does one that was in use.
        Use(ExceptionLevel.El1, address, loads: true, stores: true);
        Assert.Equal((true, true), Ask(ExceptionLevel.El1, address, 1));
        _tlbs.Flush();
        Assert.Equal((false, false), Ask(ExceptionLevel.El1, address, bytes));
        Assert.Equal((false, false), Ask(ExceptionLevel.El1, address, 1));
    }

    [Fact]
    public void Loads_and_stores_are_allowed_apart_and_by_level()
    {
        Use(ExceptionLevel.El1, Page, loads: true, stores: false);
        Assert.Equal((true, false), Ask(ExceptionLevel.El1, Page, 8));
        Assert.Equal((false, false), Ask(ExceptionLevel.El0, Page, 8));

        Use(ExceptionLevel.El1, Page, loads: false, stores: true);
        Assert.Equal((true, true), Ask(ExceptionLevel.El1, Page, 8));
        Use(ExceptionLevel.El1, Page, loads: true, stores: false);
        Assert.Equal((true, true), Ask(ExceptionLevel.El1, Page, 8));
    }

    [Fact]
    public void Stores_alone_stay_slow()
    {
        Use(ExceptionLevel.El1, Page, loads: false, stores: true);
        Assert.Equal((false, false), Ask(ExceptionLevel.El1, Page, 8));
    }

    [Fact]
    public void A_page_at_another_place_takes_nothing_over()
    {
        Use(ExceptionLevel.El1, Page, loads: true, stores: true);
        _tlbs.Remember(ExceptionLevel.El1, Page, (byte*)0x7000_0000_0000, loads: true, stores: false);
        Assert.Equal((true, false), Ask(ExceptionLevel.El1, Page, 8));
    }

    [Theory]
    [InlineData(12, 0x5000UL, "1111")]
    [InlineData(12, 0x6000UL, "0011")]
    [InlineData(21, 0x0UL, "0001")]
    [InlineData(21, 0x20_0000UL, "1110")]
    [InlineData(39, 0x0UL, "0000")]
    public void A_range_is_forgotten_at_all_levels_and_with_any_tag(int shift, ulong page, string left)
    {
        const ulong Tagged = 0x5500_0000_0000_6000;
        Use(ExceptionLevel.El0, 0x6000, loads: true, stores: true);
        Use(ExceptionLevel.El1, Tagged, loads: true, stores: false);
        Use(ExceptionLevel.El2, 0x7000, loads: true, stores: false);
        Use(ExceptionLevel.El3, 0x20_6000, loads: true, stores: true);

        _tlbs.Forget(page, shift);

        bool[] kept =
        [
            Ask(ExceptionLevel.El0, 0x6000, 8).Loads,
            Ask(ExceptionLevel.El1, Tagged, 8).Loads,
            Ask(ExceptionLevel.El2, 0x7000, 8).Loads,
            Ask(ExceptionLevel.El3, 0x20_6000, 8).Stores,
        ];
        Assert.Equal(left, string.Concat(Array.ConvertAll(kept, static k => k ? '1' : '0')));
    }

    [Fact]
    public void Stores_to_a_page_of_the_host_become_slow_under_all_its_names()
    {
        byte* host = (byte*)0x7000_0000_1000;
        _tlbs.Remember(ExceptionLevel.El0, 0x1234, host + 0x234, loads: true, stores: true);
        _tlbs.Remember(ExceptionLevel.El1, 0x8_0000, host, loads: true, stores: true);
        _tlbs.Remember(ExceptionLevel.El1, 0x9_0000, host + 0x1000, loads: true, stores: true);

        _tlbs.ForgetStores((nint)host);

        Assert.Equal((true, false), Ask(ExceptionLevel.El0, 0x1000, 8));
        Assert.Equal((true, false), Ask(ExceptionLevel.El1, 0x8_0000, 8));
        Assert.Equal((true, true), Ask(ExceptionLevel.El1, 0x9_0000, 8));
    }

    [Fact]
    public void Stores_to_a_page_of_the_host_become_slow_under_its_only_name_whatever_was_there_before()
    {
        byte* host = (byte*)0x7000_0000_1000;
        _tlbs.Remember(ExceptionLevel.El1, 0x3000, host, loads: true, stores: true);
        _tlbs.ForgetStores((nint)host);
        Assert.Equal((true, false), Ask(ExceptionLevel.El1, 0x3000, 8));

        // The same again after a flush, at another place; and where the entry has been taken by another page in between.
        _tlbs.Flush();
        _tlbs.Remember(ExceptionLevel.El1, 0x4000, host, loads: true, stores: true);
        _tlbs.ForgetStores((nint)host);
        Assert.Equal((true, false), Ask(ExceptionLevel.El1, 0x4000, 8));
        _tlbs.Remember(ExceptionLevel.El1, 0x4000, host + 0x2000, loads: true, stores: true);
        _tlbs.Remember(ExceptionLevel.El0, 0x5000, host, loads: true, stores: true);
        _tlbs.ForgetStores((nint)host);
        Assert.Equal((true, true), Ask(ExceptionLevel.El1, 0x4000, 8));
        Assert.Equal((true, false), Ask(ExceptionLevel.El0, 0x5000, 8));
    }

    private void Use(ExceptionLevel level, ulong address, bool loads, bool stores) =>
        _tlbs.Remember(level, address, (byte*)0x7fff_0000_0000 + (address & 0xffff_ffff), loads, stores);

    private (bool Loads, bool Stores) Ask(ExceptionLevel level, ulong address, int bytes)
    {
        FastTlbEntry* entries = _state->FastTlbs + ((int)level * CpuState.FastTlbEntries);
        FastTlbEntry* entry = entries + ((address >> 12) & (CpuState.FastTlbEntries - 1));
        ulong tag = (address + (ulong)(bytes - 1)) & ~(Page - 1);
        return (entry->Page == tag, entry->Tag == tag);
    }
}
