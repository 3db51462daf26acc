using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Translate;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu;

/// <summary>One entry of the engine's own TLB, 16 bytes: a page, what may be done there, and what to add to reach host memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FastTlbEntry
{
    /// <summary>In <see cref="Tag"/>: stores are not plain memory writes. No address to which an access is aligned has this bit in its tag.</summary>
    public const ulong LoadsOnly = 0x800;

    /// <summary>Page address for which loads, and without <see cref="LoadsOnly"/> stores, go to plain memory; or <see cref="CpuState.NoTag"/>.</summary>
    public ulong Tag;

    /// <summary>Host address minus guest virtual address.</summary>
    public ulong Addend;

    public static FastTlbEntry Empty => new() { Tag = CpuState.NoTag };

    /// <summary>Page address for which loads are plain memory reads, or none that an access could ask for.</summary>
    public readonly ulong Page => Tag & ~LoadsOnly;

    public readonly bool MayStore => (Tag & LoadsOnly) == 0;
}

/// <summary>
/// The part of a core's state that engines touch with every instruction. It lives in native memory at a fixed
/// address, so that generated code can reach it; everything else is in <see cref="Core"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CpuState
{
    /// <summary>Entries of one fast TLB; there is one for each Exception level.</summary>
    public const int FastTlbEntries = 1 << 16;

    /// <summary>A tag no address has.</summary>
    public const ulong NoTag = ulong.MaxValue;

    /// <summary>In <see cref="Attention"/>: the Exception level, the stack pointer in use or interrupt masks have changed.</summary>
    public const uint LevelChanged = 2;

    /// <summary>In <see cref="ExclusivePlace"/>: the rest is a virtual address.</summary>
    public const ulong NoHostPlace = 1UL << 63;

    /// <summary>General registers by <see cref="Slots"/>; slot 31 is the stack pointer in use.</summary>
    public fixed ulong X[Slots.Count];

    /// <summary>V0 to V31, two words each, low word first.</summary>
    public fixed ulong V[64];

    public ulong Pc;

    /// <summary>Address of the first instruction of the block that runs.</summary>
    [NotState("of the running block")]
    public ulong BlockPc;

    /// <summary>PSTATE.N is bit 63.</summary>
    public ulong NFlag;

    /// <summary>PSTATE.Z is set when this is zero.</summary>
    public ulong ZFlag;

    /// <summary>PSTATE.C: 0 or 1.</summary>
    public ulong CFlag;

    /// <summary>PSTATE.V is bit 63.</summary>
    public ulong VFlag;

    /// <summary>FPCR and the cumulative part of FPSR.</summary>
    public FpStatus Fp;

    /// <summary>Not zero where FP and SIMD instructions trap in the present state.</summary>
    [NotState("from the system registers")]
    public uint FpDisabled;

    /// <summary>All ones where SCTLR_ELx.A checks the alignment of ordinary accesses, else zero.</summary>
    [NotState("from the system registers")]
    public ulong AlignmentCheck;

    /// <summary>Alignment of every access is checked in the present state: by SCTLR_ELx.A, or because stage 1 is off and all is Device memory.</summary>
    [NotState("from the system registers")]
    public bool StrictAlignment;

    /// <summary>DC ZVA traps in the present state, or may meet Device memory.</summary>
    [NotState("from the system registers")]
    public bool ZeroBlockIsSlow;

    /// <summary>Cache maintenance by address traps in the present state.</summary>
    [NotState("from the system registers")]
    public bool CacheLineTraps;

    /// <summary>Reading CTR_EL0 traps in the present state.</summary>
    [NotState("from the system registers")]
    public bool CacheTypeTraps;

    /// <summary>Data is big-endian in the present state (SCTLR_ELx.EE, E0E): no access is fast then.</summary>
    [NotState("from the system registers")]
    public bool BigEndian;

    /// <summary>At EL1: data of EL0 has another endianness, so unprivileged accesses are not EL0's.</summary>
    [NotState("from the system registers")]
    public bool UnprivilegedDiffers;

    /// <summary>15 where SP alignment is checked in the present state, else 0.</summary>
    [NotState("from the system registers")]
    public ulong SpCheck;

    /// <summary>
    /// Not zero when the run loop must look at interrupts, events or requests before the next block.
    /// <see cref="LevelChanged"/> alone: only if <see cref="Alert"/>.
    /// </summary>
    [NotState("asking once too often changes nothing")]
    public uint Attention;

    /// <summary>
    /// PSTATE decides what comes between two instructions: an interrupt is pending, masked or not, or breakpoints or
    /// software step are switched on (MDSCR_EL1.MDE, SS). May be set without need.
    /// </summary>
    [NotState("from interrupt inputs and system registers")]
    public bool Alert;

    /// <summary>PSTATE.EL.</summary>
    public ExceptionLevel El;

    /// <summary>PSTATE.SP: use SP_ELx rather than SP_EL0.</summary>
    public bool SpSel;

    /// <summary>PSTATE.D, A, I, F in bits 9:6, as in SPSR_ELx.</summary>
    public uint Daif;

    /// <summary>PSTATE.SS: software step.</summary>
    public bool SoftwareStep;

    /// <summary>PSTATE.IL: illegal execution state.</summary>
    public bool IllegalState;

    /// <summary>The exclusive monitor holds.</summary>
    public bool ExclusiveValid;

    /// <summary>Bytes covered by the exclusive monitor.</summary>
    public int ExclusiveBytes;

    /// <summary>Host address the exclusive monitor watches, or <see cref="NoHostPlace"/> and a virtual address.</summary>
    public ulong ExclusivePlace;

    /// <summary>Virtual time of the block's first instruction, so that any instruction's time is this plus its index.</summary>
    [NotState("of the running block")]
    public ulong BlockTime;

    /// <summary>The instruction that last left the engine for a slow path in this block, or null.</summary>
    [NotState("of the running block")]
    public Instruction* Current;

    /// <summary>The running block is left before this instruction. Attention moves it up to the one after the present.</summary>
    [NotState("of the running block")]
    public Instruction* BlockEnd;

    /// <summary>What a device answered to a load, or what a store to a device or across pages still has to deliver.</summary>
    [NotState("within an instruction")]
    public fixed ulong Scratch[8];

    /// <summary>SP_EL0 to SP_EL3; the one in use is stale here and current in slot 31.</summary>
    public fixed ulong SpBank[4];

    /// <summary>The fast TLB of the present Exception level.</summary>
    [NotState("kept translations")]
    public FastTlbEntry* FastTlb;

    /// <summary>The fast TLB of unprivileged loads and stores: at EL1 that of EL0, unless nothing may be fast there; elsewhere <see cref="FastTlb"/>.</summary>
    [NotState("kept translations")]
    public FastTlbEntry* UnprivilegedTlb;

    /// <summary>The fast TLBs of EL0 to EL3, one after the other: <see cref="Cpu.FastTlbs"/>.</summary>
    [NotState("kept translations")]
    public FastTlbEntry* FastTlbs;

    /// <summary>GCHandle of the <see cref="Core"/>, for slow paths.</summary>
    [NotState("the host's")]
    public nint CoreHandle;

    /// <summary>What only generated code keeps here.</summary>
    [NotState("generated code's own")]
    public TranslatedState Translated;

    /// <summary>NZCV in bits 31:28.</summary>
    public uint Nzcv
    {
        readonly get => (uint)((NFlag >> 63) << 31) | (ZFlag == 0 ? 1u << 30 : 0) | (uint)(CFlag << 29) | (uint)((VFlag >> 63) << 28);
        set
        {
            NFlag = (ulong)value << 32;
            ZFlag = (~value >> 30) & 1;
            CFlag = (value >> 29) & 1;
            VFlag = (ulong)value << 35;
        }
    }

    /// <summary>PSTATE in the layout of SPSR_ELx for AArch64 (DDI 0487, SPSR_EL1).</summary>
    public uint Spsr
    {
        readonly get => Nzcv | (SoftwareStep ? 1u << 21 : 0) | (IllegalState ? 1u << 20 : 0) | Daif | ((uint)El << 2) | (SpSel ? 1u : 0);
        set
        {
            Nzcv = value;
            SoftwareStep = value.Bit(21);
            IllegalState = value.Bit(20);
            Daif = value & 0x3c0;
            SetLevel((ExceptionLevel)value.Field(3, 2), value.Bit(0));
        }
    }

    /// <summary>Changes PSTATE.EL and PSTATE.SP, and with them the stack pointer and the fast TLB in use.</summary>
    public void SetLevel(ExceptionLevel level, bool spSel)
    {
        SpBank[SpSel ? (int)El : 0] = X[Slots.Sp];
        El = level;
        SpSel = spSel;
        X[Slots.Sp] = SpBank[SpSel ? (int)El : 0];
        FastTlb = FastTlbs + ((int)level * FastTlbEntries);
        Attention |= LevelChanged;
    }

    /// <summary>
    /// Says whether execution may go on with what comes next: nobody wants attention, or only because of a change of
    /// PSTATE from which nothing follows; then that wish is cleared.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayGoOn()
    {
        if (Attention == LevelChanged && !Alert && !IllegalState)
        {
            Attention = 0;
        }

        return Attention == 0;
    }

    /// <summary>Reads SP_ELn, wherever it is now.</summary>
    public readonly ulong ReadSp(int bank) => bank == (SpSel ? (int)El : 0) ? X[Slots.Sp] : SpBank[bank];

    /// <summary>Writes SP_ELn, wherever it is now.</summary>
    public void WriteSp(int bank, ulong value)
    {
        SpBank[bank] = value;
        if (bank == (SpSel ? (int)El : 0))
        {
            X[Slots.Sp] = value;
        }
    }

    /// <summary>A vector register as a reference to its 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Vector128<byte> Vector(int register) =>
        ref Unsafe.As<ulong, Vector128<byte>>(ref V[register * 2]);
}
