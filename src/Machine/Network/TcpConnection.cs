using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Network;

/// <summary>Who is who in a connection.</summary>
/// <param name="Flow">Of the host's socket.</param>
/// <param name="Guest">The guest's address.</param>
/// <param name="Remote">The other address, as the guest sees it.</param>
internal readonly record struct TcpPeers(uint Flow, uint Guest, ushort GuestPort, uint Remote, ushort RemotePort);

/// <summary>
/// The end of a TCP connection that faces the guest (RFC 9293). The wire is short and loses little: what is not acknowledged is sent
/// again after a second of virtual time.
/// </summary>
internal sealed class TcpConnection
{
    /// <summary>Bytes that may be on their way in each direction.</summary>
    public const int WindowBytes = 65535;

    private const int MostTries = 8;

    /// <summary>Data of the longest packet that IPv4 has.</summary>
    private const int MostUnfinished = ushort.MaxValue - Packet.Ipv4Bytes - Packet.TcpBytes;

    private readonly byte[] _toGuest = new byte[WindowBytes];
    private readonly UserNetwork _network;
    private readonly IHostNetwork _host;
    private int _count;
    private uint _unacknowledged;
    private uint _sendNext;
    private uint _receiveNext;
    private uint _window;
    private int _mostData = 536;

    /// <summary>Bytes given to the host that it has not sent yet.</summary>
    private int _atHost;
    private int _tries;
    private Stage _stage;
    private bool _hostFinished;
    private bool _finSent;
    private bool _guestFinished;

    /// <param name="peers">Who is who.</param>
    /// <param name="network">Takes frames for the guest.</param>
    /// <param name="host">The other end.</param>
    /// <param name="firstSequence">The initial sequence number.</param>
    public TcpConnection(TcpPeers peers, UserNetwork network, IHostNetwork host, uint firstSequence)
    {
        Peers = peers;
        FirstSequence = firstSequence;
        _network = network;
        _host = host;
        _unacknowledged = firstSequence;
        _sendNext = firstSequence;
    }

    private enum Stage : byte
    {
        /// <summary>The host connects for the guest.</summary>
        HostConnects,

        /// <summary>The guest has been asked, or answered, and has not confirmed yet.</summary>
        Opening,
        Open,
        Over,
    }

    public TcpPeers Peers { get; }

    public uint FirstSequence { get; }

    public bool IsOver => _stage == Stage.Over;

    /// <summary>Something is on its way to the guest that it has to acknowledge.</summary>
    public bool Waits => _stage is Stage.Opening or Stage.Open && _sendNext != _unacknowledged;

    /// <summary>The guest asks for a connection.</summary>
    public void Connect(in TcpSegment segment)
    {
        _receiveNext = segment.Sequence + 1;
        _window = segment.Window;
        _mostData = Math.Clamp((int)segment.MostData, 1, 1460);
        _stage = Stage.HostConnects;
        _host.Connect(Peers.Flow, Peers.Remote, Peers.RemotePort);
    }

    /// <summary>The host has the connection that the guest asked for.</summary>
    public void Connected()
    {
        if (_stage == Stage.HostConnects)
        {
            Open();
        }
    }

    /// <summary>Asks the guest for a connection, or confirms one.</summary>
    public void Open()
    {
        _stage = Stage.Opening;
        _sendNext = FirstSequence + 1;
        Say(FirstSequence, OpeningFlags, []);
    }

    /// <summary>Bytes from the host, never more than there is room for.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _toGuest.Length - _count)
        {
            Break();
            return;
        }

