using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>DBGWCR&lt;n&gt;_EL1, Debug Watchpoint Control Registers (DDI 0487).</summary>
internal readonly record struct WatchpointControl(ulong Raw)
{
    /// <summary>MASK, WT, LBN, SSC, HMC, BAS, LSC, PAC, E.</summary>
    public const ulong Writable = 0x1f1f_ffff;

    private const int WordAddressBit = 2;

    public bool Enabled => Raw.Bit(0);

    public StateSelection States => new(Raw.Bit(13), Raw.Field(15, 14), Raw.Field(2, 1));

    /// <summary>LSC[0].</summary>
    public bool Loads => Raw.Bit(3);

    /// <summary>LSC[1].</summary>
    public bool Stores => Raw.Bit(4);

    public int LinkedTo => (int)Raw.Field(19, 16);

    /// <summary>WT.</summary>
    public bool IsLinked => Raw.Bit(20);

    private int Mask => (int)Raw.Field(28, 24);

    private uint Bas => (uint)Raw.Field(12, 5);

    /// <summary>
    /// The bytes that are watched, as start and length; length 0 for none. Of what is CONSTRAINED UNPREDICTABLE the
    /// choices are QEMU's: MASK 1 and 2 watch nothing, masked bits of the address are ignored, BAS is ignored where MASK
    /// is used, and of a BAS with holes the lowest run of ones counts.
    /// </summary>
    public (ulong Start, ulong Length) RangeOf(ulong address)
    {
        if (Mask != 0)
        {
            ulong size = 1UL << Mask;
            return Mask < 3 ? (0, 0) : (address & ~(size - 1), size);
        }

        uint bytes = address.Bit(WordAddressBit) ? Bas & 0xf : Bas;
        int first = BitOperations.TrailingZeroCount(bytes);
        return bytes == 0 ? (0, 0) : (address + (ulong)first, (ulong)BitOperations.TrailingZeroCount(~(bytes >> first)));
    }
}
