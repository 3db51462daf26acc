using System;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>
/// The Image of a kernel that has not written its notes yet, found from its vectors: it is one piece of physical memory, in front of
/// them, and begins with a header (Linux documentation, arch/arm64/booting).
/// </summary>
/// <param name="Base">The physical address of its first byte, an intermediate one under a hypervisor.</param>
/// <param name="Text">The virtual address of its first byte, <c>_text</c>.</param>
/// <param name="Vectors">VBAR_EL1.</param>
internal sealed record KernelImage(ulong Base, ulong Text, ulong Vectors)
{
    private const int MostBytes = 64 << 20;
    private const int StepBytes = 1 << 16;
    private const int MagicAt = 0x38;

    public static KernelImage? Find(MonitorRequest request)
    {
        ulong vectors = MonitorArguments.Register(request, "VBAR_EL1");
        WalkReport? walk = vectors >> 63 != 0 && request.Target is ITranslation walks ? walks.Explain(request.Cpu, vectors, 1, WalkAccess.Execute) : null;
        if ((walk?.Intermediate ?? walk?.Physical) is not ulong physical)
        {
            return null;
        }

        Span<byte> magic = stackalloc byte[4];
        for (ulong back = 0; back < MostBytes && back <= physical; back += StepBytes)
        {
            ulong start = (physical - back) & ~(ulong)(StepBytes - 1);
            if (request.Target.ReadMemory(request.Cpu, AddressView.Intermediate, start + MagicAt, magic) == magic.Length && magic.SequenceEqual("ARM\x64"u8))
            {
                return new KernelImage(start, vectors - (physical - start), vectors);
            }
        }

        return null;
    }
}
