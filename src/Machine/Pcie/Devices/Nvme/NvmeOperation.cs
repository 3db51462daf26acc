using System;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>A command that the controller knows.</summary>
/// <param name="Opcode">In its set: administration, or NVM.</param>
/// <param name="Name">The specification's.</param>
/// <param name="Effects">What the Commands Supported and Effects log says of it beside that it is supported (section 5.14.1.5).</param>
/// <param name="Do">Does it.</param>
internal sealed record NvmeOperation(byte Opcode, string Name, NvmeEffects Effects, Func<NvmeController, NvmeRequest, NvmeStatus> Do);

/// <summary>Effects of a command, as bits of its entry in the log.</summary>
[Flags]
internal enum NvmeEffects : uint
{
    None = 0,
    Supported = 1 << 0,
    ChangesBlocks = 1 << 1,
}
