using System;
using GdbHost.InstructionWords;
using GdbHost.Lockstep;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>A core at EL0 with memory where the vectors have it, set up as Linux sets up a process.</summary>
internal sealed unsafe class VectorMachine(Engine engine) : IDisposable
{
    private readonly EngineCore _user = new(Arena.Start, Arena.Size, engine);

    private Core Core => _user.Core;

    /// <summary>Native code has been made, if this is the translator.</summary>
    public bool IsTranslating => _user.GeneratedBytes > 0;

    /// <summary>Sets SCTLR_EL1.A and SCTLR_EL1.SA0.</summary>
    public void CheckAlignment(bool ofAccesses, bool ofStack)
    {
        const ulong A = 1UL << 1;
        const ulong Sa0 = 1UL << 4;
        Core.Regs[Sr.SctlrEl1] = UserCore.UserMayZeroAndMaintainCaches | (ofAccesses ? A : 0) | (ofStack ? Sa0 : 0);
        Core.FastTlb.Flush();
    }

    /// <summary>Executes words from a state and says what they changed, as the vector files say it.</summary>
    public string Run(ReadOnlySpan<uint> words, VectorState before)
    {
        Enter(before);
        _user.Run(words, before.Pc);
        bool faulted = Core.State->El != ExceptionLevel.El0;
        string outcome = faulted ? " " + Outcome((uint)Core.Regs[Sr.EsrEl1]) : "";
        VectorState after = Leave();
        return outcome + before.Difference(after, faulted ? after.Pc : Arena.Code + (4 * (ulong)words.Length));
    }

    public void Dispose() => _user.Dispose();

    /// <summary>The signal that Linux makes of an exception; for a misaligned SP, that.</summary>
    private static string Outcome(uint esr)
    {
        const uint AlignmentFault = 0x21;
        return esr.Field(31, 26) switch
        {
            0x00 or 0x18 => "ill",
            0x24 when esr.Field(5, 0) == AlignmentFault => "bus",
            0x24 => "segv",
            0x26 => "sp",
            0x3c => "trap",
            _ => $"exception with ESR {esr:x}",
        };
    }

    private void Enter(VectorState state)
    {
        CpuState* to = Core.State;
        state.Memory.CopyTo(_user.Ram.Span(Arena.Window - Arena.Start, Arena.WindowBytes));
        to->SetLevel(ExceptionLevel.El0, spSel: false);
        Core.System.Derived.Update();
        state.X.CopyTo(new Span<ulong>(to->X, state.X.Length));
        state.V.CopyTo(new Span<ulong>(to->V, state.V.Length));
        to->WriteSp(0, state.Sp);
        to->Pc = state.Pc;
        to->Nzcv = state.Nzcv << 28;
        to->Fp.Fpcr = state.Fpcr;
        to->Fp.Fpsr = state.Fpsr;
        to->ExclusiveValid = false;
    }

    private VectorState Leave()
    {
        CpuState* from = Core.State;
        VectorState state = new()
        {
            Sp = from->ReadSp(0),
            Pc = from->Pc,
            Nzcv = from->Nzcv >> 28,
            Fpcr = from->Fp.Fpcr,
            Fpsr = from->Fp.Fpsr,
        };
        new ReadOnlySpan<ulong>(from->X, state.X.Length).CopyTo(state.X);
        new ReadOnlySpan<ulong>(from->V, state.V.Length).CopyTo(state.V);
        _user.Ram.Span(Arena.Window - Arena.Start, Arena.WindowBytes).CopyTo(state.Memory);
        return state;
    }
}
