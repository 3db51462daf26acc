using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>Executes one word at a time on registers and a page of memory that a test sets and looks at, on either engine.</summary>
internal sealed unsafe class WordRunner(Engine engine) : IDisposable
{
    public const ulong PageAddress = 0x1000_0000;
    public const int PageBytes = 4096;

    private const ulong Code = PageAddress + (2 * PageBytes);
    private const ulong MemoryBytes = 4 * PageBytes;

    private readonly EngineCore _user = new(PageAddress, MemoryBytes, engine);
    private readonly Decoder _decoder = new();

    public CpuState* State => _user.Core.State;

    public Span<byte> Page => _user.Ram.Span(0, PageBytes);

    public Decoder Decoder => _decoder;

    /// <summary>Native code has been made, if this is the translator.</summary>
    public bool IsTranslating => _user.GeneratedBytes > 0;

    /// <summary>All registers zero.</summary>
    public void Reset()
    {
        new Span<ulong>(State->X, Slots.Zero).Clear();
        new Span<ulong>(State->V, 64).Clear();
        State->Fp = default;
        State->Nzcv = 0;
        Page.Clear();
    }

    /// <summary>Executes a word. False: it is UNDEFINED.</summary>
    public bool Execute(uint word)
    {
        Instruction i = default;
        if (_decoder.Decode(word, ref i, out bool _) is null)
        {
            return false;
        }

        _user.Run([word], Code);
        return State->El == ExceptionLevel.El0;
    }

    public void Dispose() => _user.Dispose();
}
