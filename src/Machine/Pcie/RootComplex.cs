using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// What is between the CPU's bus and bus 0 of PCI: finds the function that an access is for, joins the interrupt pins to
/// four lines, and takes the requests of functions to memory.
/// </summary>
internal sealed class RootComplex : IDevice, IEndpoints
{
    public const string BusName = "pcie.0";

    private const int MostPlugged = 65536;

    private readonly List<PciFunction> _fixed = [];
    private readonly List<PluggedDevice> _plugged = [];
    private readonly InboundPath _inbound;
    private readonly IInterruptLine[] _lines;

    /// <param name="model">What the host bridge lets through.</param>
    /// <param name="memory">The CPU's bus, which requests of functions reach.</param>
    /// <param name="lines">The four lines that INTA# to INTD# of device 0 go to, in this order.</param>
    public RootComplex(HostBridgeModel model, PhysicalBus memory, params IInterruptLine[] lines)
    {
        Model = model;
        _inbound = new InboundPath(model, memory);
        _lines = lines;
        Bus = new PciBus(BusName, this, bridge: null);
    }

    public string StateName => "pcie";

    public HostBridgeModel Model { get; }

    /// <summary>Bus 0.</summary>
    public PciBus Bus { get; }

    /// <summary>What the user has plugged in, in this order.</summary>
    public IReadOnlyList<PluggedDevice> Plugged => _plugged;

    /// <summary>Makes a device that the user asked for, in words; a snapshot may hold others than the machine began with.</summary>
    [field: NotState("wiring")]
    public Func<PciDeviceRequest, PciFunction>? Maker { get; set; }

    /// <summary>Gets accesses that nobody answers; null where nobody keeps them.</summary>
    [field: NotState("a notebook")]
    public UnsupportedRequests? Unsupported { get; set; }

    /// <summary>Virtual nanoseconds since the last reset; the host bridge may need some before it answers.</summary>
    [field: NotState("wiring")]
    public Func<ulong>? SinceReset { get; set; }

    /// <summary>Told of each access to configuration space after it was done; null where nobody listens.</summary>
    [field: NotState("an observer")]
    public Action<ConfigStep>? ConfigObserver { get; set; }

    /// <summary>Told of a function that has been taken out.</summary>
    [field: NotState("wiring")]
    public Action<PciFunction>? Left { get; set; }

    /// <inheritdoc cref="InboundPath.Iommu"/>
    public IIommu? Iommu
    {
        get => _inbound.Iommu;
        set => _inbound.Iommu = value;
    }

    /// <inheritdoc cref="InboundPath.Observer"/>
    public Action<DmaStep>? DmaObserver
    {
        get => _inbound.Observer;
        set => _inbound.Observer = value;
    }

    /// <summary>Configuration space answers: enough time has passed since the last reset.</summary>
    public bool IsReady => Model.ReadyAfter == 0 || SinceReset is null || SinceReset() >= Model.ReadyAfter;

    /// <summary>What answers at a physical address of the CPU's that leads to PCI, and the offset in it; null for nobody.</summary>
    public IBusDevice? DecodeOutbound(ulong physical, out ulong offset)
    {
        offset = 0;
        return Model.Outbound.FirstOrDefault(w => physical - w.Start < w.Size) is OutboundWindow window
            ? Bus.Decode(window.IsIo, physical - window.Start + window.PciStart, out offset)
            : null;
    }

    private IEnumerable<PciFunction> Functions => _fixed.Concat(_plugged.Select(static p => p.Function));

    /// <summary>Puts a device of the board's on bus 0. It must happen before the machine runs.</summary>
    /// <param name="device">Device number, 0 to 31.</param>
    public void Plug(int device, PciFunction function)
    {
        Bus.Plug(device * PciBus.FunctionsPerDevice, function);
        _fixed.Add(function);
    }

    /// <summary>Puts a device that the user asked for on a bus.</summary>
    public void Plug(PciDeviceRequest request, PciBus bus, int deviceFunction, PciFunction function)
    {
        bus.Plug(deviceFunction, function);
        _plugged.Add(new PluggedDevice(request, function));
    }

    /// <summary>Takes a device out, with all that is behind it.</summary>
    public void Unplug(PciFunction function)
    {
        if (function is Bridge bridge)
        {
            foreach (PciFunction behind in bridge.Secondary.Functions.ToArray())
            {
                Unplug(behind);
            }
        }

        _plugged.RemoveAll(p => p.Function == function);
        function.Bus?.Unplug(function);
        function.Discard();
        Left?.Invoke(function);
        DriveLines();
    }

