using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Isa;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Makes units of generated code from blocks that have been run often. A unit begins where its block does and goes on
/// past conditional branches that are not taken, inside the page; like a block it holds no virtual address. One
/// translator serves all cores of a machine.
/// </summary>
[NotState("generated code, made from the guest's memory")]
internal sealed unsafe class Translator : IDisposable
{
    /// <summary>Longest unit.</summary>
    public const int MaxInstructions = 64;

    /// <summary>Number of the boundary behind a unit's last instruction.</summary>
    public const int EndOfUnit = 0xffff;

    private readonly BlockCache _blocks;
    private readonly IrBuilder _unit = new();
    private readonly Liveness _liveness = new();
    private readonly UnitWriter _writer;
    private readonly LoopShape _loops = new();
    private readonly Instruction[] _instructions = new Instruction[MaxInstructions];

    private Translator(BlockCache blocks, TranslatedCode code, int threshold)
    {
        _blocks = blocks;
        Threshold = threshold;
        Code = code;
        _writer = new UnitWriter(code);
    }

    public TranslatedCode Code { get; }

    /// <summary>Runs of a block in the interpreter before it is translated.</summary>
    public int Threshold { get; }

    /// <summary>Told of each unit that is made: host address, bytes, guest's address, Exception level; null for nobody.</summary>
    public Action<nuint, int, ulong, int>? OnGeneratedCode { get; set; }

    /// <summary>Instructions for which the unit that was written last needs a budget when it is entered.</summary>
    public byte FirstSegment => _writer.FirstSegment;

    /// <summary>A translator, or null where the host cannot run generated code.</summary>
    public static Translator? TryCreate(BlockCache blocks, int threshold)
    {
        TranslatedCode? code = TranslatedCode.TryCreate();
        return code is null ? null : new Translator(blocks, code, threshold);
    }

    /// <summary>Tells what the cores are.</summary>
    public void Describe(CoreIdentity cores) => _unit.Cores = cores;

    /// <summary>Leaves the writes of these registers, and of no others, to the interpreter from now on, in units that are made anew.</summary>
    public void Watch(IReadOnlySet<SysRegId> registers)
    {
        if (!_unit.Watched.SetEquals(registers))
        {
            _unit.Watched = registers;
            _blocks.Clear();
        }
    }

    /// <summary>Nothing behind this instruction can be reached from it in sequence: SVC, HVC, SMC, BRK, HLT, ERET, UNDEFINED.</summary>
    public static bool EndsUnit(in Instruction i)
    {
        const uint SystemClass = 0b1101_0101_00;
        bool branchesOrSystem = ((i.Word >> 26) & 7) == 0b101;
        return (branchesOrSystem && i.Word >> 22 != SystemClass) || i.Handler == BlockCache.HandlerOf(null);
    }

    /// <summary>Translates a block. Gives its code, as an address to execute.</summary>
    public byte* Translate(Block* block, bool strict)
    {
        if (Code.IsFull)
        {
            _blocks.Clear();
            Code.Clear();
            return null;
        }

        _loops.Clear();
        int count = Build(block);
        _loops.Find(_unit, block->PageOffset >> 2);
        if (_loops.HasLoops && Build(block) != count)
        {
            // With its labels the unit is too large: they might not all be in it.
            _loops.Clear();
            Build(block);
        }

        _liveness.Run(_unit);
        return _writer.Write(_unit, _loops, _instructions, strict, block->WithoutHints);
    }

    /// <summary>Makes a block's code be made again, without the hint of a register. False if that has to wait.</summary>
    public bool DropHint(Block* block, int register)
    {
        if (block->Code is null || Code.IsFull)
        {
            return false;
        }

        Code.Retire(block->Code, block->PageOffset);
        block->Code = null;
        block->Runs = Threshold;
        block->WithoutHints |= 1u << register;
        return true;
    }

    public void Dispose()
    {
        Code.Dispose();
        _unit.Dispose();
    }

    /// <summary>Makes a unit's operations. Gives the number of its instructions.</summary>
    private int Build(Block* block)
    {
        uint* words = (uint*)block->Page;
        int index = block->PageOffset >> 2;
        int last = Math.Min(index + MaxInstructions, (int)(Ram.PageSize >> 2));
        int number = 0;
        bool open = true;
        _unit.Begin();
        while (open && index < last && !_unit.IsFull && (number == 0 || !_blocks.IsGuarded((ushort)(index << 2))))
        {
            open = Add(words[index], index, number);
            index++;
            number++;
        }

        if (open)
        {
            _unit.StartInstruction(EndOfUnit, (ulong)index << 2);
            _unit.Add(IrCode.Branch, imm: (ulong)index << 2);
        }

        return number;
    }

    /// <summary>Adds an instruction; says whether the next one belongs to the unit too.</summary>
    private bool Add(uint word, int index, int number)
    {
        ref Instruction i = ref _instructions[number];
        Routine? routine = _blocks.Decoder.Decode(word, ref i, out bool endsBlock);
        i.Index = (ushort)index;
        i.Handler = BlockCache.HandlerOf(routine);
        if (_loops.IsLabel(number))
        {
            _unit.Label(number, _loops);
        }

        _unit.StartInstruction(number, (ulong)index << 2);
        if (routine is null)
        {
            _unit.Interpret();
            return false;
        }

        TranslatorEngine engine = new(_unit);
        Flow flow = routine.Translated(ref engine, in i);
        bool interpreted = _unit.Unsupported;
        _unit.EndInstruction();
        if (interpreted)
        {
            return !endsBlock || !EndsUnit(in i);
        }

        return flow is Flow.Next or Flow.NotTaken;
    }
}
