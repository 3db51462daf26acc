using System;

namespace GdbHost.Machine.Network;

/// <summary>
/// The host's sockets behind a user-mode network. Calls never block and never answer: what the host has to say comes as a
/// <see cref="HostNetworkEvent"/> between two slices of a run.
/// </summary>
public interface IHostNetwork
{
    /// <summary>Connects to an IPv4 address: <see cref="HostNetworkEventKind.Connected"/> or <see cref="HostNetworkEventKind.Broken"/> follows.</summary>
    /// <param name="flow">A number that names the connection from now on.</param>
    /// <param name="address">First byte in [31:24].</param>
    void Connect(uint flow, uint address, ushort port);

    /// <summary>Sends bytes of the guest's; <see cref="HostNetworkEventKind.Sent"/> follows when they are the host's.</summary>
    void Send(uint flow, ReadOnlySpan<byte> bytes);

    /// <summary>The guest will send no more.</summary>
    void FinishSending(uint flow);

    /// <summary>The guest has taken bytes: as many more may be given.</summary>
    void Took(uint flow, int bytes);

    /// <summary>The connection is over, or the datagrams of a port are.</summary>
    void Close(uint flow);

    /// <summary>Sends a datagram from the socket of a flow, which is opened where it is new.</summary>
    void SendDatagram(uint flow, uint address, ushort port, ReadOnlySpan<byte> bytes);
}

/// <summary>What happened at the host's end of a flow.</summary>
public enum HostNetworkEventKind
{
    /// <summary>The connection that the guest asked for is there.</summary>
    Connected,

    /// <summary>Somebody outside wants a connection to a port of the guest.</summary>
    Incoming,

    /// <summary>Bytes for the guest; never more than it has been given room for, 64 KiB at first.</summary>
    Data,

    /// <summary>Bytes of the guest have gone.</summary>
    Sent,

    /// <summary>The host's end will send no more.</summary>
    Finished,

    /// <summary>The connection was refused or lost, or is not known.</summary>
    Broken,

    /// <summary>A datagram for the guest.</summary>
    Datagram,
}

/// <summary>Input of a user-mode network.</summary>
/// <param name="Flow">The flow; of <see cref="HostNetworkEventKind.Incoming"/> a new number with bit 31 set.</param>
public sealed record HostNetworkEvent(HostNetworkEventKind Kind, uint Flow)
{
    /// <summary>Of <see cref="HostNetworkEventKind.Data"/> and <see cref="HostNetworkEventKind.Datagram"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Of <see cref="HostNetworkEventKind.Sent"/>.</summary>
    public int Count { get; init; }

    /// <summary>The guest's address for an incoming connection, 0 for the first that DHCP gives; the sender's for a datagram.</summary>
    public uint Address { get; init; }

    /// <summary>The guest's port for an incoming connection; the sender's for a datagram.</summary>
    public ushort Port { get; init; }
}

/// <summary>Sees every frame on the wire, without any effect.</summary>
public interface IFrameCapture
{
    /// <param name="nanoseconds">Virtual time.</param>
    void Frame(ulong nanoseconds, ReadOnlySpan<byte> frame);
}

/// <summary>A network of its own for one card, with a router to the host (QEMU documentation, Network options, -netdev user).</summary>
/// <param name="Host">The host's sockets; null for a network without a way out.</param>
/// <param name="Capture">Sees all frames; null for nobody.</param>
public sealed record UserNetworkConfiguration(IHostNetwork? Host, IFrameCapture? Capture);
