using System;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Allocation;

/// <summary>Moves into several general registers that happen as if at once: each place gets what its source was before. RAX is free.</summary>
internal sealed unsafe class ParallelMove
{
    private const int Most = 16;

    private readonly (Gpr To, Gpr From)[] _moves = new (Gpr, Gpr)[Most];
    private readonly (Gpr To, Mem From)[] _loads = new (Gpr, Mem)[Most];
    private readonly (Gpr To, ulong Value)[] _constants = new (Gpr, ulong)[Most];
    private int _moveCount;
    private int _loadCount;
    private int _constantCount;

    public void Begin()
    {
        _moveCount = 0;
        _loadCount = 0;
        _constantCount = 0;
    }

    public void Add(Gpr to, Gpr from)
    {
        if (to != from)
        {
            _moves[_moveCount++] = (to, from);
        }
    }

    public void AddLoad(Gpr to, in Mem from) => _loads[_loadCount++] = (to, from);

    public void AddConstant(Gpr to, ulong value) => _constants[_constantCount++] = (to, value);

    /// <summary>Writes them; flags are kept.</summary>
    public void Write(Assembler asm)
    {
        while (_moveCount > 0)
        {
            int next = Array.FindIndex(_moves, 0, _moveCount, move => !IsSource(move.To));
            if (next >= 0)
            {
                asm.Mov(true, _moves[next].To, _moves[next].From);
                _moves[next] = _moves[--_moveCount];
                continue;
            }

            // Only cycles are left: one of their sources makes room.
            Gpr from = _moves[0].From;
            asm.Mov(true, Gpr.Rax, from);
            for (int k = 0; k < _moveCount; k++)
            {
                _moves[k].From = _moves[k].From == from ? Gpr.Rax : _moves[k].From;
            }
        }

        foreach ((Gpr to, Mem from) in _loads.AsSpan(0, _loadCount))
        {
            asm.Load(8, to, from);
        }

        foreach ((Gpr to, ulong value) in _constants.AsSpan(0, _constantCount))
        {
            asm.MovImmediate(to, value);
        }
    }

    private bool IsSource(Gpr register)
    {
        for (int k = 0; k < _moveCount; k++)
        {
            if (_moves[k].From == register)
            {
                return true;
            }
        }

        return false;
    }
}
