using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>
/// Both stages of translation of EL1&amp;0 for reads, written from DDI 0487 (VMSAv8-64 translation table format, 4 KiB granule) beside the machine's
/// own walker: it has nothing but physical memory and the values of registers.
/// </summary>
internal sealed class TableWalk
{
    private const ulong OutputBits = 0x0000_ffff_ffff_f000;
    private const int LastLevel = 3;

    private readonly MachineTarget _target;
    private readonly int _cpu;
    private readonly List<Read> _reads = [];

    public TableWalk(MachineTarget target, int cpu = 0)
    {
        _target = target;
        _cpu = cpu;
    }

    /// <summary>What a walk came to.</summary>
    /// <param name="Stage">The stage that refused; 0 where none did.</param>
    /// <param name="ForWalk">Stage 2 refused the place of a descriptor of stage 1.</param>
    public readonly record struct Result(ulong? Intermediate, ulong? Physical, int Stage, int Level, bool ForWalk);

    /// <summary>One descriptor: of which stage, for what, where (an IPA under stage 2 in stage 1) and what it was.</summary>
    public readonly record struct Read(int Stage, bool ForWalk, int Level, ulong Address, ulong Descriptor);

    public IReadOnlyList<Read> Reads => _reads;

    private bool Stage2On => (Register("HCR_EL2") & 1) != 0;

    public ulong Register(string name)
    {
        RegisterDescription register = _target.Registers.First(r => r.Name == name);
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        Assert(_target.TryReadRegister(_cpu, register, bytes[..register.Bytes]), name);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>A virtual address of EL1.</summary>
    public Result Virtual(ulong address)
    {
        _reads.Clear();
        ulong ipa = address;
        if ((Register("SCTLR_EL1") & 1) != 0)
        {
            ulong tcr = Register("TCR_EL1");
            bool upper = (address >> 55 & 1) != 0;
            int size = (int)(tcr >> (upper ? 16 : 0) & 63);
            int bits = 64 - size;
            ulong above = upper ? ~address : address;
            bool off = (tcr >> (upper ? 23 : 7) & 1) != 0;
            if (off || above >> bits != 0)
            {
                return new Result(null, null, 1, 0, false);
            }

            ulong table = Register(upper ? "TTBR1_EL1" : "TTBR0_EL1") & 0xffff_ffff_fffe;
            int level = 4 - ((bits - 12 + 8) / 9);
            for (; ; level++)
            {
                int shift = 39 - (9 * level);
                ulong index = (address & (ulong.MaxValue >> size)) >> shift & (level == FirstOf(bits) ? ulong.MaxValue : 511);
                ulong at = table + (index * 8);
                (ulong? place, int failed) = Intermediate(at, forWalk: true);
                if (place is not ulong physical)
                {
                    return new Result(null, null, 2, failed, true);
                }

                ulong descriptor = Word(physical);
                _reads.Add(new Read(1, false, level, at, descriptor));
                if (!IsUsable(descriptor, level))
                {
                    return new Result(null, null, 1, level, false);
                }

                table = descriptor & OutputBits;
                if (IsLeaf(descriptor, level))
                {
                    ulong inside = (1UL << shift) - 1;
                    ipa = (table & ~inside) | (address & inside);
                    if ((descriptor >> 10 & 1) == 0)
                    {
                        return new Result(null, null, 1, level, false);
                    }

                    break;
                }
            }
        }

        (ulong? output, int level2) = Intermediate(ipa, forWalk: false);
        return output is ulong pa ? new Result(ipa, pa, 0, 0, false) : new Result(ipa, null, 2, level2, false);
    }

    /// <summary>An intermediate physical address.</summary>
    public Result Stage2(ulong address)
    {
        _reads.Clear();
        (ulong? output, int level) = Intermediate(address, forWalk: false);
        return output is ulong pa ? new Result(address, pa, 0, 0, false) : new Result(address, null, 2, level, false);
    }

    private (ulong? Physical, int Level) Intermediate(ulong address, bool forWalk)
    {
        if (!Stage2On)
        {
            return (address, 0);
        }

        ulong vtcr = Register("VTCR_EL2");
        int bits = 64 - (int)(vtcr & 63);
        Assert((vtcr >> 14 & 3) == 0, "4 KiB granule");
        if (address >> bits != 0)
        {
            return (null, 0);
        }

        ulong table = Register("VTTBR_EL2") & 0xffff_ffff_fffe;
        int start = 2 - (int)(vtcr >> 6 & 3);
        for (int level = start; ; level++)
        {
            int shift = 39 - (9 * level);
            ulong index = address >> shift & (level == start ? ulong.MaxValue : 511);
            ulong at = table + (index * 8);
            ulong descriptor = Word(at);
            _reads.Add(new Read(2, forWalk, level, at, descriptor));
            if (!IsUsable(descriptor, level) || (IsLeaf(descriptor, level) && (descriptor >> 10 & 1) == 0) || (IsLeaf(descriptor, level) && (descriptor >> 6 & 1) == 0))
            {
                return (null, level);
            }

            table = descriptor & OutputBits;
            if (IsLeaf(descriptor, level))
            {
                ulong inside = (1UL << shift) - 1;
                return ((table & ~inside) | (address & inside), level);
            }
        }
    }

    private static int FirstOf(int bits) => 4 - ((bits - 12 + 8) / 9);

    private static bool IsUsable(ulong descriptor, int level) =>
        (descriptor & 1) != 0 && ((descriptor & 2) != 0 || level is 1 or 2);

    private static bool IsLeaf(ulong descriptor, int level) => level == LastLevel || (descriptor & 2) == 0;

    private ulong Word(ulong physical)
    {
        Span<byte> bytes = stackalloc byte[8];
        Assert(_target.ReadMemory(_cpu, AddressView.Physical, physical, bytes) == 8, $"memory at 0x{physical:x}");
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private static void Assert(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
