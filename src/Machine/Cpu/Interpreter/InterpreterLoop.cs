using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>
/// Runs a core block by block. Inside a page blocks are linked; from page to page a table by virtual page and
/// Exception level finds the next one, and is forgotten where translations may have changed.
/// </summary>
[NotState("kept translations and ways from block to block")]
internal sealed unsafe class InterpreterLoop : IExecutionEngine, IBlockUser, IFastTlb
{
    private const int Pages = 512;
    private const int Levels = 4;
    private const ulong PageMask = ~(Ram.PageSize - 1);

    private readonly Core _core;
    private readonly CpuState* _state;
    private readonly BlockCache _blocks;
    private readonly Way[] _ways = new Way[Pages];
    private bool _linksBroken;

    public InterpreterLoop(Core core, BlockCache blocks)
    {
        _core = core;
        _state = core.State;
        _blocks = blocks;
        blocks.Attach(this);
    }

    /// <summary>Changes whenever something that was known of translations or blocks may no longer hold.</summary>
    public ulong Generation { get; private set; } = 1;

    public ulong Run(ulong budget)
    {
        CpuState* state = _state;
        ulong start = _core.Scheduler.Clock.Now;
        ulong executed = 0;
        while (executed < budget && state->Attention == 0)
        {
            state->BlockTime = start + executed;
            Block* block = Find(state->Pc, raises: true);
            if (block is null)
            {
                executed++;
                continue;
            }

            if (block->Guarded && _core.StopsAt(state->Pc))
            {
                break;
            }

            executed += RunBlocks(block, budget - executed, start + executed, follows: true);
        }

        _core.Scheduler.Clock.Now = start + executed;
        return executed;
    }

    /// <summary>Runs one block, or its beginning. Gives the number of instructions retired.</summary>
    public ulong RunBlock(Block* block, ulong budget, ulong now) => RunBlocks(block, budget, now, follows: false);

    /// <summary>The block at a virtual address if that is known already, else null.</summary>
    public Block* Known(ulong pc)
    {
        ref Way way = ref WayOf(pc);
        return way.Tag == WayTag(pc) && way.Generation == Generation && way.Page is not null ? (Block*)way.Page.Blocks[(int)(pc & ~PageMask) >> 2] : null;
    }

    void IBlockUser.ForgetBlocks() => ForgetJumps();

    void IBlockUser.PageGotCode(nint hostPage) => _core.Pages.ForgetStores(hostPage);

    public void Flush()
    {
        _core.Pages.Flush();
        _core.Memory.Devices.Flush();
        ForgetJumps();
    }

    public void Forget(ulong page, int shift, bool code)
    {
        _core.Pages.Forget(page, shift);
        _core.Memory.Devices.Forget(page, shift);
        if (code)
        {
            ForgetJumps(page, shift);
            _core.RequestAttention();
        }
    }

    // A link inside a page stands for a translation too: what follows a change of translations is looked up anew, or
    // what the guest sees would depend on what had been linked before.
    private void ForgetJumps()
    {
        _linksBroken = true;
        Generation++;
    }

    // As above, of a range: all that an address in it has been found by. The rest is as true as it was.
    private void ForgetJumps(ulong page, int shift)
    {
        if (shift != Ram.PageShift)
        {
            ForgetJumps();
            return;
        }

        _linksBroken = true;
        ref Way way = ref WayOf(page);
        if (FastTlbs.IsWithin(way.Tag, page, shift))
        {
            way = default;
        }

        _state->Translated.ForgetJumps(page);
    }

