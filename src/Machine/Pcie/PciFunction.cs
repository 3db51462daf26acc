using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// A function of a PCI device: configuration space, regions behind base address registers, an interrupt pin. It has no
/// reference to the bus: what is in front of it asks.
/// </summary>
internal abstract class PciFunction : IDevice
{
    private readonly BaseAddress[] _bars;

    protected PciFunction(string name, FunctionIdentity identity, params BaseAddress[] bars)
    {
        StateName = name;
        ConfigPort = new ConfigPort(this);
        Config = new ConfigSpace(identity);
        _bars = bars;
        foreach (BaseAddress bar in bars)
        {
            Config.Add(bar);
        }
    }

    public string StateName { get; }

    public ConfigSpace Config { get; }

    /// <summary>Configuration space as software on the other side of the bus reads and writes it.</summary>
    public IBusDevice ConfigPort { get; }

    public IReadOnlyList<BaseAddress> BaseAddresses => _bars;

    /// <summary>The level of the interrupt pin.</summary>
    public bool InterruptAsserted => Config.InterruptPending && !Config.InterruptDisabled && Config.Pin != 0;

    /// <summary>Called when the level of the interrupt pin may have changed.</summary>
    public Action? InterruptChanged { get; set; }

    /// <summary>A write of software to configuration space: 1, 2 or 4 bytes, naturally aligned.</summary>
    public void WriteConfig(int offset, int size, uint value)
    {
        Config.Write(offset, size, value);
        InterruptChanged?.Invoke();
    }

    /// <summary>Whether the function answers in the address space of a register now.</summary>
    public bool Decodes(BaseAddress bar) => bar.IsIo ? Config.IoSpaceEnabled : Config.MemorySpaceEnabled;

    public virtual void Reset()
    {
        Config.Reset();
        InterruptChanged?.Invoke();
    }

    public virtual void Save(StateWriter to) => Config.Save(to);

    public virtual void Restore(StateReader from) => Config.Restore(from);

    /// <summary>Asks for an interrupt, or no longer.</summary>
    protected void SetInterrupt(bool pending)
    {
        Config.InterruptPending = pending;
        InterruptChanged?.Invoke();
    }
}
