using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Transfer;

/// <summary>A piece of memory that a command's data is in.</summary>
internal readonly record struct DataPiece(ulong Address, int Length);

/// <summary>The memory of one command's data, in order; neighbors are joined.</summary>
[NotState("used within one command")]
internal sealed class DataPieces
{
    private readonly List<DataPiece> _list = [];

    public IReadOnlyList<DataPiece> List => _list;

    public void Clear() => _list.Clear();

    public void Add(ulong address, int length)
    {
        if (_list.Count > 0 && _list[^1] is DataPiece last && last.Address + (ulong)last.Length == address)
        {
            _list[^1] = last with { Length = last.Length + length };
        }
        else if (length > 0)
        {
            _list.Add(new DataPiece(address, length));
        }
    }

    /// <summary>Calls for each piece of a part of the data, with the place in the part; stops where the call gives false.</summary>
    public bool ForEach(int from, int length, Func<ulong, int, int, bool> action)
    {
        int at = 0;
        foreach (DataPiece piece in _list)
        {
            int first = Math.Max(from, at);
            int end = Math.Min(from + length, at + piece.Length);
            if (first < end && !action(piece.Address + (ulong)(first - at), first - from, end - first))
            {
                return false;
            }

            at += piece.Length;
            if (at >= from + length)
            {
                break;
            }
        }

        return true;
    }
}
