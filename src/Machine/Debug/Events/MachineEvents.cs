using System.Collections.Generic;

namespace GdbHost.Machine.Debug.Events;

/// <summary>One access of a core to PCI configuration space, after it was done.</summary>
/// <param name="Pc">Of the instruction that made it.</param>
/// <param name="Function">Bus, device and function that it was for: <c>bb:dd.f</c>.</param>
/// <param name="Name">The function that answered; null where none did.</param>
/// <param name="Register">The registers that it touched, by the specification's names.</param>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Size">1, 2 or 4 bytes.</param>
/// <param name="Value">What was written, or was read; all ones where nobody answered a read.</param>
/// <param name="Vmid">VTTBR_EL2.VMID of a guest that made it; null for who is under no stage 2.</param>
public sealed record MachineConfigAccess(
    int Cpu, ulong Pc, string Function, string? Name, string Register, int Offset, int Size, bool IsWrite, uint Value, int? Vmid);

/// <summary>One interrupt message of a PCI function, when its way is at an end.</summary>
/// <param name="Cpu">The core whose turn it was.</param>
/// <param name="Function">Its requester ID: <c>bb:dd.f</c>.</param>
/// <param name="Address">Where the function sent it to.</param>
/// <param name="Data">What it wrote there.</param>
/// <param name="Way">What each place on its way made of it, in order.</param>
/// <param name="Vmid">Of the stage 2 that the SMMU has for the function's stream; null without.</param>
public sealed record MachineMessage(int Cpu, string Function, ulong Address, uint Data, IReadOnlyList<string> Way, int? Vmid);

/// <summary>An event record of an SMMU's, or a global error (IHI 0070).</summary>
/// <param name="Name">The document's name: of the record, CERROR_ILL or CERROR_ABT for the command queue, or of the bit of SMMU_GERROR.</param>
/// <param name="Requester">Whose request it is about, with the function's name where there is one; null for an error.</param>
/// <param name="Words">All that it says.</param>
/// <param name="Vmid">Of the stage 2 of the stream that it is about; null without.</param>
public sealed record MachineSmmuReport(string Name, string? Requester, string Words, int? Vmid);
