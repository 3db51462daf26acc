using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>
/// Decoded blocks of a machine, by physical place, shared by its cores. A store into a page with blocks drops them;
/// the memory behind dropped blocks is reclaimed when the whole cache is emptied between two blocks.
/// </summary>
[NotState("decoded from memory")]
internal sealed unsafe class BlockCache : IDisposable
{
    /// <summary>Longest block.</summary>
    public const int MaxInstructions = 64;

    private const int ChunkBytes = 4 << 20;
    private const int MaxChunks = 64;
    private const int MaxPages = 1 << 14;

    private readonly Dictionary<nint, CodePage> _pages = [];
    private readonly BlockTables _tables = new();
    private readonly List<nint> _chunks = [];
    private readonly List<IBlockUser> _users = [];
    private readonly HashSet<ushort> _guardedOffsets = [];
    private byte* _next;
    private byte* _end;

    ~BlockCache()
    {
        FreeChunks();
    }

    /// <summary>The instruction set's tables: one set for all who decode.</summary>
    public Decoder Decoder { get; } = new();

    /// <summary>Adds a core that keeps pointers to blocks.</summary>
    public void Attach(IBlockUser user) => _users.Add(user);

    /// <summary>
    /// Page offsets at which blocks must begin because a breakpoint is there. All blocks are dropped.
    /// </summary>
    public void SetGuards(IEnumerable<ulong> addresses)
    {
        _guardedOffsets.Clear();
        foreach (ulong address in addresses)
        {
            _guardedOffsets.Add((ushort)(address & (Ram.PageSize - 1)));
        }

        Clear();
    }

    /// <summary>A block must begin at this page offset.</summary>
    public bool IsGuarded(ushort pageOffset) => _guardedOffsets.Contains(pageOffset);

    /// <summary>
    /// The interpreter's handler of a routine, as a <c>delegate*&lt;InterpreterEngine*, Instruction*, Flow&gt;</c>;
    /// null stands for UNDEFINED.
    /// </summary>
    public static nint HandlerOf(Routine? routine) =>
        // References and pointers are passed alike, so the routine itself can be the handler.
        (nint)(routine ?? Routine.Of<UndefinedInstruction>()).Interpreted;

    /// <summary>The page of code at an offset of RAM.</summary>
    public CodePage PageAt(Ram ram, ulong offset)
    {
        nint key = (nint)(ram.Host + (offset & ~(Ram.PageSize - 1)));
        if (!_pages.TryGetValue(key, out CodePage? page))
        {
            page = new CodePage(key, _tables.Take());
            _pages.Add(key, page);
            ram.Pages[offset >> Ram.PageShift] |= (byte)PageFlags.HasCode;
            foreach (IBlockUser user in _users)
            {
                user.PageGotCode(key);
            }
        }

        return page;
    }

    /// <summary>The block at an offset in a page of code, decoded now if need be. Call <see cref="Trim"/> before.</summary>
    public Block* At(CodePage page, int pageOffset)
    {
        ref nint slot = ref page.Blocks[pageOffset >> 2];
        if (slot == 0)
        {
            slot = (nint)Decode(page.Host, pageOffset);
        }

        return (Block*)slot;
    }

    /// <summary>Drops the blocks of one page. Blocks that run now stay readable until the core asks for the next one.</summary>
    public void Invalidate(Ram ram, ulong page)
    {
        ram.Pages[page] &= unchecked((byte)~PageFlags.HasCode);
        if (_pages.Remove((nint)(ram.Host + (page << Ram.PageShift)), out CodePage? dropped))
        {
            _tables.Give(dropped.Blocks);
        }

        foreach (IBlockUser user in _users)
        {
            user.ForgetBlocks();
        }
    }

    /// <summary>Tells of a store that did not come from a core's own store path (DMA, loader, debugger).</summary>
    public void ForeignWrite(Ram ram, ulong offset, int length)
    {
        for (ulong page = offset >> Ram.PageShift; page <= (offset + (ulong)length - 1) >> Ram.PageShift; page++)
        {
            if ((ram.Pages[page] & (byte)PageFlags.HasCode) != 0)
            {
                Invalidate(ram, page);
            }
        }
    }

    /// <summary>Drops every block; memory is reclaimed by the next <see cref="Trim"/>.</summary>
    public void Clear()
    {
        // Page flags stay set: a store there finds nothing to drop and clears its flag then.
        foreach (CodePage page in _pages.Values)
        {
            _tables.Give(page.Blocks);
        }

        _pages.Clear();
        foreach (IBlockUser user in _users)
        {
            user.ForgetBlocks();
        }
    }

    /// <summary>Empties the cache if it has grown to its limit. Call only while no block runs.</summary>
    public void Trim()
    {
        if (_chunks.Count >= MaxChunks || _tables.Count >= MaxPages)
        {
            Clear();
            FreeChunks();
        }
    }

    public void Dispose()
    {
        FreeChunks();
        _tables.Dispose();
        GC.SuppressFinalize(this);
    }

    private Block* Decode(nint page, int pageOffset)
    {
        int blockBytes = (MaxInstructions * sizeof(Instruction)) + sizeof(Block);
        if (_end - _next < blockBytes)
        {
            _next = (byte*)NativeMemory.AlignedAlloc(ChunkBytes, 64);
            _end = _next + ChunkBytes;
            _chunks.Add((nint)_next);
        }

        Block* block = (Block*)_next;
        *block = new Block { First = (Instruction*)(block + 1), Page = (byte*)page, PageOffset = (ushort)pageOffset };
        block->Guarded = _guardedOffsets.Contains((ushort)pageOffset);
        uint* words = (uint*)(page + pageOffset);
        int limit = Math.Min(MaxInstructions, (int)(Ram.PageSize - (ulong)pageOffset) / 4);
        int count = 0;
        bool ends = false;
        while (!ends && count < limit && (count == 0 || !_guardedOffsets.Contains((ushort)(pageOffset + (count * 4)))))
        {
            Instruction* i = block->First + count;
            Routine? routine = Decoder.Decode(words[count], ref *i, out ends);
            i->Handler = HandlerOf(routine);
            i->Index = (ushort)count;
            count++;
        }

        block->Count = count;
        _next = (byte*)(block->First + count);
        return block;
    }

    private void FreeChunks()
    {
        foreach (nint chunk in _chunks)
        {
            NativeMemory.AlignedFree((void*)chunk);
        }

        _chunks.Clear();
        _next = null;
        _end = null;
    }

    /// <summary>What a word without a row does.</summary>
    private readonly struct UndefinedInstruction : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => e.Leave<UndefinedCall>(in i);
    }
}

/// <summary>A page of RAM that has decoded blocks.</summary>
/// <param name="host">Its host address.</param>
/// <param name="blocks">Its table, one of <see cref="BlockTables"/>.</param>
[NotState("decoded from memory")]
internal sealed unsafe class CodePage(nint host, nint* blocks)
{
    public nint Host => host;

    /// <summary>Blocks by word offset, 0 where none has been decoded.</summary>
    public nint* Blocks => blocks;
}

/// <summary>Someone who keeps pointers to blocks or remembers which pages may be stored to quickly.</summary>
internal interface IBlockUser
{
    /// <summary>Some blocks are gone: forget all pointers to blocks.</summary>
    void ForgetBlocks();

    /// <summary>A page of host memory got its first block: stores there must take the slow path.</summary>
    void PageGotCode(nint hostPage);
}
