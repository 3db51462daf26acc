using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups.Integer;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>
/// System instructions that need neither the interpreter nor the run loop: barriers, moves from and to registers that
/// are nothing but storage or say what the core is, reading counters, setting interrupt masks, zeroing a block. A row that has traps, hooks or effects is not touched.
/// </summary>
internal static class SystemInstructions
{
    private const int BlockBytes = 64;
    private const int VectorBytes = 16;
    private static readonly int NanosecondsPerTickBits = System.Numerics.BitOperations.Log2(GenericTimer.NanosecondsPerTick);

    /// <summary>PSTATE.D, A, I, F.</summary>
    private const ulong DaifBits = 0x3c0;

    private static readonly SysRegId SpEl0 = new(3, 0, 4, 1, 0);
    private static readonly SysRegId Daif = new(3, 3, 4, 2, 1);
    private static readonly SysRegId CurrentEl = new(3, 0, 4, 2, 2);
    private static readonly SysRegId CacheType = new(3, 3, 0, 0, 1);
    private static readonly SysRegId ZeroBlockSize = new(3, 3, 0, 0, 7);
    private static readonly SysRegId PhysicalCount = new(3, 3, 14, 0, 1);
    private static readonly SysRegId VirtualCount = new(3, 3, 14, 0, 2);
    private static readonly SysRegId ZeroBlock = new(1, 3, 7, 4, 1);

    /// <summary>IC IVAU, DC CVAC, DC CVAU, DC CIVAC: they do nothing to memory that may be read.</summary>
    private static readonly SysRegId[] CacheLines = [new(1, 3, 7, 5, 1), new(1, 3, 7, 10, 1), new(1, 3, 7, 11, 1), new(1, 3, 7, 14, 1)];

    /// <summary>Builds the instruction if it is one of these; says whether it was.</summary>
    public static bool TryBuild<TCall>(IrBuilder unit, in Instruction i)
        where TCall : struct, ICoreCall
    {
        if (typeof(TCall) == typeof(InstructionBarrier))
        {
            // Everything takes effect at once here, and whoever changes code or translations makes the unit end.
            return true;
        }

        var id = SysRegId.FromWord(i.Word);
        byte register = (byte)i.Word.Field(4, 0);
        if (typeof(TCall) == typeof(ReadRegister))
        {
            return TryRead(unit, id, Slots.Destination(register));
        }

        if (typeof(TCall) == typeof(WriteRegister))
        {
            return !unit.Watched.Contains(id) && TryWrite(unit, id, Slots.Source(register));
        }

        if (typeof(TCall) == typeof(WriteProcessState))
        {
            return !unit.Watched.Contains(Daif) && TrySetMasks(unit, i.Word);
        }

        return typeof(TCall) == typeof(Isa.Groups.Integer.SystemOperation) && !unit.Watched.Contains(id) && TryOperate(unit, id, Slots.Source(register));
    }

    private static bool TryRead(IrBuilder unit, SysRegId id, byte slot)
    {
        if (id == SpEl0)
        {
            unit.AddLeaving(IrCode.CheckSpSel);
            unit.SetX(slot, unit.GetState(StatePlace.SpEl0));
            return true;
        }

        if (id == Daif)
        {
            unit.CheckLevel(ExceptionLevel.El1);
            unit.SetX(slot, unit.GetState(StatePlace.Daif));
            return true;
        }

        if (id == CurrentEl)
        {
            unit.CheckLevel(ExceptionLevel.El1);
            unit.SetX(slot, unit.Shift(IrCode.Lsl, true, unit.GetState(StatePlace.Level), 2));
            return true;
        }

        if (unit.Cores is { } cores && (id == CacheType || id == ZeroBlockSize))
        {
            // DCZID_EL0.DZP says whether DC ZVA traps: it is clear where that is not slow.
            unit.AddLeaving(id == CacheType ? IrCode.CheckCacheType : IrCode.CheckZeroBlock);
            unit.SetX(slot, unit.Const(id == CacheType ? cores.CtrEl0 : cores.DczidEl0));
            return true;
        }

        if (unit.Cores is { } timed && (id == VirtualCount || id == PhysicalCount))
        {
            // EL0 asks CNTKCTL_EL1 first, and EL1 may have to ask CNTHCTL_EL2 for the physical counter.
            unit.CheckLevel(id == PhysicalCount && timed.HasEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1);
            ulong count = unit.Shift(IrCode.Lsr, true, unit.Add(IrCode.GetTime), NanosecondsPerTickBits);
            unit.SetX(slot, id == VirtualCount ? unit.Binary(IrCode.Sub, true, count, unit.GetStored(Sr.CntvoffEl2)) : count);
            return true;
        }

        SysReg? row = SysRegTable.Find(id);
        if (row is not { OnRead: null, TrapWhen: null, Read: { } lowest, Place: { } place } || !IsThere(unit, row))
        {
            return false;
        }

        unit.CheckLevel(lowest);
        unit.SetX(slot, unit.GetStored(place));
        return true;
    }

