using System;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Runs a core by generated code where there is some, and by the interpreter where there is none, where a budget ends
/// inside a unit, and for single instructions that generated code leaves to it.
/// </summary>
[NotState("ways into generated code")]
internal sealed unsafe class TranslatorLoop : IExecutionEngine, IDisposable
{
    private const ulong PageMask = ~(Ram.PageSize - 1);
    private const ulong InstructionBytes = 4;
    private const int LevelBits = 2;

    /// <summary>Hints are looked at after so many that were wrong; one is dropped if not even so many instructions came with each.</summary>
    private const int WrongHints = 4096;
    private const int InstructionsForHint = 64;

    private const ulong JumpTableBytes = TranslatedState.Jumps * JumpEntry.Bytes;

    private readonly Core _core;
    private readonly CpuState* _state;
    private readonly InterpreterLoop _interpreter;
    private readonly Translator _translator;
    private readonly TranslatedCode _code;
    private ulong _end;

    /// <summary>When <see cref="TranslatedState.HintsLeft"/> was set: virtual time.</summary>
    private ulong _hintsSince;

    /// <summary>What is known of translations and blocks while generated code runs.</summary>
    private ulong _generation;

    public TranslatorLoop(Core core, InterpreterLoop interpreter, Translator translator)
    {
        _core = core;
        _state = core.State;
        _interpreter = interpreter;
        _translator = translator;
        _code = translator.Code;
        translator.Describe(CortexA53.Identify(core.Configuration));
        _state->Translated.SystemRegisters = core.Regs.Address;
        _state->Translated.HintsLeft = WrongHints;
        _state->Translated.JumpTable = (JumpEntry*)HostMemory.Map(JumpTableBytes, "ways to generated code");
        for (uint nzcv = 0; nzcv < 16; nzcv++)
        {
            _state->Translated.FlagsOfNzcv[nzcv] = HostFlags.Of(nzcv);
        }

        for (HostConstant constant = 0; constant < HostConstant.Count; constant++)
        {
            HostConstants.Of(constant).Store((byte*)(_state->Translated.Constants + ((int)constant * 2)));
        }
    }

    ~TranslatorLoop()
    {
        Free();
    }

    /// <summary>Nothing is to come between what was done and generated code, and what that knows still holds.</summary>
    private bool MayResume => _state->MayGoOn() && _interpreter.Generation == _generation;

