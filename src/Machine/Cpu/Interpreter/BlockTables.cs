using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>
/// Tables of a page's blocks by word offset, 0 where none has been decoded: in memory that the host commits where a table is used, and given out
/// again once a page has lost its blocks.
/// </summary>
[NotState("decoded from memory")]
internal sealed unsafe class BlockTables : IDisposable
{
    /// <summary>Entries of a table.</summary>
    public const int Entries = (int)(Ram.PageSize / 4);

    private const ulong PieceBytes = 4 << 20;
    private const ulong TableBytes = Entries * sizeof(ulong);

    private readonly List<nint> _pieces = [];
    private readonly Stack<nint> _free = [];
    private byte* _next;
    private byte* _end;

    ~BlockTables()
    {
        Free();
    }

    /// <summary>Tables in use.</summary>
    public int Count { get; private set; }

    /// <summary>Gives a table without blocks.</summary>
    public nint* Take()
    {
        Count++;
        if (_free.TryPop(out nint used))
        {
            NativeMemory.Clear((void*)used, (nuint)TableBytes);
            return (nint*)used;
        }

        if (_next == _end)
        {
            _next = HostMemory.Map(PieceBytes, "tables of decoded blocks");
            _end = _next + PieceBytes;
            _pieces.Add((nint)_next);
        }

        byte* table = _next;
        _next += TableBytes;
        return (nint*)table;
    }

    /// <summary>Takes a table back. Nobody may look at it any more.</summary>
    public void Give(nint* table)
    {
        Count--;
        _free.Push((nint)table);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (nint piece in _pieces)
        {
            HostMemory.Unmap((void*)piece, PieceBytes);
        }
    }
}
