using System.Collections.Generic;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Network;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// A function of a PCI device: configuration space with capabilities, regions behind base address registers, interrupts,
/// and a port for requests of its own. It sees of the system what <see cref="Dma"/> lets it.
/// </summary>
internal abstract class PciFunction : IDevice, IOutsideDevice
{
    private readonly List<BaseAddress> _bars = [];
    private readonly List<Capability> _capabilities = [];

    protected PciFunction(string name, FunctionIdentity identity, params BaseAddress[] bars)
    {
        StateName = name;
        ConfigPort = new ConfigPort(this);
        Config = new ConfigSpace(identity);
        Dma = new DmaPort(this);
        foreach (BaseAddress bar in bars)
        {
            AddBar(bar);
        }
    }

    public string StateName { get; }

    public ConfigSpace Config { get; }

    /// <summary>Configuration space as software on the other side of the bus reads and writes it.</summary>
    public IBusDevice ConfigPort { get; }

    /// <summary>The way to memory and interrupt controllers.</summary>
    public DmaPort Dma { get; }

    /// <summary>The bus it is on, or null.</summary>
    [field: NotState("the root complex saves which function is where")]
    public PciBus? Bus { get; private set; }

    /// <summary>Device number in [7:3], function number in [2:0].</summary>
    [field: NotState("the root complex saves which function is where")]
    public int DeviceFunction { get; private set; }

    /// <summary>Bus, device and function as requests carry them; the bus is the number that software has given it.</summary>
    public RequesterId Requester => new((ushort)(((Bus?.Number ?? 0) << 8) | DeviceFunction));

    public IReadOnlyList<BaseAddress> BaseAddresses => _bars;

    public IReadOnlyList<Capability> Capabilities => _capabilities;

    /// <summary>Message Signaled Interrupts; null where the function has none.</summary>
    public Msi? Msi { get; private set; }

    /// <summary>MSI-X; null where the function has none.</summary>
    public Msix? Msix { get; private set; }

    /// <summary>The PCI Express capability; null for a conventional function.</summary>
    public ExpressCapability? Express { get; private set; }

    /// <summary>Advanced Error Reporting; null where the function has none.</summary>
    public ErrorReporting? Errors { get; private set; }

    /// <summary>Ways into the device from outside the machine.</summary>
    public virtual IReadOnlyList<IInputLine> Lines => [];

    /// <summary>The network that a card is on; null for other devices.</summary>
    public virtual UserNetwork? Network => null;

    /// <summary>Software has turned on messages, so the pin is silent.</summary>
    public bool UsesMessages => Msi is { Enabled: true } || Msix is { Enabled: true };

    /// <summary>The level of the interrupt pin.</summary>
    public bool InterruptAsserted => Config.InterruptPending && !Config.InterruptDisabled && Config.Pin != 0 && !UsesMessages;

    /// <summary>It may send requests now.</summary>
    public bool MayMaster => Config.BusMasterEnabled && IsOn;

    /// <summary>It is in D0.</summary>
    public bool IsOn => Power?.IsOn ?? true;

    private PowerManagement? Power { get; set; }

    /// <summary>Called by the bus it is put on.</summary>
    public void Attach(PciBus bus, int deviceFunction)
    {
        Bus = bus;
        DeviceFunction = deviceFunction;
    }

    /// <summary>Called by the bus it is taken from.</summary>
    public void Detach() => Bus = null;

    /// <summary>Adds a base address register. Only before the machine runs.</summary>
    public void AddBar(BaseAddress bar)
    {
        _bars.Add(bar);
        Config.Add(bar);
    }

    /// <summary>A write of software to configuration space: 1, 2 or 4 bytes, naturally aligned.</summary>
    public void WriteConfig(int offset, int size, uint value)
    {
        Config.Write(offset, size, value);
        foreach (Capability capability in _capabilities)
        {
            int first = offset - capability.Offset;
            if (first < capability.Bytes && first + size > 0)
            {
                capability.Written(first, size);
            }
        }

        ConfigWritten(offset, size);
        InterruptChanged();
    }

