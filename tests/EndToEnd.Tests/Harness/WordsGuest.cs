using System;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A guest that is a list of instruction words, loaded where QEMU's virt board loads a raw kernel; and the words that tests use.</summary>
internal static class WordsGuest
{
    public const uint BranchToItself = 0x1400_0000;
    public const uint WaitForInterrupt = 0xd503_207f;
    public const uint Smc = 0xd400_0003;
    public const uint Hvc = 0xd400_0002;
    public const uint Undefined = 0x0000_0000;

    /// <summary>A branch over so many instructions, back if negative (DDI 0487, B).</summary>
    public static uint Branch(int instructions) => 0x1400_0000 | ((uint)instructions & 0x3ff_ffff);

    /// <summary>MOVZ Xd, #imm16, LSL #shift.</summary>
    public static uint MoveWide(int register, uint imm16, int shift = 0) => 0xd280_0000 | ((uint)shift / 16 << 21) | (imm16 << 5) | (uint)register;

    /// <summary>MOVK Xd, #imm16, LSL #shift.</summary>
    public static uint MoveKeep(int register, uint imm16, int shift) => 0xf280_0000 | ((uint)shift / 16 << 21) | (imm16 << 5) | (uint)register;

    /// <summary>ADD Xd, Xd, #imm12.</summary>
    public static uint Add(int register, uint imm12) => 0x9100_0000 | (imm12 << 10) | ((uint)register << 5) | (uint)register;

    /// <summary>MSR (register), by the encoding of the register.</summary>
    public static uint Write(int op0, int op1, int crn, int crm, int op2, int register) =>
        0xd510_0000 | ((uint)(op0 - 2) << 19) | ((uint)op1 << 16) | ((uint)crn << 12) | ((uint)crm << 8) | ((uint)op2 << 5) | (uint)register;

    public static MachineConfiguration Configuration(uint[] words, bool el2 = true, ExecutionEngine engine = ExecutionEngine.Translator) => new()
    {
        MemoryBytes = 64 << 20,
        El2 = el2,
        Engine = engine,
        Kernel = new BootFile("words", words.SelectMany(BitConverter.GetBytes).ToArray()),
    };

    public static MachineTarget Target(uint[] words, bool el2 = true, ExecutionEngine engine = ExecutionEngine.Translator, ulong? limit = null, GuestEnding? ending = null) =>
        MachineTarget.Create(Configuration(words, el2, engine), static _ => { }, limit, ending: ending);
}
