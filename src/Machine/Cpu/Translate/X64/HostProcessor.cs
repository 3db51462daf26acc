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

    /// <summary>AESENC and its like can be used.</summary>
    public static bool HasAes => Aes.IsSupported;

    /// <summary>PCLMULQDQ can be used.</summary>
    public static bool HasCarrylessMultiply => Pclmulqdq.IsSupported;

    /// <summary>SHA256RNDS2 and its like can be used (CPUID leaf 7, EBX bit 29).</summary>
    public static bool HasSha { get; } = X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 29)) != 0;
}
