using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>
/// The redistributor of one core (IHI 0069, Redistributor register descriptions): a frame for itself and LPIs, and one
/// for the core's SGIs and PPIs, 64 KiB each.
/// </summary>
/// <param name="core">Number of the core.</param>
/// <param name="isLast">No redistributor follows in memory.</param>
/// <param name="interrupts">What the distributor decides about interrupts.</param>
/// <param name="lpis">The locality-specific interrupts of this core.</param>
/// <param name="changed">Outputs of this core must be computed again.</param>
internal sealed class Redistributor(int core, bool isLast, InterruptConfiguration interrupts, LpiTables lpis, Action changed)
    : IInterruptFrame
{
    /// <summary>Bytes of both frames.</summary>
    public const uint Size = 0x2_0000;

    private const uint SecondFrame = 0x1_0000;

    /// <summary>LPIs are supported; all redistributors that share Aff3 share one table of properties.</summary>
    private const ulong PhysicalLpis = 1 << 0;
    private const ulong Last = 1 << 4;
    private const ulong CommonLpiAffinity = 1 << 24;

    private const uint EnableLpis = 1 << 0;

    /// <summary>GICR_CTLR.CES: EnableLPIs can be cleared.</summary>
    private const uint ClearEnableSupported = 1 << 1;

    private const uint ProcessorSleep = 1 << 1;
    private const uint ChildrenAsleep = 1 << 2;

    public static readonly RegisterMap<Redistributor> Map = new(
        Size,
        [
            new(0x000, "GICR_CTLR", Access.ReadWrite, "IHI 0069, GICR_CTLR")
            {
                WordOnly = true,
                Read = (r, _) => ClearEnableSupported | (r.Lpis.Enabled ? EnableLpis : 0),
                Write = (r, _, v, _) => r.Lpis.Enabled = (v & EnableLpis) != 0,
                Changed = r => r.NotifyChanged(),
            },
            new(0x004, "GICR_IIDR", Access.ReadOnly, "IHI 0069, GICR_IIDR") { WordOnly = true, Read = (_, _) => Identification<Redistributor>.Implementer },
            new(0x008, "GICR_TYPER", Access.ReadOnly, "IHI 0069, GICR_TYPER")
            {
                Count = 2,
                WordOnly = true,
                Read = (r, n) => (uint)(r.Type >> (n * 32)),
            },
            new(0x010, "GICR_STATUSR", Access.ReadWrite, "IHI 0069, GICR_STATUSR; optional, not implemented")
            {
                Read = (_, _) => 0,
                Write = (_, _, _, _) => { },
            },
            new(0x014, "GICR_WAKER", Access.ReadWrite, "IHI 0069, GICR_WAKER; the interface follows at once")
            {
                WordOnly = true,
                Reset = ProcessorSleep,
                Writable = ProcessorSleep,
                Read = (r, _) => r._sleeps ? ProcessorSleep | ChildrenAsleep : 0,
                Write = (r, _, v, _) => r._sleeps = (v & ProcessorSleep) != 0,
            },
            new(0x070, "GICR_PROPBASER", Access.ReadWrite, "IHI 0069, GICR_PROPBASER")
            {
                Count = 2,
                WordOnly = true,
                Read = (r, n) => (uint)(r.Lpis.PropertyBase >> (n * 32)),
                Write = (r, n, v, _) => r.Lpis.PropertyBase = r.Lpis.PropertyBase.WithField((n * 32) + 31, n * 32, v),
            },
            new(0x078, "GICR_PENDBASER", Access.ReadWrite, "IHI 0069, GICR_PENDBASER")
            {
                Count = 2,
                WordOnly = true,
                Read = (r, n) => (uint)(r.Lpis.PendingBase >> (n * 32)),
                Write = (r, n, v, _) => r.Lpis.PendingBase = r.Lpis.PendingBase.WithField((n * 32) + 31, n * 32, v),
            },
            .. Identification<Redistributor>.From("GICR", 0x93),
            .. InterruptRows<Redistributor>.From(SecondFrame, "GICR", 1),
        ]);

    private bool _sleeps = true;

    public InterruptConfiguration Interrupts => interrupts;

    public LpiTables Lpis => lpis;

    private ulong Type
    {
        get
        {
            ulong affinity = interrupts.AffinityOf(core);
            ulong packed = affinity.Field(23, 0) | (affinity.Field(39, 32) << 24);
            return PhysicalLpis | (isLast ? Last : 0) | ((ulong)core << 8) | CommonLpiAffinity | (packed << 32);
        }
    }

    public int Place(int word) => interrupts.States.Place(core, word);

    public void NotifyChanged() => changed();

    public void Reset()
    {
        _sleeps = true;
        lpis.Reset();
    }

    public void Save(StateWriter to)
    {
        to.Write(_sleeps);
        lpis.Save(to);
    }

    public void Restore(StateReader from)
    {
        _sleeps = from.ReadBool();
        lpis.Restore(from);
    }
}