    /// <summary>Software is about to read configuration space: for registers that show something else.</summary>
    public virtual void ConfigRead(int offset, int size)
    {
    }

    /// <summary>Whether the function answers in the address space of a register now.</summary>
    public bool Decodes(BaseAddress bar) => IsOn && (bar.IsIo ? Config.IoSpaceEnabled : Config.MemorySpaceEnabled);

    /// <summary>What of the function's own decodes an address, and the offset in it.</summary>
    public IBusDevice? Decode(bool io, ulong address, out ulong offset)
    {
        foreach (BaseAddress bar in _bars)
        {
            offset = address - Config.AddressOf(bar);
            if (bar.IsIo == io && offset < bar.Size && Decodes(bar))
            {
                return bar.Region;
            }
        }

        offset = 0;
        return null;
    }

    /// <summary>A reset of the whole machine.</summary>
    public void Reset() => Reset(keepsSticky: false);

    /// <summary>A reset of the function alone, or of the link to it.</summary>
    public void FunctionReset() => Reset(keepsSticky: true);

    public void Save(StateWriter to)
    {
        Config.Save(to);
        foreach (Capability capability in _capabilities)
        {
            capability.Save(to);
        }

        SaveState(to);
    }

    public void Restore(StateReader from)
    {
        Config.Restore(from);
        foreach (Capability capability in _capabilities)
        {
            capability.Restore(from);
        }

        RestoreState(from);
    }

    /// <summary>Nobody will use the function again: it gives back what it has of the machine.</summary>
    public virtual void Discard()
    {
    }

    /// <summary>An Invalidate Request has come; a function without an address translation cache does not support it.</summary>
    public virtual InvalidationAnswer Invalidate(in CacheInvalidation invalidation) => InvalidationAnswer.Unsupported;

    /// <summary>A PRG Response has come.</summary>
    public virtual void Respond(in PageResponse response)
    {
    }

    /// <summary>The IOMMU gives back a request that it has made wait; false where it is none of this function's.</summary>
    public virtual bool TryResume(ushort ticket, StallOutcome outcome) => false;

    /// <summary>An IOMMU may make its requests wait, which is not so of an endpoint of PCI Express.</summary>
    public virtual bool MayStall => false;

    /// <summary>What it keeps of translations, in lines; null where it has no cache for them.</summary>
    public virtual IReadOnlyList<string>? KeptTranslations => null;

    /// <summary>Adds a capability, which is then told of writes, resets and snapshots. Only before the machine runs.</summary>
    protected T Add<T>(T capability)
        where T : Capability
    {
        _capabilities.Add(capability);
        Msi = capability as Msi ?? Msi;
        Msix = capability as Msix ?? Msix;
        Express = capability as ExpressCapability ?? Express;
        Errors = capability as ErrorReporting ?? Errors;
        Power = capability as PowerManagement ?? Power;
        return capability;
    }

    /// <summary>Asks for an interrupt by the pin, or no longer.</summary>
    protected void SetInterrupt(bool pending)
    {
        if (Config.InterruptPending != pending)
        {
            Config.InterruptPending = pending;
            InterruptChanged();
        }
    }

    /// <summary>The level of the pin may have changed.</summary>
    protected void InterruptChanged() => Bus?.Root.DriveLines();

    /// <summary>After a write to configuration space, outside or inside capabilities.</summary>
    protected virtual void ConfigWritten(int offset, int size)
    {
    }

    /// <summary>What a reset does beside configuration space.</summary>
    protected virtual void ResetState()
    {
    }

    protected virtual void SaveState(StateWriter to)
    {
    }

    protected virtual void RestoreState(StateReader from)
    {
    }

    private void Reset(bool keepsSticky)
    {
        Config.Reset(keepsSticky);
        foreach (Capability capability in _capabilities)
        {
            capability.Reset();
        }

        ResetState();
        InterruptChanged();
    }
}
