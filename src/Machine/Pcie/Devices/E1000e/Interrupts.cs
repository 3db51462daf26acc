using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>
/// Causes, masks and delays of interrupts, and their way out by pin, MSI or MSI-X (Intel 317694, Interrupts). All times are virtual.
/// </summary>
internal sealed class Interrupts
{
    private const int Vectors = Intel82574.Vectors;

    /// <summary>ITR is behind the vectors' EITR in lists of delays.</summary>
    private const int Common = Vectors;

    private const ulong DelayNanoseconds = 1024;
    private const ulong ThrottleNanoseconds = 256;

    private const InterruptCause DelayableReceive =
        InterruptCause.ReceiveQueue0 | InterruptCause.ReceiveQueue1 | InterruptCause.ReceiveTimer | InterruptCause.AckReceived;

    private const InterruptCause VectorCauses =
        InterruptCause.ReceiveQueue0 | InterruptCause.ReceiveQueue1 | InterruptCause.TransmitQueue0 | InterruptCause.TransmitQueue1 | InterruptCause.Other;

    /// <summary>Causes in the order of their fields in IVAR, 4 bits each.</summary>
    private static readonly InterruptCause[] InVectorOrder =
    [
        InterruptCause.ReceiveQueue0, InterruptCause.ReceiveQueue1, InterruptCause.TransmitQueue0, InterruptCause.TransmitQueue1, InterruptCause.Other,
    ];

    private readonly Intel82574 _card;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _receiveDelay;
    private readonly TimedEvent _transmitDelay;
    private readonly TimedEvent[] _throttles;
    private readonly bool[] _waits = new bool[Vectors + 1];
    private InterruptCause _causes;
    private InterruptCause _enabled;
    private InterruptCause _delayed;
    private InterruptCause _told;
    private ulong _receiveLimit;
    private ulong _transmitLimit;

    public Interrupts(Intel82574 card, Scheduler scheduler)
    {
        _card = card;
        _scheduler = scheduler;
        _receiveDelay = scheduler.Create(card.StateName + " receive delay", () => Raise(InterruptCause.None));
        _transmitDelay = scheduler.Create(card.StateName + " transmit delay", () => Raise(InterruptCause.None));
        _throttles = [.. Enumerable.Range(0, Vectors + 1).Select(i => scheduler.Create($"{card.StateName} throttle {i}", () => Throttled(i)))];
    }

    /// <summary>ICR without the effect of reading it; also ICS.</summary>
    public uint Causes => (uint)_causes;

    /// <summary>IMS and IMC.</summary>
    public uint Enabled => (uint)_enabled;

    private RegisterBank<Intel82574> Bank => _card.Bank;

    private ExtendedControl Extended => new(Bank[Reg.CtrlExt]);

    private bool UsesMsix => _card.Msix!.Enabled;

    private bool IsPending => (_causes & _enabled) != 0;

    /// <summary>Sets causes, with those that have waited.</summary>
    public void Raise(InterruptCause causes)
    {
        _causes |= causes | _delayed;
        _delayed = InterruptCause.None;
        _receiveDelay.Disarm();
        _transmitDelay.Disarm();
        Update();
    }

    /// <summary>Frames were received: RDTR and RADV say for how long that can wait for more.</summary>
    public void RaiseReceived(InterruptCause causes)
    {
        bool isAck = causes.HasFlag(InterruptCause.AckReceived);
        InterruptCause urgent = causes & ~DelayableReceive;
        ulong delay = Delay(Reg.Rdtr);
        if (UsesMsix || delay == 0 || urgent != 0 || (isAck && Delay(Reg.Raid) == 0))
        {
            Raise(causes);
            return;
        }

        bool first = (_delayed & DelayableReceive) == 0;
        _delayed |= causes;
        _receiveLimit = first ? Later(Delay(Reg.Radv)) : _receiveLimit;
        _receiveLimit = isAck ? Math.Min(_receiveLimit, Later(Delay(Reg.Raid))) : _receiveLimit;
        _receiveDelay.Arm(Math.Min(Later(delay), _receiveLimit));
    }

