using System.Buffers;
using System;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Framing;

namespace GdbHost.GdbStub.Session;

/// <summary>One entry of a session's queue: a frame from the peer, a stop of the guest, text for the console, or the end of the connection.</summary>
internal readonly struct SessionEvent
{
    private readonly byte[]? _rented;
    private readonly int _length;

    private SessionEvent(EventKind what, FrameKind frame, byte[]? rented, int length, TargetStop stop)
    {
        What = what;
        Frame = frame;
        Stop = stop;
        _rented = rented;
        _length = length;
    }

    public enum EventKind
    {
        Frame,
        Stopped,
        Disconnected,
        Printed,
    }

    /// <summary>There is text for gdb's console.</summary>
    public static SessionEvent Printed => new(EventKind.Printed, default, null, 0, default);

    public static SessionEvent Disconnected => new(EventKind.Disconnected, default, null, 0, default);

    public EventKind What { get; }

    public FrameKind Frame { get; }

    public TargetStop Stop { get; }

    public ReadOnlySpan<byte> Payload => _rented.AsSpan(0, _length);

    public static SessionEvent Of(TargetStop stop) => new(EventKind.Stopped, default, null, 0, stop);

    /// <summary>Copies the frame out of the framer's buffer into a rented one.</summary>
    public static SessionEvent Of(in Frame frame)
    {
        byte[]? rented = null;
        if (!frame.Payload.IsEmpty)
        {
            rented = ArrayPool<byte>.Shared.Rent(frame.Payload.Length);
            frame.Payload.CopyTo(rented);
        }

        return new SessionEvent(EventKind.Frame, frame.Kind, rented, frame.Payload.Length, default);
    }

    /// <summary>Gives the rented buffer back; the event is not used afterwards.</summary>
    public void Release()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
