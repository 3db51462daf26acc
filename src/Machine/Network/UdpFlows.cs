using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Network;

/// <summary>Datagrams between ports of the guest and the host's network: each port of the guest has a socket of its own.</summary>
internal sealed class UdpFlows(UserNetwork network, IHostNetwork? host)
{
    private const ushort NamePort = 53;

    /// <summary>When there are more, the one that was not used for longest ends.</summary>
    private const int MostFlows = 64;

    private const uint FlowBit = 0x4000_0000;
    private const uint FlowMask = FlowBit - 1;

    private readonly List<Flow> _flows = [];
    private uint _next;

    /// <summary>A datagram of the guest's.</summary>
    public void Send(uint from, ushort fromPort, uint to, ushort toPort, ReadOnlySpan<byte> data)
    {
        if (host is null)
        {
            RefuseName(from, fromPort, to, toPort, data);
            return;
        }

        int index = _flows.FindIndex(f => f.Address == from && f.Port == fromPort);
        Flow flow = index >= 0 ? _flows[index] : new Flow((_next++ & FlowMask) | FlowBit, from, fromPort);
        if (index >= 0)
        {
            _flows.RemoveAt(index);
        }
        else if (_flows.Count == MostFlows)
        {
            host.Close(_flows[0].Number);
            _flows.RemoveAt(0);
        }

        // The last used is the last of the list.
        _flows.Add(flow);
        host.SendDatagram(flow.Number, to, toPort, data);
    }

    /// <summary>A datagram of the host's.</summary>
    public void Hear(HostNetworkEvent happened)
    {
        const int MostData = 1472;
        int index = _flows.FindIndex(f => f.Number == happened.Flow);
        if (index >= 0 && happened.Bytes.Length <= MostData)
        {
            network.SendUdp(_flows[index].Address, _flows[index].Port, happened.Address, happened.Port, happened.Bytes.Span);
        }
    }

    public void Reset()
    {
        foreach (Flow flow in _flows)
        {
            host?.Close(flow.Number);
        }

        _flows.Clear();
    }

    public void Save(StateWriter to)
    {
        to.Write(_next);
        to.Write(_flows.Count);
        foreach (Flow flow in _flows)
        {
            to.Write(flow.Number);
            to.Write(flow.Address);
            to.Write((uint)flow.Port);
        }
    }

    public void Restore(StateReader from)
    {
        _next = from.ReadUInt32();
        _flows.Clear();
        for (int count = from.ReadBelow(MostFlows + 1, "a number of UDP flows"); count > 0; count--)
        {
            _flows.Add(new Flow(from.ReadUInt32(), from.ReadUInt32(), (ushort)from.ReadUInt32()));
        }
    }

    // Without a way to the host no name is known: saying so at once spares the guest a long wait (RFC 1035, RCODE 5).
    private void RefuseName(uint from, ushort fromPort, uint to, ushort toPort, ReadOnlySpan<byte> query)
    {
        const int HeaderBytes = 12;
        const ushort Response = 0x8000;
        const ushort Refused = 5;
        const ushort KeptFlags = 0x7910;
        if (to != UserNetwork.NameServer || toPort != NamePort || query.Length < HeaderBytes)
        {
            return;
        }

        byte[] answer = query.ToArray();
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(query[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), (ushort)((flags & KeptFlags) | Response | Refused));
        network.SendUdp(from, fromPort, to, toPort, answer);
    }

    /// <summary>A port of the guest.</summary>
    /// <param name="Number">Of the host's socket.</param>
    private readonly record struct Flow(uint Number, uint Address, ushort Port);
}