    /// <summary>Descriptors were written back: TIDV and TADV say for how long that can wait for more.</summary>
    /// <param name="canWait">The descriptor's IDE.</param>
    public void RaiseTransmitted(InterruptCause causes, bool canWait)
    {
        ulong delay = Delay(Reg.Tidv);
        if (UsesMsix || !canWait || delay == 0)
        {
            Raise(causes);
            return;
        }

        _transmitLimit = _transmitDelay.Deadline == Scheduler.Never ? Later(Delay(Reg.Tadv)) : _transmitLimit;
        _delayed |= causes;
        _transmitDelay.Arm(Math.Min(Later(delay), _transmitLimit));
    }

    /// <summary>A read of ICR.</summary>
    public uint Acknowledge()
    {
        InterruptCause read = _causes;
        bool clears = _enabled == 0 || IsPending;
        Mask(_causes.HasFlag(InterruptCause.Asserted) && Extended.AccessMasks);

        // Where some are enabled and none of those is set, a read does not clear. (QEMU 7.2 clears only where IAME is set too.)
        if (clears)
        {
            _causes = InterruptCause.None;
        }

        Update();
        return (uint)read;
    }

    /// <summary>A write to ICR.</summary>
    public void Clear(uint causes)
    {
        Mask(_causes.HasFlag(InterruptCause.Asserted) && Extended.AccessMasks);
        InterruptCause cleared = (InterruptCause)causes;
        _causes &= ~(cleared | (cleared.HasFlag(InterruptCause.Other) ? InterruptCause.Others : InterruptCause.None));
        Update();
    }

    /// <summary>A write to IMS.</summary>
    public void Enable(uint causes)
    {
        InterruptCause set = (InterruptCause)causes & InterruptCause.Maskable;
        _enabled |= set;
        if (UsesMsix && Extended.EnableClearsPending)
        {
            foreach (InterruptCause cause in InVectorOrder)
            {
                if ((set & cause) != 0 && VectorOf(cause) is int vector)
                {
                    _card.Msix!.ClearPending(vector);
                }
            }
        }

        if (set == InterruptCause.Maskable && Extended.EnableEndsDelays)
        {
            EndDelays();
        }

        Update();
    }

    /// <summary>A write to IMC.</summary>
    public void Disable(uint causes)
    {
        _enabled &= ~(InterruptCause)causes;
        Update();
    }

    /// <summary>Looks at causes and masks anew.</summary>
    public void Update()
    {
        if (UsesMsix && (_causes & InterruptCause.Others) != 0)
        {
            _causes |= InterruptCause.Other;
        }

        _causes &= ~InterruptCause.Asserted;
        _causes |= _causes != 0 ? InterruptCause.Asserted : InterruptCause.None;
        if (UsesMsix || _card.Msi!.Enabled)
        {
            SendNew();
            return;
        }

        _told = InterruptCause.None;
        if (!IsPending)
        {
            _waits[Common] = false;
            _card.DrivePin(false);
        }
        else if (!_card.Config.InterruptPending && !IsThrottled(Common))
        {
            Tell();
        }
    }

    public void Reset()
    {
        (_causes, _enabled, _delayed, _told) = (0, 0, 0, 0);
        (_receiveLimit, _transmitLimit) = (0, 0);
        Array.Clear(_waits);
        _receiveDelay.Disarm();
        _transmitDelay.Disarm();
        foreach (TimedEvent throttle in _throttles)
        {
            throttle.Disarm();
        }

        _card.DrivePin(false);
    }

    public void Discard()
    {
        foreach (TimedEvent timer in (TimedEvent[])[_receiveDelay, _transmitDelay, .. _throttles])
        {
            _scheduler.Remove(timer);
        }
    }

    public void Save(StateWriter to)
    {
        to.Write((ReadOnlySpan<uint>)[(uint)_causes, (uint)_enabled, (uint)_delayed, (uint)_told]);
        to.Write((ReadOnlySpan<ulong>)[_receiveLimit, _transmitLimit]);
        foreach (bool waits in _waits)
        {
            to.Write(waits);
        }
    }

