using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>The distributor of a GICv3 (IHI 0069, Distributor register descriptions): the shared peripheral interrupts.</summary>
/// <param name="interrupts">What it decides about interrupts.</param>
/// <param name="changed">Outputs must be computed again.</param>
internal sealed class DistributorV3(InterruptConfiguration interrupts, Action changed) : IInterruptFrame
{
    private const uint Size = 0x1_0000;
    private const int Words = GicV2.Lines / 32;
    private const uint FirstShared = 32;

    /// <summary>
    /// No 1 of N interrupts, Aff3 may be other than zero, IDs of 16 bits, LPIs. The number of lines is the one that
    /// QEMU 7.2 gives, which has 32 more.
    /// </summary>
    private const uint Type = (1 << 25) | (1 << 24) | (15 << 19) | (1 << 17) | (Words - 2);

    private const uint SecurityExtensions = 1 << 10;

    public static readonly RegisterMap<DistributorV3> Map = new(
        Size,
        [
            new(0x000, "GICD_CTLR", Access.ReadWrite, "IHI 0069, GICD_CTLR")
            {
                WordOnly = true,
                Read = (d, _) => d.Interrupts.Control,
                Write = (d, _, v, _) => d.Interrupts.Control = v,
                Changed = d => d.NotifyChanged(),
            },
            new(0x004, "GICD_TYPER", Access.ReadOnly, "IHI 0069, GICD_TYPER")
            {
                WordOnly = true,
                Read = (d, _) => Type | (d.Interrupts.OneSecurityState ? 0 : SecurityExtensions),
            },
            new(0x008, "GICD_IIDR", Access.ReadOnly, "IHI 0069, GICD_IIDR") { WordOnly = true, Read = (_, _) => Identification<DistributorV3>.Implementer },
            ReservedZero(0x010, "GICD_STATUSR", 1, "optional, not implemented"),
            .. InterruptRows<DistributorV3>.From(0, "GICD", Words),
            ReservedZero(0x800, "GICD_ITARGETSR", Words * 8, "RES0 with affinity routing"),
            ReservedZero(0xf00, "GICD_SGIR", 1, "RES0 with affinity routing"),
            ReservedZero(0xf10, "GICD_CPENDSGIR", 4, "RES0 with affinity routing"),
            ReservedZero(0xf20, "GICD_SPENDSGIR", 4, "RES0 with affinity routing"),
            new(0x6000 + (FirstShared * 8), "GICD_IROUTER", Access.ReadWrite, "IHI 0069, GICD_IROUTERn; two words each")
            {
                Count = (int)(GicV2.Lines - FirstShared) * 2,
                WordOnly = true,
                Read = (d, n) => (uint)(d.Interrupts.Route((int)FirstShared + (n / 2)) >> (n % 2 * 32)),
                Write = (d, n, v, _) => d.WriteRoute((int)FirstShared + (n / 2), n % 2, v),
                Changed = d => d.NotifyChanged(),
            },
            .. Identification<DistributorV3>.From("GICD", 0x92),
        ]);

    public InterruptConfiguration Interrupts => interrupts;

    /// <summary>With affinity routing the first word, of SGIs and PPIs, is in the redistributors.</summary>
    public int Place(int word) => word == 0 ? -1 : interrupts.States.Place(0, word);

    public void NotifyChanged() => changed();

    private static Register<DistributorV3> ReservedZero(uint offset, string name, int count, string why) =>
        new(offset, name, Access.ReadWrite, $"IHI 0069, {name}; {why}")
        {
            Count = count,
            Read = (_, _) => 0,
            Write = (_, _, _, _) => { },
        };

    private void WriteRoute(int id, int half, uint value) =>
        interrupts.SetRoute(id, interrupts.Route(id).WithField((half * 32) + 31, half * 32, value));
}
