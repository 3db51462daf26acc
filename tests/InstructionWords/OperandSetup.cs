using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>Registers that must not be random: those that hold addresses. And words that must be changed for the same reason.</summary>
internal sealed class OperandSetup(RandomBits random)
{
    private const int Sp = 31;
    private const ulong LiteralTargets = Arena.Window + Arena.Margin - Arena.Code;

    /// <summary>log2 of the bytes of one element of a load or store, structures aside.</summary>
    public static int Scale(uint word)
    {
        bool vector = word.Bit(26);
        bool pair = (word & 0x3a00_0000) == 0x2800_0000;
        uint size = word.Field(31, 30);
        return pair ? (int)(vector ? size + 2 : size == 2 ? 3u : 2u)
            : vector && word.Bit(23) ? 4
            : (int)size;
    }

    /// <summary>The word with its literal, if any, in the window, and its branch, if any, not to itself.</summary>
    public uint Tame(uint word)
    {
        A64Word w = new(word);
        if (IsLiteral(word))
        {
            ulong offset = LiteralTargets + (random.Below(64) * 4);
            return word.WithField(23, 5, (uint)(offset >> 2));
        }

        if ((word & 0x7c00_0000) == 0x1400_0000 && w.Imm26Offset == 0)
        {
            return word | 1;
        }

        bool isShortBranch = (word & 0x7e00_0000) is 0x3400_0000 or 0x3600_0000 || (word & 0xfe00_0000) == 0x5400_0000;
        return isShortBranch && (w.Imm19Offset == 0 || w.Imm14Offset == 0) ? word | (1u << 5) : word;
    }

    /// <summary>The registers to set for a word, beside the random ones.</summary>
    public Dictionary<int, ulong> For(uint word)
    {
        A64Word w = new(word);
        Dictionary<int, ulong> set = [];
        if ((word & 0xfe1f_fc1f) == 0xd61f_0000)
        {
            // BR, BLR, RET: into the page after the code.
            set[w.Rn] = Arena.Code + 0x1000 + (random.Below(256) * 4);
        }
        else if ((word & 0xffff_ffc0) == 0xd51b_4400)
        {
            // MSR FPCR and FPSR: without the fields of AArch32, which this core does not have and the oracle keeps.
            set[w.Rt] = random.Next() & (word.Bit(5) ? 0x0800_009fu : 0x07c0_0000u);
        }
        else if ((word & 0xfff8_0000) == 0xd508_0000)
        {
            set[w.Rt] = Arena.Window + 128 + random.Below(64);
        }
        else if (EncodingClass.Named("load-store").Holds(word) && !IsLiteral(word))
        {
            return For(word, Target(word));
        }

        return set;
    }

    /// <summary>The registers to set for a load or store, so that it accesses an address.</summary>
    public Dictionary<int, ulong> For(uint word, ulong address)
    {
        Dictionary<int, ulong> set = [];
        set[new A64Word(word).Rn] = address - Offset(word, set);
        return set;
    }

    /// <summary>What the word itself adds to its base register before the access; 0 where a register is added.</summary>
    public static ulong FixedOffset(uint word)
    {
        A64Word w = new(word);
        if ((word & 0x3b00_0000) == 0x3900_0000)
        {
            return (ulong)w.Imm12 << Scale(word);
        }

        if ((word & 0x3a00_0000) == 0x2800_0000)
        {
            bool post = word.Field(24, 23) == 1;
            return post ? 0 : w.Imm7 << Scale(word);
        }

        bool isImmediate = (word & 0x3b20_0000) == 0x3800_0000;
        return isImmediate && word.Field(11, 10) != 1 ? w.Imm9 : 0;
    }

    public static bool IsLiteral(uint word) => (word & 0x3b00_0000) == 0x1800_0000;

    /// <summary>An exclusive, or a load-acquire or store-release (bit 23).</summary>
    public static bool IsExclusive(uint word) => (word & 0x3f00_0000) == 0x0800_0000;

    private ulong Target(uint word)
    {
        // The oracle lets a misaligned store-exclusive fail without a fault; DDI 0487 wants the fault first.
        bool mayBeMisaligned = !IsExclusive(word) || ((word.Bit(22) || word.Bit(23)) && random.OneIn(8));
        uint align = !mayBeMisaligned ? 16u : random.Below(4) switch { 0 => 1, 1 => 16, _ => 1u << Scale(word) };
        return Arena.Window + Arena.Margin + (random.Below(256) & ~(align - 1));
    }

    /// <summary>What is added to the base register before the access.</summary>
    private ulong Offset(uint word, Dictionary<int, ulong> set) =>
        (word & 0x3b20_0c00) == 0x3820_0800 ? RegisterOffset(new A64Word(word), set) : FixedOffset(word);

    private ulong RegisterOffset(A64Word w, Dictionary<int, ulong> set)
    {
        if (w.Rm == w.Rn && w.Rm != Sp)
        {
            // One register for both: the address is far from any memory.
            return 0;
        }

        ulong index = w.Rm == Sp ? 0 : random.Next();
        if (w.Rm != Sp)
        {
            set[w.Rm] = index;
        }

        ulong extended = w.Option switch
        {
            0b010 => (uint)index,
            0b110 => (ulong)(int)(uint)index,
            _ => index,
        };
        return extended << (w.Raw.Bit(12) ? Scale(w.Raw) : 0);
    }
}
