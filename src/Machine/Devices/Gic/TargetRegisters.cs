using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// Who an interrupt of a GICv2 is for and from: one bit for each core (IHI 0048, GICD_ITARGETSRn and GICD_SPENDSGIRn).
/// </summary>
internal sealed class TargetRegisters(int cores, int lines)
{
    /// <summary>GICD_ITARGETSR of SPIs, by interrupt ID.</summary>
    public byte[] Targets { get; } = new byte[lines];

    /// <summary>Cores that sent SGI n to core c and were not acknowledged, at c * 16 + n.</summary>
    public byte[] SgiSenders { get; } = new byte[cores * 16];

    // With one core there are no target registers, and every interrupt is for that core (IHI 0048, GICD_ITARGETSRn).
    public bool IsFor(int core, int id) => cores == 1 || ((uint)Targets[id]).Bit(core);

    public void Reset()
    {
        Array.Clear(Targets);
        Array.Clear(SgiSenders);
    }

    public void Save(StateWriter to)
    {
        to.Write(Targets.AsSpan());
        to.Write(SgiSenders.AsSpan());
    }

    public void Restore(StateReader from)
    {
        from.ReadBytes(Targets);
        from.ReadBytes(SgiSenders);
    }
}
