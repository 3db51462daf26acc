using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Lockstep;

/// <summary>Our side: executes a program block by block.</summary>
internal sealed unsafe class ProgramMachine : IDisposable
{
    /// <summary>The page with the vectors, which no program reaches.</summary>
    private const ulong Vectors = Layout.Data + Layout.DataBytes + 0x1000;
    private const ulong End = Vectors + 0x1000;
    private const ulong LowerLevelSynchronous = 0x400;
    private const uint Wfi = 0xd503_207f;

    /// <summary>More instructions than any block has.</summary>
    private const ulong MostInstructions = 100_000_000;

    private readonly UserCore _user;
    private TestProgram? _program;

    public ProgramMachine(Func<Scheduler, Cluster> engine)
    {
        _user = new UserCore(Layout.Code, End - Layout.Code, engine, IsMapped);

        // Every exception ends in a core that waits: nothing else can happen in this machine.
        MemoryMarshal.Write(_user.Ram.Span(Vectors + LowerLevelSynchronous - Layout.Code, sizeof(uint)), Wfi);
        _user.Core.Regs[Sr.VbarEl1] = Vectors;
    }

    /// <summary>Instructions executed.</summary>
    public ulong Retired => _user.Cluster.Retired;

    public ReadOnlySpan<byte> Data => _user.Ram.Span(Layout.Data - Layout.Code, Layout.DataBytes);

    public void Load(TestProgram program)
    {
        _program = program;
        Span<byte> code = _user.Ram.Span(0, Layout.CodeBytes);
        code.Clear();
        MemoryMarshal.AsBytes(program.Words.AsSpan()).CopyTo(code);
        program.Data.CopyTo(_user.Ram.Span(Layout.Data - Layout.Code, Layout.DataBytes));
        _user.Cluster.Blocks.ForeignWrite(_user.Ram, 0, Layout.CodeBytes);
        CpuState* core = _user.Core.State;
        ToEl0();
        UserState start = program.Start;
        new Span<ulong>(start.X, UserState.XCount).CopyTo(new Span<ulong>(core->X, UserState.XCount));
        new Span<ulong>(start.V, UserState.VWords).CopyTo(new Span<ulong>(core->V, UserState.VWords));
        core->WriteSp(0, start.Sp);
        core->Nzcv = start.Nzcv << 28;
        core->Fp.Fpcr = start.Fpcr;
        core->Fp.Fpsr = start.Fpsr;
    }

    /// <summary>Runs a block with what the one before has left, and gives the state that its exception found.</summary>
    public UserState Run(int block)
    {
        CpuState* core = _user.Core.State;
        ToEl0();
        core->Pc = _program!.Entry(block);
        core->ExclusiveValid = false;
        bool ended = _user.Cluster.Run(MostInstructions) == RunEnd.Idle;
        UserState state = new()
        {
            Sp = core->ReadSp(0),
            Pc = ended ? _user.Core.Regs[Sr.ElrEl1] : core->Pc,
            Nzcv = ended ? (uint)_user.Core.Regs[Sr.SpsrEl1] >> 28 : core->Nzcv >> 28,
            Fpcr = core->Fp.Fpcr,
            Fpsr = core->Fp.Fpsr,
            Outcome = ended ? Signal((uint)_user.Core.Regs[Sr.EsrEl1]) : Outcome.Other,
        };
        new ReadOnlySpan<ulong>(core->X, UserState.XCount).CopyTo(new Span<ulong>(state.X, UserState.XCount));
        new ReadOnlySpan<ulong>(core->V, UserState.VWords).CopyTo(new Span<ulong>(state.V, UserState.VWords));
        return state;
    }

    public void Dispose() => _user.Dispose();

    private static bool IsMapped(ulong address, ExceptionLevel level) =>
        level != ExceptionLevel.El0
            ? address - Vectors < 0x1000
            : address - Layout.Code < Layout.CodeBytes || address - Layout.Data < Layout.DataBytes;

    /// <summary>The signal that Linux makes of an exception.</summary>
    private static Outcome Signal(uint esr)
    {
        const uint AlignmentFault = 0x21;
        return esr.Field(31, 26) switch
        {
            0x00 or 0x18 => Outcome.Undefined,
            0x20 => Outcome.Fault,
            0x22 => Outcome.Misaligned,
            0x24 when esr.Field(5, 0) == AlignmentFault => Outcome.Misaligned,
            0x24 => Outcome.Fault,
            0x3c => Outcome.Trap,
            _ => Outcome.Other,
        };
    }

    private void ToEl0()
    {
        _user.Core.Waiting = WaitKind.None;
        _user.Core.State->SetLevel(ExceptionLevel.El0, spSel: false);
        _user.Core.System.Derived.Update();
    }
}
