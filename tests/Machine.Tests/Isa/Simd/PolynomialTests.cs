using System.Runtime.Intrinsics;
using GdbHost.Machine.Isa.Simd;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Simd;

/// <summary>
/// The 64-bit polynomial product in the form for hosts that have no instruction for it. Witness: worked by hand.
/// </summary>
public sealed class PolynomialTests
{
    [Theory]
    [InlineData(0b101, 0b11, 0, 0b1111)]
    [InlineData(0x8000_0000_0000_0000, 2, 1, 0)]
    [InlineData(0x8000_0000_0000_0000, 0x8000_0000_0000_0000, 0x4000_0000_0000_0000, 0)]
    [InlineData(ulong.MaxValue, 1, 0, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, 0x5555_5555_5555_5555, 0x5555_5555_5555_5555)]
    public void Product_bit_by_bit_has_no_carries(ulong a, ulong b, ulong high, ulong low) =>
        Assert.Equal(Vector128.Create(low, high), PolynomialMultiplyLong.BitByBit(a, b).AsUInt64());

    [Theory]
    [InlineData(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210)]
    [InlineData(0x8000_0000_0000_0001, 0xffff_ffff_0000_0001)]
    [InlineData(0xc200_0000_0000_0000, 0x0f0f_0f0f_0f0f_0f0f)]
    public void Product_bit_by_bit_is_that_of_the_host(ulong a, ulong b) =>
        Assert.Equal(
            PolynomialMultiplyLong.Do(Vector128.CreateScalar(a).AsByte(), Vector128.CreateScalar(b).AsByte(), 0),
            PolynomialMultiplyLong.BitByBit(a, b));
}
