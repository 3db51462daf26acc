using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// One known way from a virtual address to generated code, in the layout that generated code reads: 32 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JumpEntry
{
    public const int Bytes = 32;

    public ulong Pc;

    /// <summary>The <see cref="TranslatedState.JumpKey"/> under which it is valid; 0 is never valid.</summary>
    public ulong Key;

    public ulong Code;

    private readonly ulong _unused;
}

/// <summary>
/// The part of a core's state that only generated code uses. Nothing here is part of a snapshot: between two runs the
/// flags are in their general form and the rest is found anew.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TranslatedState
{
    public const int Jumps = 1 << 16;
    public const int SpillSlots = 64;

    /// <summary>X0 to X30 and the stack pointer.</summary>
    public const int HintedRegisters = 32;

    /// <summary>NZCV as <see cref="HostFlags"/>, while generated code runs.</summary>
    public ushort Flags;

    /// <summary>Instructions that may still be executed.</summary>
    public long Budget;

    /// <summary>Virtual time of the last instruction of the budget.</summary>
    public ulong TimeAtEnd;

    /// <summary>Virtual address of the page whose code runs.</summary>
    public ulong VirtualPage;

    /// <summary>What entries of the jump table must carry to be valid: changes when translations or the Exception level do.</summary>
    public ulong JumpKey;

    /// <summary>Where operations keep values that do not fit into registers, 16 bytes each.</summary>
    public fixed ulong Spills[SpillSlots * 2];

    /// <summary>
    /// For each general register a copy of the entry of the fast TLB by which it was last followed as a base: what the tag of a load must be
    /// there. No copy outlives its entry: <see cref="FastTlbs"/> has them all forgotten when one goes, or may no longer be stored by.
    /// </summary>
    public fixed ulong HintedLoads[HintedRegisters];

    /// <summary>The same for stores; directly behind those for loads.</summary>
    public fixed ulong HintedStores[HintedRegisters];

    /// <summary>Host address minus guest virtual address of the copies.</summary>
    public fixed ulong HintedAddends[HintedRegisters];

    /// <summary>The fast TLB that the hints are copied from.</summary>
    public FastTlbEntry* HintedTlb;

    /// <summary>How often hints may still be wrong before somebody asks why.</summary>
    public int HintsLeft;

    /// <summary>The virtual address of a load that has left (<see cref="ExitKind.Load"/>).</summary>
    public ulong LoadAddress;

    /// <summary>What generated code takes for the entry of the fast TLB of a load that comes back: it leads to what was loaded.</summary>
    public FastTlbEntry Loaded;

    /// <summary><see cref="HostFlags"/> by NZCV.</summary>
    public fixed ushort FlagsOfNzcv[16];

    /// <summary>Stored system registers, by <see cref="SysRegs.Sr"/>.</summary>
    public ulong* SystemRegisters;

    /// <summary>By <see cref="HostConstant"/>, 16 bytes each.</summary>
    public fixed ulong Constants[(int)HostConstant.Count * 2];

    /// <summary>The jump table: <see cref="Jumps"/> entries. Null where there is no generated code.</summary>
    public JumpEntry* JumpTable;

    /// <summary>Hints of another fast TLB would allow what another Exception level may do.</summary>
    public void HintAt(FastTlbEntry* tlb)
    {
        HintedTlb = tlb;
        ForgetHints();
    }

    public void ForgetHints()
    {
        fixed (ulong* tags = HintedLoads)
        {
            new Span<ulong>(tags, HintedRegisters * 2).Fill(CpuState.NoTag);
        }
    }

    /// <summary>The entry where an address's way is kept, if it is.</summary>
    public readonly ref JumpEntry JumpOf(ulong pc) => ref JumpTable[(int)(pc >> 2) & (Jumps - 1)];

    /// <summary>Forgets the ways to addresses in one page.</summary>
    public readonly void ForgetJumps(ulong page)
    {
        if (JumpTable is null)
        {
            return;
        }

        foreach (ref JumpEntry entry in new Span<JumpEntry>(Unsafe.AsPointer(ref JumpOf(page)), (int)(Ram.PageSize / 4)))
        {
            if (FastTlbs.IsWithin(entry.Pc, page, Ram.PageShift))
            {
                entry = default;
            }
        }
    }
}