    private static bool TryWrite(IrBuilder unit, SysRegId id, byte slot)
    {
        if (id == SpEl0)
        {
            unit.AddLeaving(IrCode.CheckSpSel);
            unit.SetState(StatePlace.SpEl0, unit.X(slot));
            return true;
        }

        if (id == Daif)
        {
            SetMasks(unit, unit.Binary(IrCode.And, true, unit.X(slot), unit.Const(DaifBits)), canUnmask: true);
            return true;
        }

        SysReg? row = SysRegTable.Find(id);
        if (row is not { OnWrite: null, TrapWhen: null, Write: { } lowest, Place: { } place, Effects: SysRegEffects.None }
            || !IsThere(unit, row))
        {
            return false;
        }

        unit.CheckLevel(lowest);
        ulong value = unit.X(slot);
        if (row.Writable != ulong.MaxValue)
        {
            ulong kept = unit.Binary(IrCode.And, true, unit.GetStored(place), unit.Const(~row.Writable));
            value = unit.Binary(IrCode.Or, true, kept, unit.Binary(IrCode.And, true, value, unit.Const(row.Writable)));
        }

        unit.SetStored(place, value);
        return true;
    }

    // A register of EL2 or EL3 on a core without that level has rules of its own.
    private static bool IsThere(IrBuilder unit, SysReg row) =>
        (row.Read ?? row.Write) <= ExceptionLevel.El1 || (unit.Cores is { HasEl2: true } && (row.Read ?? row.Write) == ExceptionLevel.El2);

    /// <summary>DAIFSet and DAIFClr.</summary>
    private static bool TrySetMasks(IrBuilder unit, uint word)
    {
        const uint DaifSetField = 0b011_110;
        const uint DaifClrField = 0b011_111;
        uint field = (word.Field(18, 16) << 3) | word.Field(7, 5);
        if (field is not (DaifSetField or DaifClrField))
        {
            return false;
        }

        ulong bits = word.Field(11, 8) << 6;
        ulong old = unit.GetState(StatePlace.Daif);
        ulong masks = field == DaifSetField
            ? unit.Binary(IrCode.Or, true, old, unit.Const(bits))
            : unit.Binary(IrCode.And, true, old, unit.Const(DaifBits & ~bits));
        SetMasks(unit, masks, canUnmask: field == DaifClrField);
        return true;
    }

    private static void SetMasks(IrBuilder unit, ulong masks, bool canUnmask)
    {
        unit.CheckLevel(ExceptionLevel.El1);
        if (canUnmask)
        {
            unit.AddLeaving(IrCode.CheckAlert);
        }

        unit.SetState(StatePlace.Daif, masks);
    }

    private static bool TryOperate(IrBuilder unit, SysRegId id, byte slot)
    {
        if (CacheLines.AsSpan().Contains(id))
        {
            unit.AddLeaving(IrCode.CheckCacheLine);
            _ = unit.Translate(unit.X(slot), 1, 1, MemoryKind.Ordinary, write: false);
            return true;
        }

        if (id != ZeroBlock)
        {
            return false;
        }

        unit.AddLeaving(IrCode.CheckZeroBlock);
        ulong address = unit.Binary(IrCode.And, true, unit.X(slot), unit.Const(~(ulong)(BlockBytes - 1)));
        ulong block = unit.Translate(address, BlockBytes, 1, MemoryKind.Ordinary, write: true);
        ulong zero = unit.VectorConst(default);
        for (int offset = 0; offset < BlockBytes; offset += VectorBytes)
        {
            unit.Add(IrCode.StoreVector, true, VectorBytes, block, zero, imm: (ulong)offset);
        }

        return true;
    }
}
