using System;
using GdbHost.Lockstep;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>What executes a test's instructions.</summary>
public enum Engine
{
    Interpreter,

    /// <summary>Every block is translated before its first run.</summary>
    Translator,
}

/// <summary>A <see cref="UserCore"/> whose memory is mapped as a whole, on an engine of the test's choice.</summary>
internal sealed unsafe class EngineCore : IDisposable
{
    private readonly ulong _start;
    private readonly UserCore _user;
    private readonly long _bytesAtStart;

    /// <param name="start">Address of the memory.</param>
    /// <param name="bytes">Its size, whole pages.</param>
    /// <param name="engine">What executes instructions.</param>
    public EngineCore(ulong start, ulong bytes, Engine engine)
    {
        _start = start;
        _user = new UserCore(
            start, bytes, scheduler => new Cluster(scheduler, engine == Engine.Translator ? 1 : null), (address, _) => address - start < bytes);
        _bytesAtStart = Cluster.Translator?.Code.BytesUsed ?? 0;
        Core.State->SetLevel(ExceptionLevel.El0, spSel: false);
        Core.System.Derived.Update();
    }

    public Ram Ram => _user.Ram;

    public Cluster Cluster => _user.Cluster;

    public Core Core => _user.Core;

    /// <summary>Bytes of generated code up to now; what the code memory was emptied of does not count.</summary>
    public long GeneratedBytes => (Cluster.Translator?.Code.BytesUsed ?? 0) - _bytesAtStart;

    /// <summary>
    /// Executes words at an address, as many as there are words. A breakpoint behind them ends a translated unit there: a longer unit would
    /// not start with so small a budget.
    /// </summary>
    public void Run(ReadOnlySpan<uint> words, ulong pc)
    {
        ulong end = pc + (4 * (ulong)words.Length);
        for (int k = 0; k < words.Length; k++)
        {
            *(uint*)(Ram.Host + (pc - _start) + (4 * (ulong)k)) = words[k];
        }

        Cluster.Blocks.ForeignWrite(Ram, pc - _start, 4 * words.Length);
        Cluster.Debug.AddBreakpoint(end);
        Core.State->Pc = pc;
        _ = Cluster.Run((ulong)words.Length);
        Cluster.Debug.RemoveBreakpoint(end);
    }

    public void Dispose() => _user.Dispose();
}
