using System.Collections.Generic;
using System.Linq;
using GdbHost.InstructionWords;

namespace GdbHost.Lockstep;

/// <summary>
/// Random programs: blocks that repeat a body of random instructions of all rows, with forward branches, short loops, loads
/// and stores in the data, changes of FPCR, and now and then a fault or code that writes code. The same seed and number always
/// give the same program.
/// </summary>
internal sealed class ProgramGenerator
{
    private const int Blocks = 12;
    private const int GroupsOfBlock = 40;
    private const int FarthestBranch = 6;

    private static readonly HashSet<string> NotPlain =
    [
        "B.cond", "B", "BL", "CBZ", "CBNZ", "TBZ", "TBNZ", "BR", "BLR", "RET", "ERET", "BRK", "HLT",
        "HVC", "SMC", "MSR (register)", "MRS", "SYS", .. UserMode.NotRun.Keys,
    ];

    private static readonly RowWords Integer = Plain("immediate", "register", "branch");
    private static readonly RowWords Simd = Plain("simd-fp");

    private readonly RandomBits _random;
    private readonly Registers _registers;
    private readonly List<uint> _code = [];
    private readonly List<WordGroup> _groups = [];
    private readonly List<int> _blocks = [];
    private readonly MemoryGroups _memory;
    private readonly List<(int Word, int Group)> _branches = [];
    private int _loopTo = -1;

    private ProgramGenerator(RandomBits random)
    {
        _random = random;
        _registers = new Registers(random);
        _memory = new MemoryGroups(random, _registers, _code);
    }

    public static TestProgram Make(ulong seed, int number)
    {
        ProgramGenerator generator = new(RandomBits.From($"{seed} {number}"));
        for (int k = 0; k < Blocks; k++)
        {
            generator.AddBlock();
        }

        return generator.Finish(number);
    }

    private static RowWords Plain(params string[] classes) =>
        new(classes.SelectMany(static c => EncodingClass.Named(c).Rows).Where(static row => !NotPlain.Contains(row.Name)));

    private TestProgram Finish(int number)
    {
        UserState start = StartValues.State(_random);
        StartValues.SetX(ref start, _registers.Base, Layout.DataBase);
        return new TestProgram { Number = number, Words = [.. _code], Blocks = _blocks, Groups = _groups, Start = start, Data = StartValues.Data(_random) };
    }

    private void AddBlock()
    {
        _blocks.Add(_code.Count);
        _branches.Clear();
        uint rounds = _random.Below(4) switch { 0 => 1, 1 => 1 + _random.Below(8), 2 => 1 + _random.Below(100), _ => 200 + _random.Below(1800) };
        _code.Add(A64.Movz(_registers.Outer, rounds));
        int body = _code.Count;
        int firstGroup = _groups.Count;
        uint count = GroupsOfBlock / 4 + _random.Below(GroupsOfBlock);
        for (int k = 0; k < count; k++)
        {
            int start = _code.Count;
            AddGroup();
            _groups.Add(new WordGroup(start, _code.Count - start));
        }

        int end = _code.Count;
        _code.Add(A64.SubOne(_registers.Outer));
        _code.Add(A64.Cbnz(_registers.Outer, body - _code.Count));
        _code.Add(A64.Undefined);
        foreach ((int word, int group) in _branches)
        {
            int target = group < _groups.Count ? _groups[group].Start : end;
            _code[word] |= Displacement(_code[word], target - word);
        }

        _loopTo = -1;
    }

    private void AddGroup()
    {
        switch (_random.Below(100))
        {
            case < 34: AddPlain(Integer); break;
            case < 62: AddPlain(Simd); break;
            case < 86: _memory.Add(); break;
            case < 93: AddForwardBranch(); break;
            case < 95: AddLoop(); break;
            case < 97: AddControl(); break;
            case < 98: _memory.AddMaintenance(); break;
            default: AddRare(); break;
        }
    }

    private void AddPlain(RowWords rows)
    {
        rows.Pick(_random, _registers, out uint word);
        _code.Add(word);
    }

    /// <summary>The displacement of a branch to a constant, ADR's too, in its field.</summary>
    private static uint Displacement(uint word, int words) =>
        (word & 0x7c00_0000) == 0x1400_0000 ? (uint)words & 0x3ff_ffff
        : (word & 0x7e00_0000) == 0x3600_0000 ? ((uint)words & 0x3fff) << 5
        : ((uint)words & 0x7_ffff) << 5;

