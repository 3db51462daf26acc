using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug;

/// <summary>Address spaces as a debugger names them, on a core as it is now.</summary>
internal static class Spaces
{
    public static unsafe Regime RegimeOf(Core core, MemorySpace space) => space switch
    {
        MemorySpace.El2 => Regime.El2,
        MemorySpace.El3 => Regime.El3,
        MemorySpace.Current => core.State->El switch
        {
            ExceptionLevel.El3 => Regime.El3,
            ExceptionLevel.El2 => Regime.El2,
            _ => Regime.El10,
        },
        _ => Regime.El10,
    };

    /// <summary>Translates without side effects.</summary>
    /// <param name="view">Whose tables, where not those of the core as it is now.</param>
    public static unsafe Translation Look(
        Core core, MemorySpace space, ulong address, AccessType type, bool? unprivileged, WalkTrace? trace, ITranslationView? view = null)
    {
        view ??= core.TranslationView;
        if (space == MemorySpace.Physical)
        {
            return new Translation { Physical = address, Intermediate = address, RangeShift = 12 };
        }

        if (space == MemorySpace.Intermediate)
        {
            return view.LookStage2(address, type, trace);
        }

        return view.Look(address, type, LevelOf(core, space, unprivileged), trace);
    }

    private static unsafe ExceptionLevel LevelOf(Core core, MemorySpace space, bool? unprivileged)
    {
        ExceptionLevel level = space switch
        {
            MemorySpace.El3 => ExceptionLevel.El3,
            MemorySpace.El2 => ExceptionLevel.El2,
            MemorySpace.Current => core.State->El,
            _ => ExceptionLevel.El1,
        };
        return level > ExceptionLevel.El1 || unprivileged is null ? level
            : unprivileged.Value ? ExceptionLevel.El0
            : ExceptionLevel.El1;
    }

    /// <summary>The regime with its identifiers.</summary>
    public static string Describe(Core core, MemorySpace space)
    {
        if (space == MemorySpace.Intermediate)
        {
            return $"stage 2, VMID {Vmid(core)}";
        }

        return RegimeOf(core, space) switch
        {
            Regime.El2 => "EL2",
            Regime.El3 => "EL3",
            _ => $"EL1&0, VMID {Vmid(core)}",
        };
    }

    /// <summary>What answers at a physical address; null for nothing.</summary>
    public static string? PlaceOf(PhysicalBus bus, ulong physical)
    {
        BusRegion? region = bus.Find(new PhysicalAddress(physical));
        return region is null ? null : $"{region.Name}+0x{physical - region.Start:x}";
    }

    private static ulong Vmid(Core core) => core.Regs[Sr.VttbrEl2].Field(55, 48);
}
