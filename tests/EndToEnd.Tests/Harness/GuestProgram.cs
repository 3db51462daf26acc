using System;
using GdbHost.GdbStub.Target;
using static GdbHost.EndToEnd.Tests.Harness.WordsGuest;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>
/// A program at EL2 that sets control registers and goes to another at EL1 (DDI 0487, ERET). Vectors of EL2 are at 0x40080800, those of EL1 at
/// 0x40081800; each is a branch to itself unless the test puts something else there. EL1 begins at 0x40081000, the MMUs are off.
/// </summary>
internal static class GuestProgram
{
    public const int El1Start = 0x1000;
    public const int El2Vectors = 0x800;
    public const int El1Vectors = 0x1800;

    /// <summary>Exception from a lower level, and from the same level with its own stack pointer: synchronous.</summary>
    public const int FromLower = 0x400;
    public const int FromSame = 0x200;

    private const uint Isb = 0xd503_3fdf;
    private const uint Eret = 0xd69f_03e0;

    /// <summary>The words.</summary>
    /// <param name="el2">Runs at EL2 before EL1 is entered.</param>
    /// <param name="el1">Runs at EL1.</param>
    /// <param name="vector">What the vector of EL2 for synchronous exceptions from EL1 does; a branch to itself if empty.</param>
    /// <param name="hcr">HCR_EL2 bits beside RW.</param>
    /// <param name="spsr">SPSR_EL2 for EL1: EL1h, all masked.</param>
    public static uint[] Words(uint[] el2, uint[] el1, uint[]? vector = null, ulong hcr = 0, uint spsr = 0x3c5)
    {
        uint[] code = new uint[0x800];
        Array.Fill(code, BranchToItself);
        ulong control = hcr | (1UL << 31);
        uint[] begin =
        [
            .. el2,
            MoveWide(5, (uint)(control & 0xffff)), MoveKeep(5, (uint)(control >> 16 & 0xffff), 16), MoveKeep(5, (uint)(control >> 32 & 0xffff), 32), Write(3, 4, 1, 1, 0, 5),
            MoveWide(6, spsr & 0xffff), MoveKeep(6, spsr >> 16, 16), Write(3, 4, 4, 0, 0, 6),
            MoveWide(7, 0x4008, 16), MoveKeep(7, El1Start, 0), Write(3, 4, 4, 0, 1, 7),
            MoveWide(8, 0x4008, 16), MoveKeep(8, El2Vectors, 0), Write(3, 4, 12, 0, 0, 8),
            MoveKeep(8, El1Vectors, 0), Write(3, 0, 12, 0, 0, 8), Isb, Eret,
        ];
        begin.CopyTo(code, 0);
        el1.CopyTo(code, El1Start / 4);
        (vector ?? []).CopyTo(code, (El2Vectors + FromLower) / 4);
        return code;
    }

    /// <summary>The machine, run to its limit.</summary>
    public static MachineTarget Run(uint[] words, ulong limit = 200, bool logs = false)
    {
        MachineTarget target = Target(words, limit: limit);
        if (logs)
        {
            TargetRun.Ask(target, "traps on");
        }

        TargetRun.Run(target);
        return target;
    }
}
