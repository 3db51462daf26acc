using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Debug;

/// <summary>
/// Memory for the debugger: through translation but past permissions, without faults, TLB fills or device side effects.
/// </summary>
internal static class DebugMemory
{
    public static IReadOnlyList<MapEntry> MapOf(PhysicalBus bus)
    {
        List<MapEntry> map = [];
        foreach (BusRegion region in bus.Regions)
        {
            string kind = region.Ram is null ? "device" : region.ReadOnly ? "rom" : "ram";
            map.Add(new MapEntry(region.Start, region.Size, kind, region.Name));
        }

        return map;
    }

    /// <summary>Reads from the start as far as memory answers; gives the number of bytes.</summary>
    /// <param name="view">Whose tables, where not those of the core as it is now.</param>
    public static int Read(Core core, MemorySpace space, ulong address, Span<byte> into, ITranslationView? view = null)
    {
        int done = 0;
        while (done < into.Length)
        {
            int run = RunLength(address + (ulong)done, into.Length - done);
            if (!TryFind(core, view, space, address + (ulong)done, out PhysicalAddress at, out bool nonSecure)
                || !core.Bus.TryPeek(at, into.Slice(done, run), nonSecure))
            {
                break;
            }

            done += run;
        }

        return done;
    }

    /// <summary>Writes all bytes, or none if one of them has no RAM behind it.</summary>
    public static bool TryWrite(Core core, MemorySpace space, ulong address, ReadOnlySpan<byte> bytes, ITranslationView? view = null)
    {
        for (int checkedBytes = 0; checkedBytes < bytes.Length;)
        {
            ulong here = address + (ulong)checkedBytes;
            if (!TryFind(core, view, space, here, out PhysicalAddress at, out _) || core.Bus.Find(at)?.Ram is null)
            {
                return false;
            }

            checkedBytes += RunLength(here, bytes.Length - checkedBytes);
        }

        for (int done = 0; done < bytes.Length;)
        {
            ulong here = address + (ulong)done;
            int run = RunLength(here, bytes.Length - done);
            if (!TryFind(core, view, space, here, out PhysicalAddress at, out _) || !core.Bus.TryPoke(at, bytes.Slice(done, run)))
            {
                return false;
            }

            done += run;
        }

        return true;
    }

    private static int RunLength(ulong address, int left) =>
        (int)Math.Min((ulong)left, Ram.PageSize - (address & (Ram.PageSize - 1)));

    /// <summary>
    /// In the current space, what the present regime does not map is looked for in the other world: at EL2 and above in
    /// the guest's EL1&amp;0 regime, below in EL2's. So a guest's variable can be read while its hypervisor runs, and the
    /// reverse; where both map an address, the one that runs wins.
    /// </summary>
    private static bool TryFind(Core core, ITranslationView? view, MemorySpace space, ulong address, out PhysicalAddress at, out bool nonSecure)
    {
        if (TryFindIn(core, view, space, address, out at, out nonSecure))
        {
            return true;
        }

        if (space != MemorySpace.Current || !core.Configuration.HasEl2)
        {
            return false;
        }

        MemorySpace other = Spaces.RegimeOf(core, space) == Regime.El10 ? MemorySpace.El2 : MemorySpace.El1;
        return TryFindIn(core, view, other, address, out at, out nonSecure);
    }

    /// <summary>A debugger may read what the guest may not: only a missing translation is in the way.</summary>
    private static bool TryFindIn(Core core, ITranslationView? view, MemorySpace space, ulong address, out PhysicalAddress at, out bool nonSecure)
    {
        Translation t = Spaces.Look(core, space, address, AccessType.Read, unprivileged: false, trace: null, view);
        at = new PhysicalAddress(t.Physical);

        // Secure memory is shown in any state; devices in that of the translation.
        nonSecure = t.NonSecure && core.Bus.Find(at) is not { SecureOnly: true };
        return !t.Fault.Happened || t.Fault.Kind is FaultKind.Permission or FaultKind.AccessFlag;
    }
}