    /// <summary>Runs a block and, if asked to, those linked to it. Gives the number of instructions retired.</summary>
    private ulong RunBlocks(Block* block, ulong budget, ulong now, bool follows)
    {
        CpuState* state = _state;
        InterpreterEngine* engine = (InterpreterEngine*)state;
        ulong pc = state->Pc;
        ulong executed = 0;
        _linksBroken = false;
        while (true)
        {
            state->BlockPc = pc;
            Instruction* i = block->First;
            ulong left = budget - executed;
            state->Current = null;
            state->BlockEnd = i + ((ulong)block->Count <= left ? block->Count : (int)left);
            Flow flow;
            do
            {
                flow = ((delegate*<InterpreterEngine*, Instruction*, Flow>)i->Handler)(engine, i);
                i++;
            }
            while (flow == Flow.Next && i < state->BlockEnd);

            executed += (ulong)(i - block->First);
            switch (flow)
            {
                case Flow.Next:
                    state->Pc = pc + ((ulong)(i - block->First) << 2);
                    break;
                case Flow.Fault:
                    // The faulting instruction is counted: an exception costs time, and a fault loop must not stop the clock.
                    state->Pc = pc + ((ulong)(i - 1 - block->First) << 2);
                    _core.Scheduler.Clock.Now = now + executed - 1;
                    return _core.TakeDataFault() ? executed : executed - 1;
                case Flow.End:
                    return executed;
            }

            if (!follows || executed >= budget || state->Attention != 0)
            {
                return executed;
            }

            state->BlockTime = now + executed;
            Block* next = flow == Flow.Indirect ? Known(state->Pc) : Follow(block, pc, flow == Flow.Taken);
            if (next is null || next->Guarded)
            {
                return executed;
            }

            block = next;
            pc = state->Pc;
        }
    }

    /// <summary>The linked successor of a block, or null if it must be found the long way.</summary>
    private Block* Follow(Block* block, ulong blockPc, bool taken)
    {
        ulong pc = _state->Pc;
        if (((pc ^ blockPc) & PageMask) != 0)
        {
            return Known(pc);
        }

        Block* next = taken ? block->Taken : block->Following;
        if (_linksBroken)
        {
            return null;
        }

        if (next is not null && next->PageOffset == (ushort)(pc & ~PageMask))
        {
            return next;
        }

        next = Find(pc, raises: false);
        if (next is not null && !_linksBroken)
        {
            if (taken)
            {
                block->Taken = next;
            }
            else
            {
                block->Following = next;
            }
        }

        return next;
    }

    // No address that can be fetched from has bits 61:60 differ from bit 55, so the level cannot make two tags equal.
    // What is not aligned is in no page.
    private ulong WayTag(ulong pc) => (pc & (PageMask | 3)) ^ ((ulong)_state->El << 60);

    private ref Way WayOf(ulong pc) => ref _ways[(int)(pc >> Ram.PageShift) & (Pages - 1)];

    /// <summary>
    /// The block at a virtual address, or null because there is none; with <paramref name="raises"/> after the exception
    /// for that was taken.
    /// </summary>
    public Block* Find(ulong pc, bool raises)
    {
        Block* known = Known(pc);
        if (known is not null)
        {
            return known;
        }

        _blocks.Trim();
        ref Way way = ref WayOf(pc);
        if (way.Tag == WayTag(pc) && way.Generation == Generation && way.Page is not null)
        {
            return _blocks.At(way.Page, (int)(pc & ~PageMask));
        }

        // A branch drops the tag of its target where tags are ignored; only a miss can have met one.
        ulong untagged = _core.Exceptions.BranchAddress(pc);
        if (untagged != pc)
        {
            _state->Pc = untagged;
            return Find(untagged, raises);
        }

        if ((pc & 3) != 0)
        {
            if (raises)
            {
                _core.Scheduler.Clock.Now = _state->BlockTime;
                _core.Exceptions.PcAlignment(pc);
            }

            return null;
        }

        Translation t = _core.Translation.Translate(pc, AccessType.Fetch, _state->El);
        Fault fault = t.Fault;
        BusRegion? region = fault.Happened ? null : _core.Bus.Find(new PhysicalAddress(t.Physical), t.NonSecure);
        if (region?.Ram is null)
        {
            if (raises)
            {
                _core.Scheduler.Clock.Now = _state->BlockTime;
                _core.Exceptions.InstructionAbort(fault.Happened ? fault : new Fault(FaultKind.ExternalAbort, 0, false, false), pc);
            }

            return null;
        }

        CodePage page = _blocks.PageAt(region.Ram, t.Physical - region.Start);
        way = new Way(WayTag(pc), Generation, page);
        return _blocks.At(page, (int)(pc & ~PageMask));
    }

    /// <summary>A remembered way from a virtual page to its blocks, which holds while the generation does; empty where there is no page.</summary>
    private readonly record struct Way(ulong Tag, ulong Generation, CodePage? Page);
}
