using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What one Requester ID has sent while the log was on.</summary>
/// <param name="Requester"><c>bb:dd.f</c>.</param>
/// <param name="Requests">All of them.</param>
/// <param name="Refused">Those that were refused.</param>
/// <param name="FakedInterrupts">Writes to a doorbell that were no messages.</param>
public sealed record DmaCount(string Requester, long Requests, long Refused, long FakedInterrupts);

/// <summary>A request in the log.</summary>
/// <param name="Number">1 for the first since the log was switched on.</param>
public sealed record LoggedDma(long Number, MachineDma Request);

/// <summary>What the log has.</summary>
/// <param name="Only">The Requester ID that it is limited to; null for all.</param>
/// <param name="Unkept">Requests of Requester IDs for which there was no room.</param>
/// <param name="Requests">By rising number.</param>
public sealed record DmaLogContent(bool IsOn, string? Only, IReadOnlyList<DmaCount> Counts, long Unkept, IReadOnlyList<LoggedDma> Requests);

/// <summary>The newest requests of each Requester ID. While it is off, PCI and the SMMU do not know of it.</summary>
[NotState("the debugger's")]
internal sealed class DmaLog(DmaTransactions transactions)
{
    /// <summary>Requests that are kept of one Requester ID.</summary>
    public const int Capacity = 256;

    // A device may forge any of 65536.
    private const int MostRequesters = 64;

    private readonly Dictionary<string, Ring> _rings = [];
    private bool _isOn;
    private string? _only;
    private long _number;
    private long _unkept;

    /// <summary>Switches the log on, empty.</summary>
    /// <param name="only">The Requester ID that it is limited to.</param>
    public void TurnOn(string? only)
    {
        _rings.Clear();
        _only = only;
        _number = _unkept = 0;
        _isOn = true;
        transactions.Set(Add, wanted: false);
        transactions.Set(Add, wanted: true);
    }

    /// <summary>Switches it off; what it has stays.</summary>
    public void TurnOff()
    {
        _isOn = false;
        transactions.Set(Add, wanted: false);
    }

    /// <param name="most">Requests that are wanted.</param>
    /// <param name="requester">Only those with this Requester ID.</param>
    public DmaLogContent Read(int most, string? requester)
    {
        IEnumerable<Ring> rings = _rings.Values.Where(r => requester is null || r.Count.Requester == requester);
        return new DmaLogContent(
            _isOn, _only, [.. rings.Select(static r => r.Count).OrderBy(static c => c.Requester, StringComparer.Ordinal)], _unkept,
            [.. rings.SelectMany(static r => r.Newest).OrderBy(static l => l.Number).TakeLast(most)]);
    }

    private void Add(MachineDma request)
    {
        if (_only is not null && request.Requester != _only)
        {
            return;
        }

        _number++;
        if (!_rings.TryGetValue(request.Requester, out Ring? ring))
        {
            if (_rings.Count == MostRequesters)
            {
                _unkept++;
                return;
            }

            _rings[request.Requester] = ring = new Ring(new DmaCount(request.Requester, 0, 0, 0));
        }

        ring.Add(new LoggedDma(_number, request));
    }

    private sealed class Ring(DmaCount none)
    {
        private readonly Queue<LoggedDma> _newest = [];

        public DmaCount Count { get; private set; } = none;

        public IEnumerable<LoggedDma> Newest => _newest;

        public void Add(LoggedDma logged)
        {
            if (_newest.Count == Capacity)
            {
                _newest.Dequeue();
            }

            _newest.Enqueue(logged);
            MachineDma request = logged.Request;
            Count = new(
                Count.Requester, Count.Requests + 1, Count.Refused + (request.IsRefused ? 1 : 0), Count.FakedInterrupts + (request.FakesInterrupt ? 1 : 0));
        }
    }
}
