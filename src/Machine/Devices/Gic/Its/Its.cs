using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Gic.V3;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>
/// The Interrupt Translation Service (IHI 0069, The ITS): a write of an event's number to GITS_TRANSLATER by a device becomes
/// a locality-specific interrupt, as tables say that software has filled by commands. A control frame and a frame for messages,
/// 64 KiB each.
/// </summary>
internal sealed class Its : IRequesterDevice, IDevice, IMessageDoorbell
{
    private const uint Size = 0x2_0000;
    private const uint TranslationFrame = 0x1_0000;
    private const uint Translater = TranslationFrame + 0x40;

    /// <summary>
    /// Physical LPIs, 16 bits of interrupt, device and collection ID, no redistributor addresses (PTA is 0).
    /// </summary>
    private const ulong Type =
        (1UL << 36) | ((ItsTable.IdBits - 1UL) << 32) | ((ItsTable.IdBits - 1UL) << 13)
        | ((LpiTables.IdBits - 1UL) << 8) | ((DeviceEntry.TranslationBytes - 1UL) << 4) | 1;

    private const uint Enabled = 1 << 0;

    /// <summary>GITS_CTLR.Quiescent: nothing is ever under way.</summary>
    private const uint Quiescent = 1u << 31;

    private const ulong QueueAddress = 0x000f_ffff_ffff_f000;
    private const ulong QueueOffset = 0xf_ffe0;
    private const ulong Retry = 1;
    private const ulong Stalled = 1;
    private const uint QueuePage = 4096;

    private static readonly RegisterMap<Its> Map = new(
        Size,
        [
            new(0x000, "GITS_CTLR", Access.ReadWrite, "IHI 0069, GITS_CTLR")
            {
                WordOnly = true,
                Read = (d, _) => Quiescent | (d._enabled ? Enabled : 0),
                Write = (d, _, v, _) => d._enabled = (v & Enabled) != 0,
                Changed = d => d.ProcessQueue(),
            },
            new(0x004, "GITS_IIDR", Access.ReadOnly, "IHI 0069, GITS_IIDR") { WordOnly = true, Read = (_, _) => Identification<Its>.Implementer },
            new(0x008, "GITS_TYPER", Access.ReadOnly, "IHI 0069, GITS_TYPER") { Count = 2, WordOnly = true, Read = (_, n) => Half(Type, n) },
            new(0x080, "GITS_CBASER", Access.ReadWrite, "IHI 0069, GITS_CBASER; read-only while enabled")
            {
                Count = 2,
                WordOnly = true,
                Read = (d, n) => Half(d._queue, n),
                Write = (d, n, v, _) => d.WriteQueue(WithHalf(d._queue, n, v)),
            },
            new(0x088, "GITS_CWRITER", Access.ReadWrite, "IHI 0069, GITS_CWRITER")
            {
                Count = 2,
                WordOnly = true,
                Read = (d, n) => Half(d._writer, n),
                Write = (d, n, v, _) => d.WriteWriter(WithHalf(d._writer, n, v)),
                Changed = d => d.ProcessQueue(),
            },
            new(0x090, "GITS_CREADR", Access.ReadOnly, "IHI 0069, GITS_CREADR") { Count = 2, WordOnly = true, Read = (d, n) => Half(d._reader, n) },
            new(0x100, "GITS_BASER", Access.ReadWrite, "IHI 0069, GITS_BASERn; two words each; read-only while enabled")
            {
                Count = 16,
                WordOnly = true,
                Read = (d, n) => d.Table(n / 2) is { } table ? Half(table.Base, n % 2) : 0,
                Write = (d, n, v, _) => d.WriteTable(n / 2, n % 2, v),
            },
            .. Identification<Its>.From("GITS", 0x94),
            new(Translater, "GITS_TRANSLATER", Access.WriteOnly, "IHI 0069, GITS_TRANSLATER")
            {
                Write = (d, _, v, lanes) => d.Translate(v, lanes),
            },
        ]);

    private readonly RegisterBank<Its> _bank;
    private readonly ItsTranslations _translations;
    private readonly DeviceEvents _events;
    private readonly Action _changed;

    [NotState("within an access")]
    private RequesterId _requester;
    private bool _enabled;
    private ulong _queue;
    private ulong _writer;
    private ulong _reader;

    /// <param name="name">Name in traces.</param>
    /// <param name="gic">Whose LPIs it makes pending.</param>
    /// <param name="memory">Where its tables and its queue are.</param>
    /// <param name="events">Gets what the guest does wrong: for a command the number of its error.</param>
    public Its(string name, GicV3 gic, GuestTables memory, DeviceEvents events)
    {
        _translations = new ItsTranslations(memory, gic.Lpis);
        _events = events;
        _changed = gic.UpdateAll;
        _bank = new RegisterBank<Its>(name, Map, this, events);
        Reset();
    }

    public string Name => _bank.Name;

    public ulong Register => Translater;

    public string StateName => _bank.Name;

    private ulong QueueBytes => (_queue.Field(7, 0) + 1) * QueuePage;

    public BusResult Read(ulong offset, int size, out ulong value) => _bank.Read(offset, size, out value);

    public BusResult Write(ulong offset, int size, ulong value) => WriteFrom(default, offset, size, value);

    /// <summary>A core that writes to GITS_TRANSLATER is device 0, as in QEMU.</summary>
    public BusResult WriteFrom(RequesterId requester, ulong offset, int size, ulong value)
    {
        _requester = requester;
        return _bank.Write(offset, size, value);
    }

