using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.Lockstep;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.Isa;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>A core at EL0 that runs one loop, from the same state each time: a page of code, pages of data, and one page that is not mapped.</summary>
internal sealed unsafe class LoopGuest : IDisposable
{
    public const ulong Code = 0x4000_0000;
    public const ulong Data = Code + 0x1000;

    /// <summary>The page in the middle of the data that is not mapped.</summary>
    public const ulong Hole = Data + 0x4000;

    private const int Bytes = 0x9000;
    private const ulong PageMask = 0xfff;

    private readonly UserCore _user;
    private readonly LoopProgram _program;

    public LoopGuest(LoopProgram program, Engine engine)
    {
        _program = program;
        _user = new UserCore(
            Code, Bytes, scheduler => new Cluster(scheduler, engine == Engine.Translator ? 1 : null),
            static (address, level) => level == ExceptionLevel.El0 && address - Code < Bytes && (address & ~PageMask) != Hole);
        Reset();
    }

    public Cluster Cluster => _user.Cluster;

    private CpuState* State => _user.Core.State;

    /// <summary>The loop has not been run yet.</summary>
    public void Reset()
    {
        Span<byte> memory = _user.Ram.Span(0, Bytes);
        for (int k = 0; k < memory.Length; k++)
        {
            memory[k] = (byte)((k * 73) ^ (k >> 5));
        }

        _program.Words.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(memory));
        Cluster.Blocks.ForeignWrite(_user.Ram, 0, Bytes);
        State->SetLevel(ExceptionLevel.El0, spSel: false);
        _user.Core.System.Derived.Update();
        for (int register = 0; register < 31; register++)
        {
            State->X[register] = (ulong)register * 0x0101_0101_0101;
        }

        for (int word = 0; word < 64; word++)
        {
            State->V[word] = word % 2 == 0 ? BitConverter.DoubleToUInt64Bits(word) : 0;
        }

        State->WriteSp(0, Data + 0x3800);
        foreach ((int register, ulong value) in _program.Registers)
        {
            State->X[register] = value;
        }

        State->Pc = Code;
        State->Nzcv = 0x6000_0000;
        State->Daif = 0;
        State->Fp.Fpsr = 0x10;
        foreach (Sr register in new[] { Sr.EsrEl1, Sr.ElrEl1, Sr.SpsrEl1 })
        {
            _user.Core.Regs[register] = 0;
        }
    }

    public RunEnd Run(ulong instructions) => Cluster.Run(ulong.MaxValue, instructions);

    /// <summary>Everything that a guest could see.</summary>
    public string Describe()
    {
        HashCode memory = default;
        memory.AddBytes(_user.Ram.Span(0, Bytes));
        IEnumerable<string> registers = Enumerable.Range(0, 32).Select(k => $"x{k}={State->X[k]:x}");
        IEnumerable<string> vectors = Enumerable.Range(0, 10).Select(k => $"v{k / 2}.{k % 2}={State->V[k]:x}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"pc={State->Pc:x} nzcv={State->Nzcv:x} {State->El} esr={_user.Core.Regs[Sr.EsrEl1]:x} elr={_user.Core.Regs[Sr.ElrEl1]:x} "
            + $"spsr={_user.Core.Regs[Sr.SpsrEl1]:x} memory={memory.ToHashCode():x} {string.Join(' ', registers)} {string.Join(' ', vectors)}");
    }

    public void Dispose() => _user.Dispose();
}
