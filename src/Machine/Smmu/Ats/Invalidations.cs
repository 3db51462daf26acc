using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Smmu.Ats;

/// <summary>
/// Invalidate Requests that functions have not answered yet (IHI 0070, ATS Invalidation timeout). CMD_SYNC waits for them, and tells if
/// one was not answered in time.
/// </summary>
internal sealed class Invalidations
{
    /// <summary>Virtual nanoseconds: one minute (PCI Express Base Specification, Invalidate Completion).</summary>
    public const ulong Timeout = 60_000_000_000;

    private const int Most = 32;

    private readonly SmmuV3 _smmu;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _timeout;

    // By rising deadline.
    private readonly List<(uint Tag, uint Stream, ulong Deadline)> _outstanding = [];
    private uint _newest;

    public Invalidations(SmmuV3 smmu, Scheduler scheduler)
    {
        _smmu = smmu;
        _scheduler = scheduler;
        _timeout = scheduler.Create(smmu.Name + " invalidation timeout", TimeOut);
    }

    /// <summary>Those that are waited for: StreamID, and virtual time at which it is too late.</summary>
    public IReadOnlyList<(uint Tag, uint Stream, ulong Deadline)> Outstanding => _outstanding;

    /// <summary>There is room for no more.</summary>
    public bool IsFull => _outstanding.Count == Most;

    /// <summary>One was not answered in time, and no CMD_SYNC has told of it.</summary>
    public bool HasFailed { get; private set; }

    public void Send(CacheInvalidation invalidation)
    {
        _newest++;
        InvalidationAnswer answer = _smmu.Endpoints?.Invalidate(invalidation with { Tag = _newest }) ?? InvalidationAnswer.None;
        if (answer is InvalidationAnswer.Later or InvalidationAnswer.None)
        {
            _outstanding.Add((_newest, invalidation.Function.Value, _scheduler.Clock.Now + Timeout));
            Arm();
        }
    }

    /// <summary>A late answer.</summary>
    public void Complete(uint tag)
    {
        if (_outstanding.RemoveAll(o => o.Tag == tag) > 0)
        {
            Arm();
            _smmu.Queue.Run();
        }
    }

    /// <summary>CMD_SYNC has told.</summary>
    public void Told() => HasFailed = false;

    public void Reset()
    {
        _outstanding.Clear();
        _newest = 0;
        HasFailed = false;
        _timeout.Disarm();
    }

    public void Save(StateWriter to)
    {
        to.Write(_newest);
        to.Write(HasFailed);
        to.Write(_outstanding.Count);
        foreach ((uint tag, uint stream, ulong deadline) in _outstanding)
        {
            to.Write([tag, stream, deadline]);
        }
    }

    public void Restore(StateReader from)
    {
        _newest = from.ReadUInt32();
        HasFailed = from.ReadBool();
        _outstanding.Clear();
        ulong[] words = new ulong[3];
        int count = from.ReadBelow(Most + 1, "a number of invalidations");
        for (int i = 0; i < count; i++)
        {
            from.ReadWords(words);
            _outstanding.Add(((uint)words[0], (uint)words[1], words[2]));
        }
    }

    private void TimeOut()
    {
        HasFailed |= _outstanding.RemoveAll(o => o.Deadline <= _scheduler.Clock.Now) > 0;
        Arm();
        _smmu.Queue.Run();
    }

    private void Arm()
    {
        if (_outstanding.Count > 0)
        {
            _timeout.Arm(_outstanding[0].Deadline);
        }
        else
        {
            _timeout.Disarm();
        }
    }
}