    public bool TryPeek(ulong offset, int size, out ulong value) => _bank.TryPeek(offset, size, out value);

    public MessageTarget? Explain(RequesterId requester, ulong offset, uint data, List<InterruptLink> links)
    {
        links.Add(new("doorbell", offset == Translater, $"{Name}+0x{offset:x}", $"messages go to GITS_TRANSLATER, {Name}+0x{Translater:x}"));
        links.Add(new("ITS", _enabled, $"GITS_CTLR.Enabled={(_enabled ? 1 : 0)}", "software has not enabled the ITS"));
        return offset == Translater && _enabled ? ItsExplanation.Follow(_translations, requester, data, links) : null;
    }

    /// <summary>What software has set up and mapped.</summary>
    /// <param name="most">Events that are wanted.</param>
    public ItsReport Describe(int most) => new(
        Name, _enabled, (_queue & ItsTable.Valid) == 0 ? "none" : $"at 0x{_queue & 0x000f_ffff_ffff_f000:x}, {QueueBytes} bytes, GITS_CWRITER 0x{_writer:x}, GITS_CREADR 0x{_reader:x}",
        _translations.Devices.ToString(), _translations.Collections.ToString(), [.. ItsExplanation.Collections(_translations)],
        [.. ItsExplanation.Devices(_translations)], [.. ItsExplanation.Events(_translations).Take(most)]);

    public void Reset()
    {
        _bank.Reset();
        _translations.Reset();
        _enabled = false;
        _queue = 0;
        _writer = 0;
        _reader = 0;
    }

    public void Save(StateWriter to)
    {
        _bank.Save(to);
        _translations.Save(to);
        to.Write(_enabled);
        to.Write(_queue);
        to.Write(_writer);
        to.Write(_reader);
    }

    public void Restore(StateReader from)
    {
        _bank.Restore(from);
        _translations.Restore(from);
        _enabled = from.ReadBool();
        _queue = from.ReadUInt64();
        _writer = from.ReadUInt64();
        _reader = from.ReadUInt64();
    }

    private static uint Half(ulong value, int half) => (uint)(value >> (half * 32));

    private static ulong WithHalf(ulong value, int half, uint word) => value.WithField((half * 32) + 31, half * 32, word);

    private ItsTable? Table(int index) => index switch { 0 => _translations.Devices, 1 => _translations.Collections, _ => null };

    private void WriteTable(int index, int half, uint value)
    {
        if (!_enabled && Table(index) is { } table)
        {
            table.Base = WithHalf(table.Base, half, value);
        }
    }

    private void WriteQueue(ulong value)
    {
        if (!_enabled)
        {
            _queue = value;
            _writer = 0;
            _reader = 0;
        }
    }

    private void WriteWriter(ulong value)
    {
        _writer = value & QueueOffset;
        if ((value & Retry) != 0)
        {
            _reader &= ~Stalled;
        }
    }

    /// <summary>Carries out all commands up to GITS_CWRITER. The queue has at most 32768.</summary>
    private void ProcessQueue()
    {
        if (!_enabled || (_queue & ItsTable.Valid) == 0 || (_reader & Stalled) != 0)
        {
            return;
        }

        if (_writer >= QueueBytes || _reader >= QueueBytes)
        {
            _events.Report(new DeviceEvent(Name, 0x088, sizeof(ulong), IsWrite: true, _writer, DeviceMisuse.Value));
            return;
        }

        for (ulong left = QueueBytes / ItsCommand.Bytes; left > 0 && _reader != _writer && (_reader & Stalled) == 0; left--)
        {
            if (Execute(_reader) == ItsError.Memory)
            {
                _reader |= Stalled;
            }
            else
            {
                _reader = (_reader + ItsCommand.Bytes) % QueueBytes;
            }
        }

        _changed();
    }

    private ItsError Execute(ulong offset)
    {
        ulong at = (_queue & QueueAddress) + offset;
        GuestTables memory = _translations.Memory;
        if (!memory.TryRead(at, out ulong word0) || !memory.TryRead(at + 8, out ulong word1)
            || !memory.TryRead(at + 16, out ulong word2) || !memory.TryRead(at + 24, out ulong word3))
        {
            return Report(0, ItsError.Memory);
        }

        ItsCommand command = new(word0, word1, word2, word3);
        return ItsCommands.Find(command.Number) is { } row
            ? Report(row.ErrorNumber, row.Operation(_translations, in command))
            : Report(command.Number, ItsError.NoCommand);
    }

    /// <summary>A message that means nothing is lost, as IHI 0069 says.</summary>
    private void Translate(uint eventId, uint lanes)
    {
        const uint Message = 0xffff;
        if (!_enabled || (lanes & Message) != Message)
        {
            return;
        }

        ItsError error = _translations.Find(_requester.Value, eventId, out ItsEvent found);
        if (error != ItsError.None)
        {
            _events.Report(new DeviceEvent(Name, Translater, sizeof(uint), IsWrite: true, eventId, DeviceMisuse.Value));
            return;
        }

        found.Lpis.SetPending(found.Entry.IntId, pending: true);
        _changed();
    }

    /// <summary>Notes the error of a command under its architected number: 1, the command's number, the cause.</summary>
    private ItsError Report(byte command, ItsError error)
    {
        if (error != ItsError.None)
        {
            uint number = 0x01_0000u | ((uint)command << 8) | (uint)error;
            _events.Report(new DeviceEvent(Name, 0x088, sizeof(ulong), IsWrite: true, number, DeviceMisuse.Value));
        }

        return error;
    }
}
