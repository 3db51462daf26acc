using System.Linq;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>Big-endian data. Witness: DDI 0487, Mixed-endian support and the Mem[] accessor (encodings from GNU as).</summary>
public sealed class BigEndianTests
{
    private const ulong SctlrRes1 = 0x30d0_0800;
    private const ulong Ee = 1UL << 25;
    private const uint BranchSelf = 0x1400_0000;

    private static readonly uint[] Code =
    [
        0xf900_0041, // str x1, [x2]
        0xb940_0043, // ldr w3, [x2]
        0xa901_1041, // stp x1, x4, [x2, #16]
        0xa941_1845, // ldp x5, x6, [x2, #16]
        0x3d80_0840, // str q0, [x2, #32]
        0x3dc0_0841, // ldr q1, [x2, #32]
        0x4c00_74e0, // st1 {v0.8h}, [x7]
        BranchSelf,
    ];

    [Fact]
    public void Elements_are_reversed_each_by_itself()
    {
        using SmallGuest guest = new(Code);
        guest.Set("SCTLR_EL1", SctlrRes1 | Ee);
        guest.Set("CPACR_EL1", 3UL << 20);
        guest.Set("x1", 0x0102_0304_0506_0708);
        guest.Set("x2", SmallGuest.Data);
        guest.Set("x4", 0x1112_1314_1516_1718);
        guest.Set("x7", SmallGuest.Data + 48);
        SetV0(guest, 0x0102_0304_0506_0708, 0x1112_1314_1516_1718);
        guest.Run(instructions: 8);

        Assert.Equal(0x0807_0605_0403_0201UL, guest.ReadMemory(SmallGuest.Data));
        Assert.Equal(0x0102_0304UL, guest["x3"]);
        Assert.Equal(0x0807_0605_0403_0201UL, guest.ReadMemory(SmallGuest.Data + 16));
        Assert.Equal(0x1817_1615_1413_1211UL, guest.ReadMemory(SmallGuest.Data + 24));
        Assert.Equal(0x0102_0304_0506_0708UL, guest["x5"]);
        Assert.Equal(0x1112_1314_1516_1718UL, guest["x6"]);

        // A Q register is one element of 16 bytes; eight halfwords are eight.
        Assert.Equal(0x1817_1615_1413_1211UL, guest.ReadMemory(SmallGuest.Data + 32));
        Assert.Equal(0x0807_0605_0403_0201UL, guest.ReadMemory(SmallGuest.Data + 40));
        Assert.Equal(0x0102_0304_0506_0708UL, guest["v1"]);
        Assert.Equal(0x0201_0403_0605_0807UL, guest.ReadMemory(SmallGuest.Data + 48));
        Assert.Equal(0x1211_1413_1615_1817UL, guest.ReadMemory(SmallGuest.Data + 56));
    }

    private static void SetV0(SmallGuest guest, ulong low, ulong high)
    {
        MachineRegister v0 = guest.Port.Registers.First(r => r.Name == "v0");
        byte[] value = [.. System.BitConverter.GetBytes(low), .. System.BitConverter.GetBytes(high)];
        Assert.Null(guest.Port.WriteRegister(0, v0, value));
    }
}
