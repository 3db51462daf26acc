using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Devices;

/// <summary>
/// The PrimeCell real time clock PL031 (DDI 0224) on virtual time: it starts at a configured second, so that two runs
/// see the same date.
/// </summary>
internal sealed class Pl031 : IDevice
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const uint InterruptMask = 0x010;
    private const uint MatchRegister = 0x004;

    private static readonly RegisterMap<Pl031> Map = new(
        0x1000,
        new(0x000, "RTCDR", Access.ReadOnly, "DDI 0224, RTCDR") { Read = (r, _) => r.Seconds },
        new(MatchRegister, "RTCMR", Access.ReadWrite, "DDI 0224, RTCMR") { Changed = r => r.ArmAlarm() },
        new(0x008, "RTCLR", Access.ReadWrite, "DDI 0224, RTCLR")
        {
            Read = (r, _) => r._load,
            Write = (r, _, v, _) => r.Load(v),
        },
        new(0x00c, "RTCCR", Access.ReadWrite, "DDI 0224, RTCCR; once started the clock cannot be stopped") { Reset = 1, Writable = 0 },
        new(InterruptMask, "RTCIMSC", Access.ReadWrite, "DDI 0224, RTCIMSC") { Writable = 1, Changed = r => r.UpdateLine() },
        new(0x014, "RTCRIS", Access.ReadOnly, "DDI 0224, RTCRIS") { Read = (r, _) => r._raised ? 1u : 0 },
        new(0x018, "RTCMIS", Access.ReadOnly, "DDI 0224, RTCMIS") { Read = (r, _) => r._raised ? r._bank[InterruptMask] : 0 },
        new(0x01c, "RTCICR", Access.WriteOnly, "DDI 0224, RTCICR") { Write = (r, _, v, _) => r.Clear(v.Bit(0)) },
        new(0xfe0, "RTCPeriphID0", Access.ReadOnly, "DDI 0224, RTCPeriphID0") { Reset = 0x31 },
        new(0xfe4, "RTCPeriphID1", Access.ReadOnly, "DDI 0224, RTCPeriphID1") { Reset = 0x10 },
        new(0xfe8, "RTCPeriphID2", Access.ReadOnly, "DDI 0224, RTCPeriphID2; revision as QEMU 7.2") { Reset = 0x14 },
        new(0xfec, "RTCPeriphID3", Access.ReadOnly, "DDI 0224, RTCPeriphID3"),
        new(0xff0, "RTCPCellID0", Access.ReadOnly, "DDI 0224, RTCPCellID0") { Reset = 0x0d },
        new(0xff4, "RTCPCellID1", Access.ReadOnly, "DDI 0224, RTCPCellID1") { Reset = 0xf0 },
        new(0xff8, "RTCPCellID2", Access.ReadOnly, "DDI 0224, RTCPCellID2") { Reset = 0x05 },
        new(0xffc, "RTCPCellID3", Access.ReadOnly, "DDI 0224, RTCPCellID3") { Reset = 0xb1 });

    private readonly RegisterBank<Pl031> _bank;
    private readonly IInterruptLine _line;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _alarm;
    private uint _offset;
    private uint _load;
    private bool _raised;

    /// <param name="startSeconds">Seconds since 1970 at virtual time zero.</param>
    /// <param name="line">The alarm interrupt.</param>
    /// <param name="scheduler">Virtual time.</param>
    /// <param name="events">Where misuse is reported.</param>
    public Pl031(string name, uint startSeconds, IInterruptLine line, Scheduler scheduler, DeviceEvents events)
    {
        _offset = startSeconds;
        _line = line;
        _scheduler = scheduler;
        _bank = new RegisterBank<Pl031>(name, Map, this, events);
        _alarm = scheduler.Create(name + " alarm", Ring);
    }

    public IBusDevice Port => _bank;

    public string StateName => _bank.Name;

    private uint Seconds => _offset + (uint)(_scheduler.Clock.Now / NanosecondsPerSecond);

    /// <summary>A reset leaves the time of day alone, as a battery would.</summary>
    public void Reset()
    {
        _bank.Reset();
        _load = 0;
        _raised = false;
        _alarm.Disarm();
        UpdateLine();
    }

    public void Save(StateWriter to)
    {
        _bank.Save(to);
        to.Write(_offset);
        to.Write(_load);
        to.Write(_raised);
        to.Write(_alarm.Deadline);
    }

    public void Restore(StateReader from)
    {
        _bank.Restore(from);
        _offset = from.ReadUInt32();
        _load = from.ReadUInt32();
        _raised = from.ReadBool();
        _alarm.Arm(from.ReadUInt64());
        UpdateLine();
    }

    private void Load(uint seconds)
    {
        _load = seconds;
        _offset += seconds - Seconds;
        ArmAlarm();
    }

    // The comparison is for equality (DDI 0224, RTCMR): a match in the past comes after the counter has wrapped.
    private void ArmAlarm()
    {
        uint ahead = _bank[MatchRegister] - Seconds;
        ulong second = (_scheduler.Clock.Now / NanosecondsPerSecond) + ahead;
        if (ahead == 0)
        {
            Ring();
        }
        else
        {
            _alarm.Arm(second * NanosecondsPerSecond);
        }
    }

    private void Ring()
    {
        _alarm.Disarm();
        _raised = true;
        UpdateLine();
    }

    private void Clear(bool clear)
    {
        _raised &= !clear;
        UpdateLine();
    }

    private void UpdateLine() => _line.Set(_raised && _bank[InterruptMask] != 0);
}
