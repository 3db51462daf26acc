using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices;

/// <summary>
/// The far end of a UART's receive line: keeps what the outside world sends until the UART has room. What waits here
/// is not in the machine yet and no part of its state.
/// </summary>
[NotState("outside the machine")]
internal sealed class SerialConsole
{
    private readonly Queue<byte> _waiting = new();
    private readonly Pl011 _uart;

    public SerialConsole(Pl011 uart)
    {
        _uart = uart;
        uart.RoomMade = Feed;
    }

    /// <summary>Bytes that wait for room.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Nothing more will be sent.</summary>
    public bool InputEnded { get; set; }

    /// <summary>A byte is there that the guest has not read.</summary>
    public bool HasInput => _uart.HasReceived;

    /// <summary>Takes the oldest byte that the guest has not read, past the UART's registers.</summary>
    public bool TryTake(out byte value)
    {
        bool there = HasInput;
        value = there ? _uart.Take() : (byte)0;
        return there;
    }

    /// <summary>Sends bytes to the guest, in order.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _waiting.Enqueue(value);
        }

        Feed();
    }

    private void Feed()
    {
        while (_waiting.Count > 0 && _uart.CanReceive)
        {
            _uart.Receive(_waiting.Dequeue());
        }
    }
}
