using System;
using System.IO;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// The registers and conditions of one core as a snapshot holds them: in architectural form, so that neither the
/// engine's representation of flags nor a host address gets into it.
/// </summary>
internal sealed unsafe class CoreSnapshot(Core core) : IStateful
{
    private const int GeneralRegisters = 31;
    private const int VectorWords = 64;
    private const int StackPointers = 4;
    private const int WaitKinds = (int)WaitKind.Event + 1;

    /// <summary>What the exclusive monitor watches, if anything.</summary>
    private enum Monitor
    {
        Open,

        /// <summary>Memory, by its physical address.</summary>
        Memory,

        /// <summary>Something else; what the engine compares is kept as it is.</summary>
        Other,

        Count,
    }

    public string StateName => $"cpu{core.Configuration.Index}";

    public void Save(StateWriter to)
    {
        CpuState* state = core.State;
        to.Write(new ReadOnlySpan<ulong>(state->X, GeneralRegisters));
        for (int bank = 0; bank < StackPointers; bank++)
        {
            to.Write(state->ReadSp(bank));
        }

        to.Write(state->Pc);
        to.Write(state->Spsr);
        to.Write(new ReadOnlySpan<ulong>(state->V, VectorWords));
        to.Write(state->Fp.Fpcr);
        to.Write(state->Fp.Fpsr);
        SaveMonitor(to);
        to.Write(core.PoweredOff);
        to.Write((int)core.Waiting);
        to.Write(core.EventRegister);
        core.Regs.Save(to);
        core.System.Debug.Save(to);
    }

    public void Restore(StateReader from)
    {
        CpuState* state = core.State;
        Span<ulong> stacks = stackalloc ulong[StackPointers];
        from.ReadWords(new Span<ulong>(state->X, GeneralRegisters));
        foreach (ref ulong stack in stacks)
        {
            stack = from.ReadUInt64();
        }

        state->Pc = from.ReadUInt64();
        uint spsr = from.ReadUInt32();
        CheckLevel((ExceptionLevel)spsr.Field(3, 2));
        state->Spsr = spsr;
        for (int bank = 0; bank < StackPointers; bank++)
        {
            state->WriteSp(bank, stacks[bank]);
        }

        from.ReadWords(new Span<ulong>(state->V, VectorWords));
        state->Fp.Fpcr = from.ReadUInt32();
        state->Fp.Fpsr = from.ReadUInt32();
        RestoreMonitor(from);
        core.PoweredOff = from.ReadBool();
        core.Waiting = (WaitKind)from.ReadBelow(WaitKinds, "the wait of a core");
        core.EventRegister = from.ReadBool();
        core.Regs.Restore(from);
        core.System.Debug.Restore(from);
    }

    private void CheckLevel(ExceptionLevel level)
    {
        bool exists = level switch
        {
            ExceptionLevel.El3 => core.Configuration.HasEl3,
            ExceptionLevel.El2 => core.Configuration.HasEl2,
            _ => true,
        };
        if (!exists)
        {
            throw new InvalidDataException($"saved state has a core at EL{(int)level}, which this machine does not have");
        }
    }

    private void SaveMonitor(StateWriter to)
    {
        CpuState* state = core.State;
        Monitor monitor = Monitor.Open;
        ulong place = 0;
        if (state->ExclusiveValid)
        {
            place = state->ExclusivePlace;
            monitor = Monitor.Other;
            foreach (BusRegion region in core.Bus.Regions)
            {
                if (region.Ram is not null && place - (ulong)region.Ram.Host < region.Ram.Size)
                {
                    monitor = Monitor.Memory;
                    place = region.Start + (place - (ulong)region.Ram.Host);
                    break;
                }
            }
        }

        to.Write((int)monitor);
        to.Write(place);
        to.Write(monitor == Monitor.Open ? 0 : state->ExclusiveBytes);
    }

    private void RestoreMonitor(StateReader from)
    {
        CpuState* state = core.State;
        Monitor monitor = (Monitor)from.ReadBelow((int)Monitor.Count, "an exclusive monitor of kind");
        ulong place = from.ReadUInt64();
        if (monitor == Monitor.Memory)
        {
            BusRegion? region = core.Bus.Find(new PhysicalAddress(place));
            place = region?.Ram is null
                ? throw new InvalidDataException($"saved state has an exclusive monitor at 0x{place:x}, where this machine has no memory")
                : (ulong)region.Ram.Host + (place - region.Start);
        }

        state->ExclusiveValid = monitor != Monitor.Open;
        state->ExclusivePlace = place;
        state->ExclusiveBytes = from.ReadInt32();
    }
}
