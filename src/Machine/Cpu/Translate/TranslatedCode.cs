using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// All generated code of a machine, what its exits mean, and the two small routines through which it is entered and left.
/// All of it is thrown away at once when one part is full.
/// </summary>
internal sealed unsafe class TranslatedCode : IDisposable
{
    /// <summary>Bytes that one unit may need at most.</summary>
    public const int LargestUnit = 256 << 10;

    private const nuint CodeBytes = 64 << 20;
    private const int MostExits = 1 << 20;
    private const int MostInstructions = 1 << 20;

    private static readonly Gpr[] SavedByCallee = [Gpr.Rbx, Gpr.Rbp, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15];

    private readonly CodeMemory _memory;
    private readonly ExitRecord* _exits;
    private readonly Instruction* _instructions;
    private readonly byte* _firstUnit;
    private int _exitCount;
    private int _instructionCount;
    private delegate* unmanaged<CpuState*, byte*, uint> _enter;

    private TranslatedCode(CodeMemory memory)
    {
        // Reserved, not used: pages cost memory once something is in them.
        _memory = memory;
        _exits = (ExitRecord*)NativeMemory.Alloc(MostExits, (nuint)sizeof(ExitRecord));
        _instructions = (Instruction*)NativeMemory.Alloc(MostInstructions, (nuint)sizeof(Instruction));
        Asm.At = memory.Writable;
        EmitThunks();
        _firstUnit = Asm.At;
    }

    ~TranslatedCode()
    {
        FreeTables();
    }

    public Assembler Asm { get; } = new();

    /// <summary>Where code jumps with the number of its exit in EAX, as an address to write.</summary>
    public byte* ExitThunk { get; private set; }

    /// <summary>No unit may be added before <see cref="Clear"/>.</summary>
    public bool IsFull =>
        Asm.At + LargestUnit > _memory.Writable + _memory.Bytes
        || _exitCount + IrBuilder.Capacity > MostExits
        || _instructionCount + IrBuilder.Capacity > MostInstructions;

    /// <summary>Bytes of code that are in use.</summary>
    public long BytesUsed => Asm.At - _memory.Writable;

    /// <summary>Makes room for code, or gives null where the host cannot run any.</summary>
    public static TranslatedCode? TryCreate()
    {
        CodeMemory? memory = HostProcessor.CanTranslate ? CodeMemory.TryMap(CodeBytes) : null;
        return memory is null ? null : new TranslatedCode(memory);
    }

    public byte* ToExecutable(byte* written) => written + _memory.ToExecutable;

    public byte* ToWritable(byte* executed) => executed - _memory.ToExecutable;

    /// <summary>Bytes from here to the end of what has been written.</summary>
    public int BytesFrom(byte* executed) => (int)(Asm.At - ToWritable(executed));

    public ref ExitRecord Exit(int number) => ref _exits[number];

    public int AddExit(in ExitRecord exit)
    {
        _exits[_exitCount] = exit;
        return _exitCount++;
    }

    /// <summary>Leaves generated code.</summary>
    public void WriteExit(int exit)
    {
        Asm.MovImmediate(Gpr.Rax, (uint)exit);
        Assembler.Land(Asm.Jump(), ExitThunk);
    }

    /// <summary>
    /// Makes whoever enters a unit leave, and later go to the one that has taken its place. Nobody may come back into the unit.
    /// </summary>
    /// <param name="entry">The unit, as an address to execute.</param>
    /// <param name="pageOffset">Page offset of its first instruction.</param>
    public void Retire(byte* entry, ushort pageOffset)
    {
        byte* end = Asm.At;
        Asm.At = ToWritable(entry);
        byte* jump = Asm.Jump();
        Asm.At = end;
        Asm.Land(jump);
        WriteExit(AddExit(new ExitRecord { Kind = ExitKind.Link, PageOffset = pageOffset, Patch = jump }));
    }

    public Instruction* AddInstruction(in Instruction instruction)
    {
        Instruction* kept = _instructions + _instructionCount++;
        *kept = instruction;
        return kept;
    }

    /// <summary>Runs code until it comes back. Gives the number of the exit.</summary>
    public int Run(CpuState* state, byte* code) => (int)_enter(state, code);

    /// <summary>Forgets all units. Nobody may hold an address of one.</summary>
    public void Clear()
    {
        Asm.At = _firstUnit;
        _exitCount = 0;
        _instructionCount = 0;
    }

    public void Dispose()
    {
        FreeTables();
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    private void FreeTables()
    {
        NativeMemory.Free(_exits);
        NativeMemory.Free(_instructions);
    }

    private void EmitThunks()
    {
        _enter = (delegate* unmanaged<CpuState*, byte*, uint>)ToExecutable(Asm.At);
        foreach (Gpr register in SavedByCallee)
        {
            Asm.Push(register);
        }

        Asm.Lea(true, StateLayout.State, new Mem(Gpr.Rdi, StateLayout.Bias));
        Asm.Load(8, StateLayout.FastTlb, StateLayout.FastTlbPointer);
        Asm.Load(8, StateLayout.Budget, StateLayout.BudgetLeft);
        Asm.Jump(Gpr.Rsi);

        ExitThunk = Asm.At;
        Asm.Store(8, StateLayout.BudgetLeft, StateLayout.Budget);
        for (int k = SavedByCallee.Length - 1; k >= 0; k--)
        {
            Asm.Pop(SavedByCallee[k]);
        }

        Asm.Return();
    }
}
