using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>The places of the present unit where execution may leave for the interpreter and come back after one instruction.</summary>
internal sealed unsafe class SideExits
{
    private readonly List<Exit> _exits = [];
    private readonly Moves _moves = new();
    private int _firstPending;
    private int _pending;

    public int Count => _exits.Count;

    public void Begin()
    {
        _exits.Clear();
        _moves.Clear();
        _firstPending = 0;
        _pending = 0;
    }

    /// <summary>Notes a jump that leaves before the present instruction has done anything.</summary>
    public void Add(byte* jumpEnd, int exit, HostRegisters registers, Forms.Fp.ZeroFactor? exception, bool comesBack)
    {
        _exits.Add(new Exit
        {
            JumpEnd = jumpEnd, Number = exit, Stores = Stores(registers), Exception = exception, Address = Gpr.None, ComesBack = comesBack,
        });
        _pending += comesBack ? 1 : 0;
    }

    /// <summary>The exit that was noted last is that of a load which may come back with what was loaded, if all it needs can be found again.</summary>
    /// <param name="address">The register of its address.</param>
    /// <param name="check">The value that the address check makes.</param>
    /// <param name="registers">The host registers.</param>
    /// <returns>Whether it may.</returns>
    public bool MayComeBackLoaded(Gpr address, int check, HostRegisters registers)
    {
        int from = _moves.Count;
        ref Exit exit = ref CollectionsMarshal.AsSpan(_exits)[^1];
        if (!registers.TrySnapshotLive(_moves, check))
        {
            _moves.CutTo(from);
            return false;
        }

        exit.Address = address;
        exit.Live = new Range(from, _moves.Count);
        return true;
    }

    /// <summary>What must be stored before anyone can look at the state as it is now, for <see cref="MovesOf"/>.</summary>
    public Range Stores(HostRegisters registers)
    {
        int from = _moves.Count;
        registers.Snapshot(_moves);
        return new Range(from, _moves.Count);
    }

    /// <summary>The instruction is complete: here its side exits come back, with the flags in the host's if they are there now.</summary>
    public void Rejoin(byte* here, HostRegisters registers, bool flagsInHost)
    {
        if (_pending == 0)
        {
            _firstPending = _exits.Count;
            return;
        }

        _pending = 0;
        int from = _moves.Count;
        registers.SnapshotLoads(_moves);
        foreach (ref Exit exit in CollectionsMarshal.AsSpan(_exits)[_firstPending..])
        {
            exit.Rejoins = here;
            exit.FlagsInHost = flagsInHost;
            exit.Loads = new Range(from, _moves.Count);
        }

        _firstPending = _exits.Count;
    }

    public Span<Exit> All => CollectionsMarshal.AsSpan(_exits);

    public ReadOnlySpan<Move> MovesOf(Range range) => _moves.Of(range);

    /// <summary>A jump out, and what surrounds it.</summary>
    public struct Exit
    {
        public byte* JumpEnd;
        public int Number;
        public Range Stores;
        public Range Loads;
        public byte* Rejoins;
        public bool FlagsInHost;

        /// <summary>The unit goes on behind the instruction.</summary>
        public bool ComesBack;

        /// <summary>When the jump comes back to where it ended.</summary>
        public Forms.Fp.ZeroFactor? Exception;

        /// <summary>For an address check, as <see cref="Exception"/>.</summary>
        public PageSearch? Search;

        /// <summary>For a load that may come back with what was loaded: the register of its address.</summary>
        public Gpr Address;

        /// <summary>What such a load needs in registers again.</summary>
        public Range Live;
    }

    /// <summary>Between a host register and memory.</summary>
    /// <param name="Home">The guest register or spill slot, as <see cref="HostRegisters"/> numbers them.</param>
    /// <param name="Value">The value.</param>
    /// <param name="Place">Its host register, or -1.</param>
    /// <param name="From">Where it is if it is in no register.</param>
    public readonly record struct Move(int Home, short Value, sbyte Place, short From);

    /// <summary>Moves of all exits, one after the other.</summary>
    public sealed class Moves
    {
        private readonly List<Move> _list = [];

        public int Count => _list.Count;

        public void Add(Move move) => _list.Add(move);

        public void Clear() => _list.Clear();

        public void CutTo(int count) => _list.RemoveRange(count, _list.Count - count);

        public ReadOnlySpan<Move> Of(Range range) => CollectionsMarshal.AsSpan(_list)[range];
    }
}
