using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.InstructionWords;

/// <summary>
/// Random words of which the oracle says whether they are UNDEFINED: anywhere in the instruction space, and in the
/// encoding classes of general registers, memory and control, where most of the random ones would miss.
/// </summary>
internal static class AllocationSampler
{
    private static readonly (uint Mask, uint Value)[] Classes =
    [
        (0x0000_0000, 0x0000_0000), // any
        (0x1c00_0000, 0x1000_0000), // any data processing (immediate)
        (0x1f00_0000, 0x1000_0000), // PC-relative addressing
        (0x1f80_0000, 0x1100_0000), // add/subtract (immediate)
        (0x1f80_0000, 0x1200_0000), // logical (immediate)
        (0x1f80_0000, 0x1280_0000), // move wide (immediate)
        (0x1f80_0000, 0x1300_0000), // bitfield
        (0x1f80_0000, 0x1380_0000), // extract
        (0x1e00_0000, 0x1a00_0000), // any data processing (register)
        (0x5fe0_0000, 0x1ac0_0000), // data-processing (2 source)
        (0x5fff_0000, 0x5ac0_0000), // data-processing (1 source)
        (0x1f00_0000, 0x0a00_0000), // logical (shifted register)
        (0x1f20_0000, 0x0b00_0000), // add/subtract (shifted register)
        (0x1f20_0000, 0x0b20_0000), // add/subtract (extended register)
        (0x1fe0_0000, 0x1a00_0000), // add/subtract (with carry)
        (0x1fe0_0000, 0x1a40_0000), // conditional compare
        (0x1fe0_0000, 0x1a80_0000), // conditional select
        (0x1f00_0000, 0x1b00_0000), // data-processing (3 source)
        (0x0a00_0000, 0x0800_0000), // any load or store
        (0x3f00_0000, 0x0800_0000), // load/store exclusive
        (0x3b00_0000, 0x1800_0000), // load register (literal)
        (0x3a00_0000, 0x2800_0000), // load/store register pair
        (0x3b20_0000, 0x3800_0000), // load/store register, 9-bit offset
        (0x3b20_0c00, 0x3820_0800), // load/store register (register offset)
        (0x3b00_0000, 0x3900_0000), // load/store register (unsigned immediate)
        (0xbfbf_0000, 0x0c00_0000), // Advanced SIMD load/store multiple structures
        (0xbfa0_0000, 0x0c80_0000), // the same, post-indexed
        (0xbf9f_0000, 0x0d00_0000), // Advanced SIMD load/store single structure
        (0xbf80_0000, 0x0d80_0000), // the same, post-indexed
        (0x1c00_0000, 0x1400_0000), // any branch, exception or system
        (0xffff_f01f, 0xd503_201f), // hints
        (0xffff_f01f, 0xd503_301f), // barriers
        (0xfe00_0000, 0x5400_0000), // conditional branch
        (0xfe1f_fc1f, 0xd61f_0000), // unconditional branch (register)
    ];

    /// <summary>The same number of words of each class, without those on which user mode has no say.</summary>
    public static IEnumerable<uint> Words(int ofEachClass)
    {
        RandomBits random = new(1);
        foreach ((uint mask, uint value) in Classes)
        {
            for (int n = 0; n < ofEachClass; n++)
            {
                uint word = ((uint)random.Next() & ~mask) | value;
                if (CanBeJudged(word))
                {
                    yield return word;
                }
            }
        }
    }

    /// <summary>
    /// False for exception generation, which would call the kernel that the oracle imitates; system registers and system
    /// instructions, to which EL0 has little access; ERET and DRPS, which are UNDEFINED at EL0; branches to themselves.
    /// </summary>
    private static bool CanBeJudged(uint word)
    {
        bool isException = (word & 0xff00_0000) == 0xd400_0000;
        bool isHintOrBarrier = (word & 0xffff_e000) == 0xd503_2000;
        bool isSystem = (word & 0xff00_0000) == 0xd500_0000;
        bool isReturn = (word & 0xfe00_0000) == 0xd600_0000 && word.Field(24, 21) is 4 or 5;
        return !isException && (!isSystem || isHintOrBarrier) && !isReturn && !IsToItself(word);
    }

    private static bool IsToItself(uint word)
    {
        bool isUnconditional = (word & 0x7c00_0000) == 0x1400_0000;
        bool isTest = (word & 0x7e00_0000) == 0x3600_0000;
        bool isConditional = (word & 0xfe00_0000) == 0x5400_0000 || (word & 0x7e00_0000) == 0x3400_0000;
        return (isUnconditional && word.Field(25, 0) == 0)
            || (isTest && word.Field(18, 5) == 0)
            || (isConditional && word.Field(23, 5) == 0);
    }
}