        bytes.CopyTo(_toGuest.AsSpan(_count));
        _count += bytes.Length;
        Pump();
    }

    /// <summary>The host has sent bytes of the guest.</summary>
    public void Sent(int count)
    {
        bool wasFull = _atHost > WindowBytes / 2;
        _atHost = Math.Max(0, _atHost - count);
        if (wasFull && _stage == Stage.Open)
        {
            Say(_sendNext, TcpFlags.Acknowledge, []);
        }
    }

    /// <summary>The host will send no more.</summary>
    public void Finish()
    {
        _hostFinished = true;
        Pump();
    }

    /// <summary>Ends it at once, at both ends.</summary>
    public void Break()
    {
        bool known = _stage != Stage.HostConnects || _receiveNext != 0;
        if (known && !IsOver)
        {
            Say(_sendNext, TcpFlags.Reset | TcpFlags.Acknowledge, []);
        }

        End();
    }

    /// <summary>A segment of the guest's.</summary>
    public void Handle(in TcpSegment segment, ReadOnlySpan<byte> data)
    {
        if (segment.Flags.HasFlag(TcpFlags.Reset))
        {
            End();
            return;
        }

        if (_stage == Stage.HostConnects)
        {
            return;
        }

        if (segment.Flags.HasFlag(TcpFlags.Syn))
        {
            if (!TryAccept(segment))
            {
                return;
            }
        }
        else if (!segment.Flags.HasFlag(TcpFlags.Acknowledge))
        {
            return;
        }

        Acknowledge(segment);
        if (_stage == Stage.Open)
        {
            Receive(segment, data);
            Pump();
        }

        if (_guestFinished && _finSent && _unacknowledged == _sendNext)
        {
            End();
        }
    }

    /// <summary>Sends what the guest has room for.</summary>
    public void Pump()
    {
        if (_stage != Stage.Open)
        {
            return;
        }

        int sent = (int)(_sendNext - _unacknowledged);
        while (!_finSent && sent < _count && sent < _window && _network.HasRoom)
        {
            int most = _network.TakesUnfinished ? MostUnfinished : _mostData;
            int length = (int)Math.Min(Math.Min(_count - sent, most), _window - (uint)sent);
            Say(_sendNext, TcpFlags.Acknowledge | TcpFlags.Push, _toGuest.AsSpan(sent, length));
            _sendNext += (uint)length;
            sent += length;
        }

        if (_hostFinished && !_finSent && sent == _count && _network.HasRoom)
        {
            _finSent = true;
            Say(_sendNext, TcpFlags.Acknowledge | TcpFlags.Fin, []);
            _sendNext++;
        }
    }

    /// <summary>Sends again what was not acknowledged for long.</summary>
    public void TryAgain()
    {
        if (!Waits)
        {
            return;
        }

        if (++_tries > MostTries)
        {
            Break();
        }
        else if (_stage == Stage.Opening)
        {
            Say(FirstSequence, OpeningFlags, []);
        }
        else
        {
            _sendNext = _unacknowledged;
            _finSent = false;
            Pump();
        }
    }

    public void Save(StateWriter to)
    {
        to.Write(_toGuest.AsSpan(0, _count));
        to.Write(_unacknowledged);
        to.Write(_sendNext);
        to.Write(_receiveNext);
        to.Write(_window);
        to.Write(_mostData);
        to.Write(_atHost);
        to.Write(_tries);
        to.Write((byte)_stage);
        to.Write(_hostFinished);
        to.Write(_finSent);
        to.Write(_guestFinished);
    }

    public void Restore(StateReader from)
    {
        byte[] toGuest = from.ReadBytes(WindowBytes, "the bytes on a TCP connection");
        toGuest.CopyTo(_toGuest, 0);
        _count = toGuest.Length;
        _unacknowledged = from.ReadUInt32();
        _sendNext = from.ReadUInt32();
        _receiveNext = from.ReadUInt32();
        _window = from.ReadUInt32();
        _mostData = from.ReadBelow(1461, "the size of a TCP segment");
        _atHost = from.ReadInt32();
        _tries = from.ReadInt32();
        _stage = (Stage)Math.Min(from.ReadByte(), (byte)Stage.Over);
        _hostFinished = from.ReadBool();
        _finSent = from.ReadBool();
        _guestFinished = from.ReadBool();
    }

    private TcpFlags OpeningFlags => _receiveNext == 0 ? TcpFlags.Syn : TcpFlags.Syn | TcpFlags.Acknowledge;

    private ushort OurWindow => (ushort)Math.Max(0, WindowBytes - _atHost);

    /// <summary>The guest's answer to our question; a question of its own that comes again is answered again.</summary>
    private bool TryAccept(in TcpSegment segment)
    {
        bool answers = segment.Flags.HasFlag(TcpFlags.Acknowledge) && _stage == Stage.Opening && _receiveNext == 0;
        if (answers)
        {
            _receiveNext = segment.Sequence + 1;
            _mostData = Math.Clamp((int)segment.MostData, 1, 1460);
            return true;
        }

        if (_stage == Stage.Opening)
        {
            Say(FirstSequence, OpeningFlags, []);
        }

        return false;
    }

    private void Acknowledge(in TcpSegment segment)
    {
        uint passed = segment.Acknowledgment - _unacknowledged;
        if (passed > _sendNext - _unacknowledged)
        {
            return;
        }

        _window = segment.Window;
        if (passed == 0)
        {
            return;
        }

        _tries = 0;
        _unacknowledged = segment.Acknowledgment;
        if (_stage == Stage.Opening)
        {
            // What was passed is our SYN.
            _stage = Stage.Open;
            if (segment.Flags.HasFlag(TcpFlags.Syn))
            {
                Say(_sendNext, TcpFlags.Acknowledge, []);
            }

            return;
        }

        int bytes = (int)Math.Min(passed, (uint)_count);
        _toGuest.AsSpan(bytes, _count - bytes).CopyTo(_toGuest);
        _count -= bytes;
        if (bytes > 0)
        {
            _host.Took(Peers.Flow, bytes);
        }
    }

    private void Receive(in TcpSegment segment, ReadOnlySpan<byte> data)
    {
        bool fin = segment.Flags.HasFlag(TcpFlags.Fin);
        if (data.IsEmpty && !fin)
        {
            return;
        }

        uint known = _receiveNext - segment.Sequence;
        bool fits = known <= (uint)data.Length && !_guestFinished && data.Length - (int)known <= OurWindow;
        if (fits)
        {
            ReadOnlySpan<byte> fresh = data[(int)known..];
            if (!fresh.IsEmpty)
            {
                _receiveNext += (uint)fresh.Length;
                _atHost += fresh.Length;
                _host.Send(Peers.Flow, fresh);
            }

            if (fin)
            {
                _receiveNext++;
                _guestFinished = true;
                _host.FinishSending(Peers.Flow);
            }
        }

        Say(_sendNext, TcpFlags.Acknowledge, []);
    }

    private void Say(uint sequence, TcpFlags flags, ReadOnlySpan<byte> data)
    {
        TcpSegment segment = new(Peers.RemotePort, Peers.GuestPort, sequence, _receiveNext, flags, OurWindow);
        segment.Give(_network, Peers.Guest, Peers.Remote, data, data.Length > _mostData ? _mostData : 0);
    }

    private void End()
    {
        if (!IsOver)
        {
            _stage = Stage.Over;
            _host.Close(Peers.Flow);
        }
    }
}