    public ulong Run(ulong budget)
    {
        ulong start = _core.Scheduler.Clock.Now;
        ulong left = budget;
        _end = start + budget;
        while (left > 0 && _state->MayGoOn())
        {
            _state->BlockTime = _end - left;
            Block* block = _interpreter.Find(_state->Pc, raises: true);
            if (block is null)
            {
                left--;
                continue;
            }

            if (block->Guarded && _core.StopsAt(_state->Pc))
            {
                break;
            }

            byte* code = CodeOf(block);
            left = code is not null && (ulong)block->FirstSegment <= left
                ? RunCode(code, left)
                : left - _interpreter.RunBlock(block, left, _end - left);
        }

        _core.Scheduler.Clock.Now = _end - left;
        return budget - left;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>The code of a block for the present state, made now if the block has been run often enough.</summary>
    private byte* CodeOf(Block* block)
    {
        bool strict = _state->StrictAlignment;
        if (block->Code is not null && block->Strict == strict)
        {
            return block->Code;
        }

        if (block->Guarded || ++block->Runs < _translator.Threshold)
        {
            return null;
        }

        byte* code = _translator.Translate(block, strict);
        if (code is not null)
        {
            block->Code = code;
            block->Strict = strict;
            _translator.OnGeneratedCode?.Invoke((nuint)code, _translator.Code.BytesFrom(code), _state->Pc, (int)_state->El);
            block->FirstSegment = _translator.FirstSegment;
        }

        return code;
    }

    /// <summary>Runs generated code as long as it finds the next piece of itself. Gives what is left of the budget.</summary>
    private ulong RunCode(byte* code, ulong left)
    {
        CpuState* state = _state;
        state->Translated.Budget = (long)Math.Min(left, long.MaxValue);
        ulong beyond = left - (ulong)state->Translated.Budget;
        state->Translated.TimeAtEnd = _end - beyond - 1;
        state->Translated.VirtualPage = state->Pc & PageMask;
        state->Translated.Flags = HostFlags.Take(in *state);
        FollowHints(state);
        _generation = _interpreter.Generation;
        state->Translated.JumpKey = (_generation << LevelBits) | (ulong)state->El;
        while (code is not null)
        {
            ref ExitRecord exit = ref _code.Exit(_code.Run(state, code));
            switch (exit.Kind)
            {
                case ExitKind.Link:
                    state->Pc = state->Translated.VirtualPage | exit.PageOffset;
                    code = Link(ref exit);
                    break;
                case ExitKind.Indirect:
                    code = FindIndirect();
                    break;
                case ExitKind.Budget:
                    state->Pc = state->Translated.VirtualPage | exit.PageOffset;
                    code = null;
                    break;
                case ExitKind.Load:
                    code = Load(ref exit, beyond);
                    break;
                default:
                    code = Interpret(ref exit, beyond);
                    break;
            }
        }

        HostFlags.Publish(ref *state, state->Translated.Flags);
        return beyond + (ulong)state->Translated.Budget;
    }

    /// <summary>Code of another Exception level looks in another fast TLB.</summary>
    private static void FollowHints(CpuState* state)
    {
        if (state->Translated.HintedTlb != state->FastTlb)
        {
            state->Translated.HintAt(state->FastTlb);
        }
    }

    /// <summary>Ties a jump to the code of its target, if that has some.</summary>
    private byte* Link(ref ExitRecord exit)
    {
        byte* code = CodeAtPc();
        if (code is not null)
        {
            Assembler.Land(exit.Patch, _code.ToWritable(code));
        }

        return code;
    }

    private byte* FindIndirect()
    {
        TranslatedState* translated = &_state->Translated;
        byte* code = CodeAtPc();
        if (code is not null)
        {
            ulong pc = _state->Pc;
            translated->JumpOf(pc) = new JumpEntry { Pc = pc, Key = translated->JumpKey, Code = (ulong)code };
            translated->VirtualPage = pc & PageMask;
        }

        return code;
    }

    /// <summary>Code for PC, or null if there is none yet or if the run loop must have a look first.</summary>
    private byte* CodeAtPc()
    {
        Block* block = _interpreter.Find(_state->Pc, raises: false);
        bool stale = _interpreter.Generation != _generation;
        return block is null || stale || block->Guarded || block->Strict != _state->StrictAlignment ? null : block->Code;
    }

    /// <summary>Code for PC after an instruction of the interpreter's that may have changed the Exception level.</summary>
    private byte* CodeAfterJump()
    {
        CpuState* state = _state;
        ulong pc = state->Pc;
        FollowHints(state);
        state->Translated.JumpKey = (_generation << LevelBits) | (ulong)state->El;
        ref JumpEntry entry = ref state->Translated.JumpOf(pc);
        if (entry.Pc != pc || entry.Key != state->Translated.JumpKey)
        {
            return FindIndirect();
        }

        state->Translated.VirtualPage = pc & PageMask;
        return (byte*)entry.Code;
    }

    /// <summary>
    /// A load that the fast TLB could not serve. A device that has been reached before is asked at once, memory is looked for, and generated
    /// code does the rest of the instruction, unless something is to follow before the next one.
    /// </summary>
    private byte* Load(ref ExitRecord exit, ulong beyond)
    {
        CpuState* state = _state;
        TranslatedState* translated = &state->Translated;
        ulong address = translated->LoadAddress;
        _core.Scheduler.Clock.Now = _end - beyond - (ulong)(translated->Budget + exit.Rest) - 1;
        if (translated->HintsLeft < 0)
        {
            return Interpret(ref exit, beyond);
        }

        if (_core.Memory.TryReadDevice(address, exit.Bytes, state->El, out BusResult result))
        {
            if (result != BusResult.Ok || !MayResume)
            {
                _core.Memory.Answered(result);
                return Interpret(ref exit, beyond);
            }

            translated->Loaded.Addend = (ulong)state->Scratch - address;
            return exit.ResumeLoaded;
        }

        if (!_core.Memory.TryFindMemory(address, exit.Bytes, exit.Instruction->Word, out byte* host) || !MayResume)
        {
            return Interpret(ref exit, beyond);
        }

        translated->Loaded.Addend = (ulong)host - address;
        return exit.ResumeLoaded;
    }

    /// <summary>Executes one instruction as the interpreter does. Gives where generated code goes on, or null.</summary>
    private byte* Interpret(ref ExitRecord exit, ulong beyond)
    {
        CpuState* state = _state;
        TranslatedState* translated = &state->Translated;
        Instruction* i = exit.Instruction;
        HostFlags.Publish(ref *state, translated->Flags);
        translated->Budget += exit.Rest;
        ulong pc = translated->VirtualPage | exit.PageOffset;
        ulong time = _end - beyond - (ulong)translated->Budget - 1;
        bool retired = translated->HintsLeft < 0 && DropsHint(in exit, time);
        state->BlockPc = translated->VirtualPage;
        state->BlockTime = time - i->Index;
        state->Current = null;
        Flow flow = ((delegate*<InterpreterEngine*, Instruction*, Flow>)i->Handler)((InterpreterEngine*)state, i);
        bool goesOn = false;
        switch (flow)
        {
            case Flow.Next:
                state->Pc = pc + InstructionBytes;
                goesOn = true;
                break;
            case Flow.End:
                goesOn = state->Pc == pc + InstructionBytes;
                break;
            case Flow.Fault:
                state->Pc = pc;
                _core.Scheduler.Clock.Now = time;
                translated->Budget += _core.TakeDataFault() ? 0 : 1;
                break;
        }

        if (!IsLoadOrStore(i->Word))
        {
            translated->Flags = HostFlags.Take(in *state);
        }

        if (!MayResume)
        {
            return null;
        }

        if (!goesOn || retired || exit.Kind == ExitKind.Last)
        {
            return CodeAfterJump();
        }

        translated->Budget -= exit.Rest;
        return exit.Resume;
    }

    /// <summary>
    /// Hints have been wrong many times, and now this one: if that was in a short time, its unit is retired, and made again without it.
    /// </summary>
    private bool DropsHint(in ExitRecord exit, ulong now)
    {
        TranslatedState* translated = &_state->Translated;
        translated->HintsLeft = WrongHints;
        ulong span = now - _hintsSince;
        _hintsSince = now;
        Block* block = _interpreter.Known(translated->VirtualPage | exit.UnitOffset);
        return span < WrongHints * InstructionsForHint && exit.Hinted != 0 && block is not null && _translator.DropHint(block, exit.Hinted - 1);
    }

    /// <summary>The word is of the group of loads and stores, none of which writes flags (DDI 0487, A64 instruction set encoding).</summary>
    private static bool IsLoadOrStore(uint word) => (word & 0x0a00_0000) == 0x0800_0000;

    private void Free()
    {
        HostMemory.Unmap(_state->Translated.JumpTable, JumpTableBytes);
    }
}