    public void Restore(StateReader from)
    {
        Span<uint> causes = stackalloc uint[4];
        from.ReadWords(causes);
        (_causes, _enabled) = ((InterruptCause)causes[0], (InterruptCause)causes[1]);
        (_delayed, _told) = ((InterruptCause)causes[2], (InterruptCause)causes[3]);
        Span<ulong> limits = stackalloc ulong[2];
        from.ReadWords(limits);
        (_receiveLimit, _transmitLimit) = (limits[0], limits[1]);
        foreach (ref bool waits in _waits.AsSpan())
        {
            waits = from.ReadBool();
        }
    }

    private ulong Delay(uint register) => Bank[register] * DelayNanoseconds;

    private ulong Later(ulong nanoseconds) => nanoseconds == 0 ? Scheduler.Never : _scheduler.Clock.Now + nanoseconds;

    private void Mask(bool masks) => _enabled &= masks ? ~(InterruptCause)Bank[Reg.Iam] : (InterruptCause)uint.MaxValue;

    // A message is sent once for each cause: as it comes, or as it is enabled.
    private void SendNew()
    {
        InterruptCause pending = _causes & _enabled;
        InterruptCause fresh = pending & ~_told;
        _told = pending;
        if (fresh == 0)
        {
            return;
        }

        if (!UsesMsix)
        {
            if (!IsThrottled(Common))
            {
                Tell();
            }

            return;
        }

        foreach (InterruptCause cause in InVectorOrder)
        {
            if ((fresh & VectorCauses & cause) != 0)
            {
                SendVector(cause);
            }
        }
    }

    private void SendVector(InterruptCause cause)
    {
        if (VectorOf(cause) is int vector && !IsThrottled(vector))
        {
            SendVector(vector);
        }

        if (Extended.MessageMasks)
        {
            _enabled &= ~((InterruptCause)Bank[Reg.Iam] & cause);
        }

        InterruptCause cleared = (InterruptCause)Bank[Reg.Eiac] & cause;
        _causes &= ~cleared;
        _told &= _causes & _enabled;
    }

    private void SendVector(int vector)
    {
        StartThrottle(vector);
        _card.Msix!.Notify(vector);
    }

    /// <summary>The vector that IVAR gives a cause; null where none is valid.</summary>
    private int? VectorOf(InterruptCause cause)
    {
        const int Valid = 3;
        int low = Array.IndexOf(InVectorOrder, cause) * 4;
        uint entry = Bank[Reg.Ivar].Field(low + Valid, low);
        return entry.Bit(Valid) && entry.Field(2, 0) < Vectors ? (int)entry.Field(2, 0) : null;
    }

    // By message or pin.
    private void Tell()
    {
        StartThrottle(Common);
        if (_card.Msi!.Enabled)
        {
            _card.Msi.Notify(0);
        }
        else
        {
            _card.Statistics.CountInterrupt();
            _card.DrivePin(true);
        }
    }

    private bool IsThrottled(int index) => _waits[index] = _throttles[index].Deadline != Scheduler.Never;

    // An interval of zero is no throttling.
    private void StartThrottle(int index)
    {
        ulong interval = Bank[index == Common ? Reg.Itr : Reg.Eitr + (uint)(index * sizeof(uint))];
        if (interval != 0)
        {
            _throttles[index].Arm(_scheduler.Clock.Now + (interval * ThrottleNanoseconds));
        }
    }

    private void Throttled(int index)
    {
        bool waits = _waits[index];
        _waits[index] = false;
        if (!waits)
        {
            return;
        }

        if (index == Common && IsPending && !UsesMsix)
        {
            Tell();
        }
        else if (index != Common && UsesMsix)
        {
            SendVector(index);
        }
    }

    private void EndDelays()
    {
        Raise(InterruptCause.None);
        for (int i = 0; i < _throttles.Length; i++)
        {
            if (_throttles[i].Deadline != Scheduler.Never)
            {
                _throttles[i].Disarm();
                Throttled(i);
            }
        }
    }
}
