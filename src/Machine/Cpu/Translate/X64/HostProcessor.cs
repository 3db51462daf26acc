using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>What the translator needs from the host's processor: what every x86-64 server since 2013 has.</summary>
internal static class HostProcessor
{
    /// <summary>Code can be generated for this host.</summary>
    public static bool CanTranslate =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64
        && Avx2.X64.IsSupported && Fma.IsSupported && Bmi2.X64.IsSupported && Lzcnt.X64.IsSupported && Popcnt.IsSupported;

    /// <summary>AESENC and its like can be used (CPUID leaf 1, ECX bit 25).</summary>
    public static bool HasAes { get; } = HasFeature(Leaf1.Ecx, 25);

    /// <summary>PCLMULQDQ can be used (CPUID leaf 1, ECX bit 1).</summary>
    public static bool HasCarrylessMultiply { get; } = HasFeature(Leaf1.Ecx, 1);

    /// <summary>SHA256RNDS2 and its like can be used (CPUID leaf 7, EBX bit 29).</summary>
    public static bool HasSha { get; } = HasFeature(Leaf7.Ebx, 29);

    // Asked of the processor and not of the runtime: a program compiled ahead of time knows its baseline alone.
    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf1 => X86Base.IsSupported ? X86Base.CpuId(1, 0) : default;

    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf7 => X86Base.IsSupported ? X86Base.CpuId(7, 0) : default;

    private static bool HasFeature(int register, int bit) => (register >> bit & 1) != 0;
}
