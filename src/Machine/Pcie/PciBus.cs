using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Bridges;

namespace GdbHost.Machine.Pcie;

/// <summary>A bus: the functions on it, and through bridges among them those behind it.</summary>
/// <param name="name">By which devices are put on it.</param>
/// <param name="root">The root complex that it leads to.</param>
/// <param name="bridge">The bridge that it is behind; null for the root complex's own bus.</param>
/// <param name="devices">Devices it has room for: 32, or 1 for a link of PCI Express.</param>
internal sealed class PciBus(string name, RootComplex root, Bridge? bridge, int devices = PciBus.MaxDevices)
{
    public const int MaxDevices = 32;
    public const int FunctionsPerDevice = 8;

    private const int Lines = 4;

    private readonly List<PciFunction> _functions = [];

    public string Name => name;

    public RootComplex Root => root;

    public Bridge? Bridge => bridge;

    /// <summary>Devices it has room for.</summary>
    public int Devices => devices;

    /// <summary>The number that software has given it; 0 for the root complex's own.</summary>
    public int Number => bridge?.SecondaryBus ?? 0;

    /// <summary>By rising device and function number.</summary>
    public IReadOnlyList<PciFunction> Functions => _functions;

    public PciFunction? At(int deviceFunction) => _functions.Find(f => f.DeviceFunction == deviceFunction);

    public void Plug(int deviceFunction, PciFunction function)
    {
        if (At(deviceFunction) is PciFunction other)
        {
            throw new ArgumentException($"{function.StateName}: {name} has {other.StateName} at {deviceFunction / 8:x2}.{deviceFunction % 8}");
        }

        int at = _functions.FindIndex(f => f.DeviceFunction > deviceFunction);
        _functions.Insert(at < 0 ? _functions.Count : at, function);
        function.Attach(this, deviceFunction);
    }

    public void Unplug(PciFunction function)
    {
        _functions.Remove(function);
        function.Detach();
    }

    /// <summary>The function that a configuration access is for, or null. A bridge passes on what is for the buses behind it.</summary>
    /// <param name="bus">Bus number, 0 to 255.</param>
    /// <param name="deviceFunction">Device number in [7:3], function number in [2:0].</param>
    public PciFunction? Find(int bus, int deviceFunction)
    {
        if (bus == Number)
        {
            return bridge?.Reaches(deviceFunction) is false ? null : At(deviceFunction);
        }

        foreach (PciFunction function in _functions)
        {
            if (function is Bridge behind && behind.LeadsTo(bus))
            {
                return behind.Secondary.Find(bus, deviceFunction);
            }
        }

        return null;
    }

    /// <summary>What decodes an address of PCI's I/O or memory space, and the offset in it.</summary>
    public IBusDevice? Decode(bool io, ulong address, out ulong offset)
    {
        foreach (PciFunction function in _functions)
        {
            if (function.Decode(io, address, out offset) is IBusDevice found)
            {
                return found;
            }

            if (function is Bridge behind && behind.Passes(io, address))
            {
                return behind.Secondary.Decode(io, address, out offset);
            }
        }

        offset = 0;
        return null;
    }

    /// <summary>Resets what is on the bus and behind it.</summary>
    /// <param name="whole">It is a reset of the whole machine.</param>
    public void Reset(bool whole)
    {
        foreach (PciFunction function in _functions)
        {
            if (whole)
            {
                function.Reset();
            }
            else
            {
                function.FunctionReset();
            }
        }
    }

    /// <summary>
    /// The lines INTA# to INTD# of the bus that are asserted, one bit each. Pins of neighbors go to different lines, or all
    /// functions with INTA# would share one (PCI Local Bus Specification 3.0, section 2.2.6, implementation note).
    /// </summary>
    public uint Interrupts()
    {
        uint asserted = 0;
        foreach (PciFunction function in _functions)
        {
            uint pins = function.InterruptAsserted ? 1u << (function.Config.Pin - 1) : 0;
            pins |= (function as Bridge)?.Secondary.Interrupts() ?? 0;
            for (int pin = 0; pin < Lines; pin++)
            {
                asserted |= (pins.Bit(pin) ? 1u : 0) << ((pin + (function.DeviceFunction / FunctionsPerDevice)) % Lines);
            }
        }

        return asserted;
    }
}
