using System.Runtime.InteropServices;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Where generated code finds the parts of <see cref="CpuState"/>. RBP points <see cref="Bias"/> bytes into it, so that
/// the general registers are in reach of one-byte displacements.
/// </summary>
internal static unsafe class StateLayout
{
    public const int Bias = 128;

    public const int SpillSlots = TranslatedState.SpillSlots;

    public const Gpr State = Gpr.Rbp;
    public const Gpr Budget = Gpr.R14;
    public const Gpr FastTlb = Gpr.R15;

    // A state of nobody's, once for the process: only distances in it are taken.
    private static readonly CpuState* Origin = (CpuState*)NativeMemory.AllocZeroed((nuint)sizeof(CpuState));

    public static Mem Pc => At(&Origin->Pc);

    public static Mem FpDisabled => At(&Origin->FpDisabled);

    public static Mem FpControl => At(&Origin->Fp.Fpcr);

    public static Mem FpStatus => At(&Origin->Fp.Fpsr);

    public static Mem SpCheck => At(&Origin->SpCheck);

    public static Mem FastTlbPointer => At(&Origin->FastTlb);

    public static Mem UnprivilegedTlb => At(&Origin->UnprivilegedTlb);

    public static Mem Level => At(&Origin->El);

    public static Mem SpSel => At(&Origin->SpSel);

    public static Mem Daif => At(&Origin->Daif);

    public static Mem SpEl0 => At(Origin->SpBank);

    public static Mem ZeroBlockIsSlow => At(&Origin->ZeroBlockIsSlow);

    public static Mem CacheLineTraps => At(&Origin->CacheLineTraps);

    public static Mem CacheTypeTraps => At(&Origin->CacheTypeTraps);

    public static Mem Alert => At(&Origin->Alert);

    public static Mem SystemRegisters => At(&Origin->Translated.SystemRegisters);

    public static Mem ExclusiveValid => At(&Origin->ExclusiveValid);

    public static Mem ExclusiveBytes => At(&Origin->ExclusiveBytes);

    public static Mem ExclusivePlace => At(&Origin->ExclusivePlace);

    public static Mem Flags => At(&Origin->Translated.Flags);

    public static Mem BudgetLeft => At(&Origin->Translated.Budget);

    public static Mem TimeAtEnd => At(&Origin->Translated.TimeAtEnd);

    public static Mem VirtualPage => At(&Origin->Translated.VirtualPage);

    public static Mem JumpKey => At(&Origin->Translated.JumpKey);

    public static Mem JumpTable => At(&Origin->Translated.JumpTable);

    public static Mem X(int slot) => At(Origin->X + slot);

    public static Mem V(int register) => At(Origin->V + (register * 2));

    /// <summary>The tag by which loads followed a base register last.</summary>
    public static Mem HintedLoad(int slot) => At(Origin->Translated.HintedLoads + slot);

    /// <summary>The tag by which stores followed a base register last.</summary>
    public static Mem HintedStore(int slot) => At(Origin->Translated.HintedStores + slot);

    /// <summary>What leads from an address in the hinted page to host memory.</summary>
    public static Mem HintedAddend(int slot) => At(Origin->Translated.HintedAddends + slot);

    public static Mem HintsLeft => At(&Origin->Translated.HintsLeft);

    public static Mem LoadAddress => At(&Origin->Translated.LoadAddress);

    public static Mem Loaded => At(&Origin->Translated.Loaded);

    public static Mem Spill(int number) => At(Origin->Translated.Spills + (number * 2));

    /// <summary>The flags of an NZCV that is in a register.</summary>
    public static Mem FlagsOfNzcv(Gpr nzcv) => At(Origin->Translated.FlagsOfNzcv) with { Index = nzcv, Scale = 1 };

    public static Mem Constant(HostConstant constant) => At(Origin->Translated.Constants + ((int)constant * 2));

    private static Mem At(void* offset) => new(State, (int)((byte*)offset - (byte*)Origin) - Bias);
}
