using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;

namespace GdbHost.Machine.Boot;

/// <summary>Carries out a <see cref="BootPlan"/> on a machine that has been reset.</summary>
internal sealed class MachineStart(BootPlan plan) : IMachineStart
{
    [NotState("true from the first reset on, which comes before anything is restored")]
    private bool _switchedOn;

    public ReadOnlyMemory<byte> DeviceTree => plan.DeviceTree;

    public PsciConduit Conduit => plan.Conduit;

    public bool StartsNonSecure => plan.StartsNonSecure;

    public (ulong Start, ulong End) FreeMemory => plan.FreeMemory;

    public void Apply(Boards.Machine machine)
    {
        // Flash outlives a reset.
        foreach (Placement placement in _switchedOn ? [] : plan.Flash)
        {
            Copy(machine, placement);
        }

        _switchedOn = true;
        foreach (Placement placement in plan.Placements)
        {
            Copy(machine, placement);
        }

        foreach (Core core in machine.Cores)
        {
            core.PoweredOff = core.Configuration.Index > 0 && plan.Conduit != PsciConduit.None;
            Start(core);
        }
    }

    private static void Copy(Boards.Machine machine, Placement placement)
    {
        machine.Bus.TryPoke(new PhysicalAddress(placement.Address), placement.Bytes.Span);
        Clear(machine, placement.Address + (ulong)placement.Bytes.Length, placement.End);
    }

    /// <summary>Makes memory zero. What is zero already is left alone, so that the host need not commit it.</summary>
    private static void Clear(Boards.Machine machine, ulong from, ulong to)
    {
        const int ChunkBytes = 1 << 16;
        byte[] found = new byte[ChunkBytes];
        for (ulong at = from; at < to; at += ChunkBytes)
        {
            Span<byte> chunk = found.AsSpan(0, (int)Math.Min(ChunkBytes, to - at));
            machine.Bus.TryPeek(new PhysicalAddress(at), chunk);
            if (chunk.ContainsAnyExcept((byte)0))
            {
                chunk.Clear();
                machine.Bus.TryPoke(new PhysicalAddress(at), chunk);
            }
        }
    }

    private unsafe void Start(Core core)
    {
        if (plan.CoreStarts.TryGetValue(core.Configuration.Index, out ulong own))
        {
            CoreReset.SetState(core, CoreReset.HighestLevel(core.Configuration));
            core.State->Pc = own;
            return;
        }

        CoreReset.SetState(core, plan.StartLevel);
        core.State->Pc = plan.Entry;
        if (plan.IsLinux && core.Configuration.Index == 0)
        {
            // X4 is where QEMU's boot code leaves the entry point; X1 to X3 are zero by the protocol.
            core.State->X[0] = plan.DeviceTreeAddress;
            core.State->X[4] = plan.Entry;
        }
    }
}
