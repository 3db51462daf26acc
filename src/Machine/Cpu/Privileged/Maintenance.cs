using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>The system instructions of one core (DDI 0487, DC, IC, AT and TLBI).</summary>
internal sealed unsafe class Maintenance(Core core) : IMaintenance
{
    private const int BlockBytes = 64;

    public void InvalidateTlb(TlbiOperation operation, ulong operand, bool everywhere)
    {
        TlbInvalidation invalidation = core.System.Translation.Complete(operation, operand);
        if (!everywhere)
        {
            core.System.Translation.Invalidate(in invalidation);
            return;
        }

        IReadOnlyList<Core> cores = core.Cluster.Cores;
        for (int k = 0; k < cores.Count; k++)
        {
            cores[k].System.Translation.Invalidate(in invalidation);
        }
    }

    public Fault TranslateAddress(AtOperation operation, ulong address)
    {
        AtResult result = core.System.Translation.AddressTranslate(operation, address);
        if (!result.Exception.Happened)
        {
            core.Regs[Sr.ParEl1] = result.Par;
        }

        return result.Exception;
    }

    public Fault ZeroBlock(ulong address, in Instruction i)
    {
        // Device memory takes no DC ZVA; ROM and what is not there refuse it like any store.
        Translation t = core.Translation.Translate(address, AccessType.Write, core.State->El);
        if (!t.Fault.Happened && (t.Attributes.IsDevice || core.Bus.Find(new PhysicalAddress(t.Physical))?.Device is not null))
        {
            return new Fault(FaultKind.Alignment, 0, Stage2: false, OnWalk: false);
        }

        ulong block = address & ~(ulong)(BlockBytes - 1);
        byte* at = core.Memory.PrepareWrite(block, BlockBytes, BlockBytes, in i, MemoryKind.Ordinary);
        if (at is null)
        {
            return core.Memory.Fault.Fault;
        }

        new Span<byte>(at, BlockBytes).Clear();
        return Fault.None;
    }

    public Fault CheckAddress(ulong address, AccessType? needs)
    {
        Translation t = core.Translation.Translate(address, needs ?? AccessType.Read, core.State->El);
        Fault fault = t.Fault;
        if (!fault.Happened && needs == AccessType.Write)
        {
            // DC IVAC, which throws data away, is to watchpoints a store of the line; the others are none.
            ulong line = address & ~(ulong)(BlockBytes - 1);
            bool watched = core.System.Debug.Watch(line, BlockBytes, AccessType.Write, core.State->El);
            return watched ? new Fault(FaultKind.GuestWatchpoint, 0, Stage2: false, OnWalk: false) : Fault.None;
        }

        if (!fault.Happened)
        {
            core.Memory.Learn(address, in t);
        }

        return fault.Kind == FaultKind.Permission && needs is null ? Fault.None : fault;
    }
}
