using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// What is between the CPU's bus and bus 0 of PCI: finds the function that an access is for, and joins the interrupt
/// pins to four lines. There are no bridges to other buses.
/// </summary>
internal sealed class RootComplex : IDevice
{
    private const int Devices = 32;

    private readonly PciFunction?[] _devices = new PciFunction?[Devices];
    private readonly IInterruptLine[] _lines;

    /// <param name="lines">The four lines that INTA# to INTD# of device 0 go to, in this order.</param>
    public RootComplex(params IInterruptLine[] lines)
    {
        _lines = lines;
    }

    public string StateName => "pcie";

    private IEnumerable<PciFunction> Functions => _devices.OfType<PciFunction>();

    /// <summary>Puts a device with one function on bus 0. It must happen before the machine runs.</summary>
    /// <param name="device">Device number, 0 to 31.</param>
    public void Plug(int device, PciFunction function)
    {
        if (_devices[device] is not null)
        {
            throw new ArgumentException($"{function.StateName}: device {device} is taken by {_devices[device]!.StateName}");
        }

        _devices[device] = function;
        function.InterruptChanged = DriveLines;
    }

    /// <summary>The function at a place, or null where there is none.</summary>
    /// <param name="bus">Bus number, 0 to 255.</param>
    /// <param name="deviceFunction">Device number in [7:3], function number in [2:0].</param>
    public PciFunction? Find(int bus, int deviceFunction) =>
        bus == 0 && deviceFunction % 8 == 0 ? _devices[deviceFunction / 8] : null;

    /// <summary>What decodes an address of PCI's I/O or memory space, and the offset in it.</summary>
    public IBusDevice? Decode(bool io, ulong address, out ulong offset)
    {
        foreach (PciFunction? function in _devices)
        {
            foreach (BaseAddress bar in function?.BaseAddresses ?? [])
            {
                offset = address - function!.Config.AddressOf(bar);
                if (bar.IsIo == io && offset < bar.Size && function.Decodes(bar))
                {
                    return bar.Region;
                }
            }
        }

        offset = 0;
        return null;
    }

    public void Reset()
    {
        foreach (PciFunction function in Functions)
        {
            function.Reset();
        }
    }

    public void Save(StateWriter to)
    {
        foreach (PciFunction function in Functions)
        {
            function.Save(to);
        }
    }

    public void Restore(StateReader from)
    {
        foreach (PciFunction function in Functions)
        {
            function.Restore(from);
        }

        DriveLines();
    }

    // Pins of neighbors go to different lines, or all functions with INTA# would share one (PCI Local Bus Specification
    // 3.0, section 2.2.6, implementation note).
    private void DriveLines()
    {
        uint asserted = 0;
        for (int device = 0; device < Devices; device++)
        {
            if (_devices[device] is { InterruptAsserted: true } function)
            {
                asserted |= 1u << ((device + function.Config.Pin - 1) % _lines.Length);
            }
        }

        for (int line = 0; line < _lines.Length; line++)
        {
            _lines[line].Set(asserted.Bit(line));
        }
    }
}
