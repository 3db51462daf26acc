using System.Collections.Generic;
using System.Linq;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>Everything between the wire of an interrupt and one core that decides whether the core gets it, for those who look on.</summary>
/// <param name="Id">The interrupt ID: 0 to 15 SGI, 16 to 31 PPI, then SPIs; from 8192 on LPIs.</param>
/// <param name="Group">0, 1, or 2 for Secure Group 1.</param>
/// <param name="Priority">Lower is more urgent.</param>
/// <param name="Line">The device drives its wire.</param>
/// <param name="Pending">By the wire or by a latched edge or write.</param>
/// <param name="Edge">Edge-triggered; else level-sensitive.</param>
/// <param name="Forwarded">The distributor forwards the group.</param>
/// <param name="Routed">It goes to this core.</param>
/// <param name="Cores">Where it goes.</param>
public sealed record InterruptDescription(
    int Id, int Group, int Priority, bool Line, bool Pending, bool Active, bool Enabled, bool Edge, bool Forwarded, bool Routed, IReadOnlyList<int> Cores);

/// <summary>The CPU interface of one core and the virtual one beside it.</summary>
/// <param name="GroupsEnabled">By group number.</param>
/// <param name="PriorityMask">GICC_PMR, ICC_PMR_EL1: only priorities below it pass.</param>
/// <param name="RunningPriority">Of the active interrupt; 0xff for none.</param>
/// <param name="HighestPending">The ID of the most urgent interrupt; 1023 for none.</param>
/// <param name="VirtualEnabled">GICH_HCR.En, ICH_HCR_EL2.En.</param>
/// <param name="VirtualPriorityMask">Of the guest's CPU interface.</param>
/// <param name="VirtualGroupsEnabled">Groups 0 and 1 of the guest's CPU interface.</param>
/// <param name="List">The list registers, in the form of ICH_LRn_EL2; empty without virtualization.</param>
public sealed record CpuInterfaceDescription(
    IReadOnlyList<bool> GroupsEnabled,
    int PriorityMask,
    int RunningPriority,
    int HighestPending,
    bool VirtualEnabled,
    int VirtualPriorityMask,
    IReadOnlyList<bool> VirtualGroupsEnabled,
    IReadOnlyList<ListRegisterDescription> List);

/// <summary>A list register in use (IHI 0048, GICH_LRn; IHI 0069, ICH_LRn_EL2).</summary>
/// <param name="State">1 pending, 2 active, 3 both.</param>
/// <param name="PhysicalId">The physical interrupt that ends with it; null for none.</param>
public sealed record ListRegisterDescription(int Index, int VirtualId, int State, int Priority, int Group, int? PhysicalId)
{
    internal static ListRegisterDescription? Of(int index, ListEntry entry) => entry.State == 0
        ? null
        : new(index, entry.VirtualId, (int)entry.State, entry.Priority, entry.IsGroup1 ? 1 : 0, entry.IsHardware ? entry.PhysicalId : null);

    internal static IReadOnlyList<ListRegisterDescription> All(System.Func<int, ListEntry> entries) =>
        [.. Enumerable.Range(0, ListRegisters.Count).Select(i => Of(i, entries(i))).OfType<ListRegisterDescription>()];
}

/// <summary>What an interrupt controller shows to those who look on. Nothing changes by it.</summary>
internal interface IInterruptView
{
    /// <summary>2 or 3.</summary>
    int Version { get; }

    /// <summary>GICD_CTLR as Secure state sees it.</summary>
    uint DistributorControl { get; }

    /// <summary>IDs below this have states of their own.</summary>
    int Lines { get; }

    /// <summary>An interrupt as it is for a core; null where there is none with this ID.</summary>
    InterruptDescription? Describe(int core, int id);

    CpuInterfaceDescription DescribeInterface(int core);
}

/// <summary>Reading the states that both versions share.</summary>
internal static class InterruptViews
{
    public static InterruptDescription Describe(InterruptStates states, IInterruptRouting routing, int core, int id)
    {
        int place = states.Place(core, id / 32);
        uint bit = 1u << (id % 32);
        IReadOnlyList<int> cores = id < 32 ? [core] : [.. Enumerable.Range(0, states.Cores).Where(c => routing.IsFor(c, id))];
        return new InterruptDescription(
            id,
            (int)routing.GroupOf(place, id % 32),
            states.Priority[states.PriorityIndex(core, id)],
            (states.Line[place] & bit) != 0,
            (states.Pending(place) & bit) != 0,
            (states.Active[place] & bit) != 0,
            (states.Enabled[place] & bit) != 0,
            (states.Edge[place] & bit) != 0,
            (routing.Forwarded(place) & bit) != 0,
            cores.Contains(core),
            cores);
    }
}
