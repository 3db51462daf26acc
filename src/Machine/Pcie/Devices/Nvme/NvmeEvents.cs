using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme;

/// <summary>
/// What happened, as Dword 0 of an Asynchronous Event Request's completion says it: type in [2:0], information in [15:8], log page in [23:16]
/// (NVM Express Base Specification 1.4, section 5.2.1).
/// </summary>
internal enum NvmeEvent : uint
{
    InvalidDoorbellRegister = 0x01_00_00,
    InvalidDoorbellValue = 0x01_01_00,
    Temperature = 0x02_01_01,
    NamespaceChanged = 0x04_00_02,
}

/// <summary>Events that the driver is told of when it has asked. After one the others of its type wait until its log page is read.</summary>
internal sealed class NvmeEvents(NvmeController controller, int limit)
{
    private const int MostWaiting = 64;
    private const int Types = 8;

    private readonly ushort[] _requests = new ushort[NvmeSettings.MostEventRequests];
    private readonly uint[] _waiting = new uint[MostWaiting];
    private int _requested;
    private int _waitingCount;
    private uint _masked;

    public void Clear() => (_requested, _waitingCount, _masked) = (0, 0, 0);

    /// <summary>Asynchronous Event Request: it is completed when there is something to tell.</summary>
    public NvmeStatus Request(ushort command)
    {
        if (_requested > limit)
        {
            return NvmeStatus.EventLimitExceeded;
        }

        _requests[_requested++] = command;
        controller.ServeLater();
        return NvmeStatus.Later;
    }

    /// <summary>Ends a request without an event; false where there is none of this identifier.</summary>
    public bool TryAbort(ushort command)
    {
        int at = Array.IndexOf(_requests, command, 0, _requested);
        if (at < 0)
        {
            return false;
        }

        Remove(at);
        controller.Queues.Complete(0, command, 0, NvmeStatus.AbortRequested);
        return true;
    }

    /// <summary>Tells of an event; an error of a doorbell only where a request is there (section 4.1).</summary>
    public void Post(NvmeEvent happened)
    {
        bool onlyNow = happened is NvmeEvent.InvalidDoorbellRegister or NvmeEvent.InvalidDoorbellValue;
        if (_waitingCount < MostWaiting && (!onlyNow || _requested > 0))
        {
            _waiting[_waitingCount++] = (uint)happened;
            controller.ServeLater();
        }
    }

    /// <summary>Completes requests with events that wait.</summary>
    public void Send()
    {
        for (int at = 0; at < _waitingCount && _requested > 0 && !controller.Queues.Completion[0].IsFull;)
        {
            uint happened = _waiting[at];
            if (((_masked >> TypeOf(happened)) & 1) != 0)
            {
                at++;
                continue;
            }

            _masked |= 1u << TypeOf(happened);
            Array.Copy(_waiting, at + 1, _waiting, at, _waitingCount - at - 1);
            _waitingCount--;
            // The last request first, as with QEMU.
            ushort command = _requests[--_requested];
            controller.Queues.Complete(0, command, happened, NvmeStatus.Success);
        }

        controller.Queues.Announce();
    }

    /// <summary>The driver has read a log page, and does not retain its event.</summary>
    public void LogRead(byte page)
    {
        uint type = page switch { 1 => 0, 2 => 1, 4 => 2, _ => Types };
        _masked &= ~(1u << (int)type);
        controller.ServeLater();
    }

    public void Save(StateWriter to)
    {
        to.Write(_requested);
        foreach (ushort request in _requests)
        {
            to.Write((uint)request);
        }

        to.Write(_waitingCount);
        to.Write(_waiting.AsSpan());
        to.Write(_masked);
    }

    public void Restore(StateReader from)
    {
        _requested = from.ReadBelow(_requests.Length + 1, "event requests");
        foreach (ref ushort request in _requests.AsSpan())
        {
            request = (ushort)from.ReadUInt32();
        }

        _waitingCount = from.ReadBelow(MostWaiting + 1, "events");
        from.ReadWords(_waiting.AsSpan());
        _masked = from.ReadUInt32();
    }

    private static int TypeOf(uint happened) => (int)happened.Field(2, 0);

    private void Remove(int at)
    {
        Array.Copy(_requests, at + 1, _requests, at, _requested - at - 1);
        _requested--;
    }
}
