using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>The function asks software for pages (PCI Express Base Specification, Page Request Extended Capability).</summary>
internal sealed class PageRequests : Capability
{
    private const ushort Id = 0x0013;
    private const int Length = 0x10;
    private const int Control = 4;
    private const int Status = 6;
    private const int Capacity = 8;
    private const int Allocation = 12;

    private const int ResponseFailure = 0;
    private const int UnexpectedGroup = 1;
    private const uint Stopped = 1u << 8;
    private const uint ResponsesHavePasid = 1u << 15;
    private const int MostOutstanding = 64;

    private readonly PciFunction _function;

    // The group of each request that waits for a response, in order.
    private readonly List<ushort> _outstanding = [];

    public PageRequests(PciFunction function)
        : base(function.Config.AddExtendedCapability(Id, version: 1, Length), Length)
    {
        _function = function;
        function.Config.Allow(Offset + Control, 2, 1);
        function.Config.Fix(Offset + Status, 2, Stopped | ResponsesHavePasid);
        function.Config.AllowClear(Offset + Status, 2, (1u << ResponseFailure) | (1u << UnexpectedGroup));
        function.Config.Fix(Offset + Capacity, 4, MostOutstanding);
        function.Config.Allow(Offset + Allocation, 4, uint.MaxValue);
    }

    /// <summary>Enable.</summary>
    public bool Enabled => _function.Config.Read(Offset + Control, 2).Bit(0);

    /// <summary>Software has allowed another request.</summary>
    public bool HasCredit => _outstanding.Count < _function.Config.Read(Offset + Allocation, 4) && _outstanding.Count < MostOutstanding;

    public void Sent(in PageRequest request)
    {
        if (request.IsStopMarker)
        {
            return;
        }

        if (_outstanding.Count == MostOutstanding)
        {
            _outstanding.RemoveAt(0);
        }

        _outstanding.Add((ushort)request.Group);
    }

    public void Answered(in PageResponse response)
    {
        int group = response.Group;
        bool expected = _outstanding.RemoveAll(g => g == group) > 0;
        uint status = _function.Config.Read(Offset + Status, 2)
            | (expected ? 0 : 1u << UnexpectedGroup)
            | (response.Code == PageResponseCode.Failure ? 1u << ResponseFailure : 0);
        _function.Config.Poke(Offset + Status, 2, status);
    }

    public override void Written(int first, int size)
    {
        if (Touches(first, size, Control, 2))
        {
            uint status = _function.Config.Read(Offset + Status, 2) & ~Stopped;
            _function.Config.Poke(Offset + Status, 2, status | (Enabled ? 0 : Stopped));
        }
    }

    public override void Reset() => _outstanding.Clear();

    public override void Save(StateWriter to)
    {
        to.Write(_outstanding.Count);
        foreach (ushort group in _outstanding)
        {
            to.Write((uint)group);
        }
    }

    public override void Restore(StateReader from)
    {
        _outstanding.Clear();
        int count = from.ReadBelow(MostOutstanding + 1, "a number of page requests");
        for (int i = 0; i < count; i++)
        {
            _outstanding.Add((ushort)from.ReadUInt32());
        }
    }
}