    private void AddForwardBranch()
    {
        const uint Conditional = 0x5400_0000;
        const uint CompareAndBranch = 0x3400_0000;
        const uint TestAndBranch = 0x3600_0000;
        const uint Jump = 0x1400_0000;
        const uint Call = 0x9400_0000;
        uint register = _random.OneIn(8) ? 31u : _random.Below(31);
        uint word = _random.Below(8) switch
        {
            0 or 1 or 2 => Conditional | _random.Below(16),
            3 => CompareAndBranch | ((uint)_random.Next() & 0x8100_0000) | register,
            4 => TestAndBranch | ((uint)_random.Next() & 0x81f8_0000) | register,
            5 => Jump,
            6 => Call,
            _ => AddRegisterBranch(),
        };

        if (word != 0)
        {
            _branches.Add((_code.Count, Target()));
            _code.Add(word);
        }
    }

    private int Target() => _groups.Count + 1 + (int)_random.Below(FarthestBranch);

    private uint AddRegisterBranch()
    {
        uint kind = _random.Below(3) switch { 0 => 0xd61f_0000, 1 => 0xd63f_0000, _ => 0xd65f_0000 };
        int register = _registers.Free(_random);
        _branches.Add((_code.Count, Target()));
        _code.Add(A64.Adr(register, 0));
        _code.Add(kind | ((uint)register << 5));
        return 0;
    }

    /// <summary>The start or the end of a loop; its counter halves, so that it ends wherever it is entered.</summary>
    private void AddLoop()
    {
        if (_loopTo < 0)
        {
            _code.Add(A64.Movz(_registers.Inner, _random.Below(1u << (int)_random.Below(9))));
            _loopTo = _code.Count;
        }
        else
        {
            _code.Add(A64.HalveW(_registers.Inner));
            _code.Add(A64.Cbnz(_registers.Inner, _loopTo - _code.Count));
            _loopTo = -1;
        }
    }

    /// <summary>Reads and writes NZCV, FPCR and FPSR; reads what else EL0 may read and both sides know.</summary>
    private void AddControl()
    {
        const uint ReadNzcv = 0xd53b_4200;
        const uint ReadFpcr = 0xd53b_4400;
        const uint ReadFpsr = 0xd53b_4420;
        const uint ReadCtr = 0xd53b_0020;
        const uint ReadDczid = 0xd53b_00e0;
        const uint WriteNzcv = 0xd51b_4200;
        const uint WriteFpcr = 0xd51b_4400;
        const uint WriteFpsr = 0xd51b_4420;
        int register = _registers.Free(_random);
        switch (_random.Below(10))
        {
            case < 5:
                uint[] reads = [ReadNzcv, ReadFpcr, ReadFpsr, ReadCtr, ReadDczid];
                _code.Add(reads[_random.Below((uint)reads.Length)] | (uint)register);
                break;
            case 5:
                _code.Add(WriteNzcv | (uint)register);
                break;
            case 6:
                _code.Add(A64.Movz(register, _random.Below(0x10000) & 0x9f));
                _code.Add(A64.Movk(register, _random.OneIn(2) ? 0x0800u : 0, 16));
                _code.Add(WriteFpsr | (uint)register);
                break;
            default:
                // The mode of round to nearest more often than not, and all five fields.
                _code.Add(_random.OneIn(3) ? A64.Movz(register, 0) : A64.AndRun(register, _registers.Free(_random), 5, 22));
                _code.Add(WriteFpcr | (uint)register);
                break;
        }
    }

    private void AddRare()
    {
        switch (_random.Below(32))
        {
            case 0: _memory.AddFault(); break;
            case 1: _code.Add(Integer.Undefined(_random)); break;
            case 2: _code.Add((_random.Below(3) switch { 0 => 0xd420_0000, 1 => 0xd400_0002, _ => 0xd400_0003 }) | (_random.Below(0x10000) << 5)); break;
            case 3: AddCodeThatWritesCode(); break;
            default: AddPlain(Simd); break;
        }
    }

    /// <summary>Writes one plain word over another, in the order that DDI 0487 ("Synchronization and coherency issues") asks for.</summary>
    private void AddCodeThatWritesCode()
    {
        const uint DcCvau = 0xd50b_7b20;
        const uint IcIvau = 0xd50b_7520;
        int value = _registers.Free(_random);
        int address = _registers.FreeBeside(_random, value);
        Integer.Pick(_random, _registers, out uint before);
        Integer.Pick(_random, _registers, out uint after);
        _code.Add(A64.Movz(value, after & 0xffff));
        _code.Add(A64.Movk(value, after >> 16, 16));
        _code.Add(A64.Adr(address, 7));
        _code.Add(A64.StrW(value, address));
        _code.Add(DcCvau | (uint)address);
        _code.Add(A64.DsbIsh);
        _code.Add(IcIvau | (uint)address);
        _code.Add(A64.DsbIsh);
        _code.Add(A64.Isb);
        _code.Add(before);
    }
}