    /// <summary>The bus of a name, or null.</summary>
    public PciBus? FindBus(string name) => name == BusName
        ? Bus
        : Functions.OfType<Bridge>().FirstOrDefault(b => b.Secondary.Name == name)?.Secondary;

    /// <summary>The function at a place, or null where there is none.</summary>
    /// <param name="bus">Bus number, 0 to 255.</param>
    /// <param name="deviceFunction">Device number in [7:3], function number in [2:0].</param>
    public PciFunction? Find(int bus, int deviceFunction) => IsReady ? Bus.Find(bus, deviceFunction) : null;

    /// <summary>What decodes an address of PCI's I/O or memory space, and the offset in it.</summary>
    public IBusDevice? Decode(bool io, ulong address, out ulong offset) => Bus.Decode(io, address, out offset);

    /// <summary>A request that has come up to the host bridge.</summary>
    public DmaResult Complete(in DmaRequest request, Span<byte> data, Action<Memory<byte>>? change) =>
        _inbound.Complete(request, data, change);

    /// <inheritdoc cref="InboundPath.TryWindow"/>
    public bool TryInboundWindow(in DmaRequest request, out ulong address) => _inbound.TryWindow(request, out address);

    /// <summary>A request that a bridge below has turned around to a neighbor.</summary>
    public DmaResult ReachPeer(in DmaRequest request, IBusDevice peer, ulong offset, Span<byte> data) =>
        _inbound.ReachPeer(request, peer, offset, data);

    public InvalidationAnswer Invalidate(in CacheInvalidation invalidation) =>
        Find(invalidation.Function.Value >> 8, invalidation.Function.Value & 0xff)?.Invalidate(in invalidation) ?? InvalidationAnswer.None;

    public void Respond(in PageResponse response) =>
        Find(response.Function.Value >> 8, response.Function.Value & 0xff)?.Respond(in response);

    // Whoever it is of may be gone, and its request with it.
    public void Release(ushort ticket, StallOutcome outcome)
    {
        foreach (PciFunction function in Functions)
        {
            if (function.TryResume(ticket, outcome))
            {
                return;
            }
        }
    }

    public void Reset()
    {
        Unsupported?.Restart();
        Bus.Reset(whole: true);
    }

    /// <summary>Drives the four lines as the pins of all functions are now.</summary>
    public void DriveLines()
    {
        uint asserted = Bus.Interrupts();
        for (int line = 0; line < _lines.Length; line++)
        {
            _lines[line].Set(asserted.Bit(line));
        }
    }

    public void Save(StateWriter to)
    {
        to.Write(_plugged.Count);
        foreach (PluggedDevice device in _plugged)
        {
            device.Request.Save(to);
        }

        foreach (PciFunction function in Functions)
        {
            function.Save(to);
        }
    }

    public void Restore(StateReader from)
    {
        PciDeviceRequest[] wanted = new PciDeviceRequest[from.ReadBelow(MostPlugged, "the number of PCI devices")];
        for (int i = 0; i < wanted.Length; i++)
        {
            wanted[i] = PciDeviceRequest.Read(from);
        }

        Replug(wanted);
        foreach (PciFunction function in Functions)
        {
            function.Restore(from);
        }

        DriveLines();
    }

    /// <summary>Makes what is plugged in the same as in a snapshot; devices that are both here and there stay.</summary>
    private void Replug(PciDeviceRequest[] wanted)
    {
        string[] names = [.. wanted.Select(static w => w.ToString())];
        PluggedDevice[] before = [.. _plugged];
        int same = 0;
        while (same < before.Length && same < names.Length && before[same].Request.ToString() == names[same])
        {
            same++;
        }

        foreach (PluggedDevice device in before.Skip(same).Reverse().Where(d => d.Function.Bus is not null))
        {
            Unplug(device.Function);
        }

        foreach (PciDeviceRequest request in wanted.Skip(same))
        {
            try
            {
                (Maker ?? throw new PciDeviceException("this machine has no PCI devices"))(request);
            }
            catch (PciDeviceException e)
            {
                throw new InvalidDataException($"its device {request} cannot be made: {e.Message}", e);
            }
        }
    }
}
