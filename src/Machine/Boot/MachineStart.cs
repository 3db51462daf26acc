using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;

namespace GdbHost.Machine.Boot;

/// <summary>Carries out a <see cref="BootPlan"/> on a machine that has been reset.</summary>
internal sealed class MachineStart(BootPlan plan) : IMachineStart
{
    public ReadOnlyMemory<byte> DeviceTree => plan.DeviceTree;

    public PsciConduit Conduit => plan.Conduit;

    public void Apply(Boards.Machine machine)
    {
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
        Span<byte> zeros = new byte[Math.Min(placement.Size - (ulong)placement.Bytes.Length, 1 << 20)];
        for (ulong at = placement.Address + (ulong)placement.Bytes.Length; at < placement.End; at += (ulong)zeros.Length)
        {
            int run = (int)Math.Min((ulong)zeros.Length, placement.End - at);
            machine.Bus.TryPoke(new PhysicalAddress(at), zeros[..run]);
        }
    }

    private unsafe void Start(Core core)
    {
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
