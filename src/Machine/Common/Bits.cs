using System.Runtime.CompilerServices;

namespace GdbHost.Machine.Common;

/// <summary>Bit fields with the manuals' notation: <c>Field(hi, lo)</c> is the printed <c>[hi:lo]</c>.</summary>
internal static class Bits
{
    extension(ulong value)
    {
        /// <summary>Bits [hi:lo], shifted down to bit 0.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Field(int hi, int lo) => (value >> lo) & (ulong.MaxValue >> (63 - (hi - lo)));

        /// <summary>Bit [n] as a truth value.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Bit(int n) => ((value >> n) & 1) != 0;

        /// <summary>The value with bits [hi:lo] replaced by the low bits of <paramref name="field"/>.</summary>
        public ulong WithField(int hi, int lo, ulong field)
        {
            ulong mask = (ulong.MaxValue >> (63 - (hi - lo))) << lo;
            return (value & ~mask) | ((field << lo) & mask);
        }

        /// <summary>The value with bit [n] set or cleared.</summary>
        public ulong WithBit(int n, bool set) => set ? value | (1UL << n) : value & ~(1UL << n);

        /// <summary>Sign-extends from <paramref name="width"/> bits (1 to 64) to 64.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong SignExtend(int width) => (ulong)((long)(value << (64 - width)) >> (64 - width));
    }

    extension(uint value)
    {
        /// <summary>Bits [hi:lo], shifted down to bit 0.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Field(int hi, int lo) => (value >> lo) & (uint.MaxValue >> (31 - (hi - lo)));

        /// <summary>Bit [n] as a truth value.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Bit(int n) => ((value >> n) & 1) != 0;

        /// <summary>The value with bits [hi:lo] replaced by the low bits of <paramref name="field"/>.</summary>
        public uint WithField(int hi, int lo, uint field)
        {
            uint mask = (uint.MaxValue >> (31 - (hi - lo))) << lo;
            return (value & ~mask) | ((field << lo) & mask);
        }
    }
}
