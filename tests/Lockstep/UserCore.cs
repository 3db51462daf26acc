using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Lockstep;

/// <summary>A core at EL0 with a piece of memory, mapped flat and nothing else mapped, set up as Linux sets up a process.</summary>
internal sealed class UserCore : IDisposable
{
    public const ulong UserMayZeroAndMaintainCaches = (1UL << 14) | (1UL << 15) | (1UL << 26);
    private const ulong FpEnabled = 3UL << 20;

    /// <param name="start">Address of the memory.</param>
    /// <param name="bytes">Its size, whole pages.</param>
    /// <param name="cluster">Makes the cluster: what executes instructions is its choice.</param>
    /// <param name="isMapped">Which addresses in it may be accessed, and from which level.</param>
    public UserCore(ulong start, ulong bytes, Func<Scheduler, Cluster> cluster, Func<ulong, ExceptionLevel, bool> isMapped)
    {
        Ram = new Ram("ram", bytes);
        PhysicalBus bus = new();
        bus.Add(new BusRegion("ram", start, bytes, Ram, Device: null));
        Scheduler scheduler = new(new VirtualClock());
        Cluster = cluster(scheduler);
        Core = new Core(
            new CoreConfiguration(Index: 0, CoreCount: 1, HasEl2: false, HasEl3: false),
            bus,
            Cluster,
            scheduler,
            core => new CoreParts(core.System.Calls, new FlatTranslation(isMapped), core.System.Translation, core.System.Exceptions));
        Core.Regs[Sr.SctlrEl1] = UserMayZeroAndMaintainCaches;
        Core.Regs[Sr.CpacrEl1] = FpEnabled;
    }

    public Ram Ram { get; }

    public Cluster Cluster { get; }

    public Core Core { get; }

    public void Dispose()
    {
        Cluster.Dispose();
        Ram.Dispose();
    }

    /// <summary>Normal memory where something is mapped.</summary>
    private sealed class FlatTranslation(Func<ulong, ExceptionLevel, bool> isMapped) : IAddressTranslation
    {
        public Translation Translate(ulong address, AccessType type, ExceptionLevel level) => new()
        {
            Fault = isMapped(address, level) ? Fault.None : new Fault(FaultKind.Translation, Level: 3, Stage2: false, OnWalk: false),
            Physical = address,
            Intermediate = address,
            RangeShift = Ram.PageShift,
            Attributes = MemoryAttributes.NormalWriteBack,
        };

        public void RegistersChanged()
        {
        }

        public void Reset()
        {
        }

        public TlbInvalidation Complete(TlbiOperation operation, ulong operand) => default;

        public void Invalidate(in TlbInvalidation invalidation)
        {
        }

        public AtResult AddressTranslate(AtOperation operation, ulong address) => default;
    }
}
