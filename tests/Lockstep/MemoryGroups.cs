using System.Collections.Generic;
using GdbHost.InstructionWords;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.Lockstep;

/// <summary>Loads and stores with the instructions that make their addresses out of whatever is in a register.</summary>
internal sealed class MemoryGroups(RandomBits random, Registers registers, List<uint> code)
{
    private const int Sp = 31;
    private const int PageBits = 12;

    /// <summary>Registers that index an access are this wide.</summary>
    private const int IndexBits = 8;

    private static readonly RowWords Rows = new(EncodingClass.Named("load-store").Rows);

    public void Add()
    {
        Rows.Pick(random, registers, out uint word);
        if (OperandSetup.IsLiteral(word))
        {
            AddLiteral(word);
        }
        else if (OperandSetup.IsExclusive(word) && !word.Bit(23))
        {
            AddExclusive(word);
        }
        else
        {
            AddIndexed(word);
        }
    }

    /// <summary>DC ZVA and the cache maintenance of EL0.</summary>
    public void AddMaintenance()
    {
        const uint DcZva = 0xd50b_7420;
        const uint DcCvac = 0xd50b_7a20;
        const uint DcCvau = 0xd50b_7b20;
        const uint DcCivac = 0xd50b_7e20;
        const uint IcIvau = 0xd50b_7520;
        int address = registers.Free(random);
        AddAddress(address, PageBits, 0, 0);
        code.Add(Choose(DcZva, DcZva, DcCvac, DcCvau, DcCivac, IcIvau) | (uint)address);
    }

    /// <summary>A load from where nothing is.</summary>
    public void AddFault()
    {
        int address = registers.Free(random);
        code.Add(A64.Movz(address, random.Below(0x4000) & ~15u));
        const uint LdrX = 0xf940_0000;
        const uint LdrQ = 0x3dc0_0000;
        code.Add(Choose(LdrX, LdrQ) | ((uint)address << 5) | (uint)registers.Free(random));
    }

    private uint Choose(params uint[] words) => words[random.Below((uint)words.Length)];

    private void AddLiteral(uint word)
    {
        ulong target = Layout.DataBase + (random.Below(0x800) * 4);
        ulong here = Layout.Code + (4 * (ulong)code.Count);
        code.Add(word.WithField(23, 5, (uint)((target - here) >> 2) & 0x7_ffff));
    }

    private void AddIndexed(uint word)
    {
        bool isRegisterOffset = (word & 0x3b20_0c00) == 0x3820_0800;
        word = isRegisterOffset ? AddIndex(word) : word;
        A64Word w = new(word);
        bool ordered = OperandSetup.IsExclusive(word);
        int aligned = ordered ? w.Size : random.Below(4) == 0 ? OperandSetup.Scale(word) : 0;
        AddAddress(w.Rn, PageBits, aligned, OperandSetup.FixedOffset(word), isRegisterOffset ? w.Rm : Sp);
        code.Add(word);
    }

    /// <summary>
    /// The base register: some register's low bits, plus the start of the data, less the offset of the access. The index
    /// register is left alone.
    /// </summary>
    private void AddAddress(int to, int bits, int alignedBits, ulong offset, int index = Sp)
    {
        int low = to == Sp ? registers.FreeBeside(random, index) : to;
        code.Add(A64.AndRun(low, registers.Free(random), bits - alignedBits, alignedBits));
        code.Add(A64.AddExtended(to, registers.Base, low));
        if ((long)offset >= 1 << PageBits)
        {
            code.Add(A64.SubPages(to, to, (uint)(offset >> PageBits)));
        }
    }

    /// <summary>The index register of a register-offset form: small, of either sign, with anything in bits that are not looked at.</summary>
    private uint AddIndex(uint word)
    {
        A64Word w = new(word);
        if (w.Rm == w.Rn && w.Rm != Sp)
        {
            word = word.WithField(20, 16, (uint)registers.FreeBeside(random, w.Rn));
        }

        int index = new A64Word(word).Rm;
        if (index != Sp)
        {
            int from = registers.Free(random);
            bool narrow = w.Option is not (0b011 or 0b111);
            bool negative = w.Option >= 0b110 && random.OneIn(2);
            code.Add((narrow, negative) switch
            {
                (true, false) => A64.AndRun(index, from, 32 + IndexBits, 32),
                (false, false) => A64.AndRun(index, from, IndexBits, 0),
                (true, true) => A64.OrRun(index, from, 32 - IndexBits, IndexBits),
                (false, true) => A64.OrRun(index, from, 64 - IndexBits, IndexBits),
            });
        }

        return word;
    }

    /// <summary>
    /// A load-exclusive and a store-exclusive that belong together, or one that has no partner: whether a store-exclusive
    /// succeeds after other accesses or at another address is not architecture.
    /// </summary>
    private void AddExclusive(uint word)
    {
        const uint Load = 1u << 22;
        const uint Ordered = 1u << 15;
        A64Word w = new(word);
        bool pair = word.Bit(21);
        int bytes = pair ? w.Size + 1 : w.Size;
        int at = w.Rn;
        int first = registers.FreeBeside(random, at);
        int second = registers.FreeBeside(random, at, first);
        int status = Status(at, first, second);
        uint common = (word & ~(Load | Ordered)).WithField(9, 5, (uint)at);
        uint load = common.WithField(4, 0, (uint)first).WithField(14, 10, pair ? (uint)second : 31).WithField(20, 16, 31);
        uint store = common.WithField(4, 0, (uint)first).WithField(14, 10, pair ? (uint)second : 31).WithField(20, 16, (uint)status);
        load |= Load | (random.OneIn(2) ? Ordered : 0);
        store |= random.OneIn(2) ? Ordered : 0;
        AddAddress(at, PageBits, bytes, 0);
        uint shape = random.Below(4);
        code.AddRange(shape switch
        {
            0 => [load, A64.Clrex, store],
            1 => [A64.Clrex, store],
            2 => [load, 0x9100_0400 | ((uint)first << 5) | (uint)first, store], // with an addition between
            _ => (uint[])[load, store],
        });
        code.Add(A64.Clrex);
    }

    private int Status(int at, int first, int second)
    {
        while (true)
        {
            int n = registers.FreeBeside(random, at, first);
            if (n != second)
            {
                return n;
            }
        }
    }
}
