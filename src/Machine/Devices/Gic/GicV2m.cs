using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// A GICv2m frame (DEN 0029, Server Base System Architecture, GICv2m): a write of an interrupt's ID makes
/// that shared peripheral interrupt pending, which is how message-signaled interrupts reach a GICv2.
/// </summary>
internal sealed class GicV2m : IDevice, IMessageDoorbell
{
    public const uint Size = 0x1000;

    private const uint SetSpi = 0x040;
    private const int FirstSpiId = 32;
    private const int BaseShift = 16;
    private const uint IdMask = 0x3ff;

    private static readonly RegisterMap<GicV2m> Map = new(
        Size,
        new(0x008, "MSI_TYPER", Access.ReadOnly, "DEN 0029, MSI_TYPER; [25:16] first ID, [9:0] how many")
        {
            Read = (f, _) => (f._firstId << BaseShift) | (uint)f._lines.Length,
            WordOnly = true,
        },
        new(SetSpi, "MSI_SETSPI_NS", Access.WriteOnly, "DEN 0029, MSI_SETSPI_NS; [9:0] ID") { Write = (f, _, v, mask) => f.Send(v, mask) },
        new(0xfcc, "MSI_IIDR", Access.ReadOnly, "DEN 0029, MSI_IIDR; QEMU's") { Reset = 0x0510_0000, WordOnly = true },
        new(0xfd0, "MSI_PIDR", Access.ReadOnly, "DEN 0029, identification registers; QEMU's are zero") { Count = 12 });

    private readonly RegisterBank<GicV2m> _bank;
    private readonly IInterruptLine[] _lines;
    private readonly uint _firstId;

    /// <param name="name">Name in traces.</param>
    /// <param name="firstSpi">Number of the first interrupt, counted from 0 as device trees do.</param>
    /// <param name="lines">The wires of the interrupts, in order.</param>
    /// <param name="events">Gets what the guest does wrong.</param>
    public GicV2m(string name, int firstSpi, IInterruptLine[] lines, DeviceEvents events)
    {
        _firstId = (uint)(firstSpi + FirstSpiId);
        _lines = lines;
        _bank = new RegisterBank<GicV2m>(name, Map, this, events);
    }

    public IBusDevice Port => _bank;

    public string Name => _bank.Name;

    public ulong Register => SetSpi;

    public string StateName => _bank.Name;

    public void Reset() => _bank.Reset();

    public MessageTarget? Explain(RequesterId requester, ulong offset, uint data, List<InterruptLink> links)
    {
        links.Add(new("doorbell", offset == SetSpi, $"{Name}+0x{offset:x}", $"messages go to MSI_SETSPI_NS, {Name}+0x{SetSpi:x}"));
        uint id = data & IdMask;
        bool known = id - _firstId < _lines.Length;
        links.Add(new("SPI", known, $"data 0x{data:x} is interrupt {id}", $"the frame has {_firstId} to {_firstId + _lines.Length - 1}; the write has no effect"));
        return offset == SetSpi && known ? new MessageTarget((int)id, null) : null;
    }

    public void Save(StateWriter to) => _bank.Save(to);

    public void Restore(StateReader from) => _bank.Restore(from);

    // An interrupt that is a message has no level: the wire goes up and down. Half an ID is none.
    private void Send(uint value, uint lanes)
    {
        uint index = (value & IdMask) - _firstId;
        if ((lanes & IdMask) == IdMask && index < _lines.Length)
        {
            _lines[index].Set(true);
            _lines[index].Set(false);
        }
    }
}
