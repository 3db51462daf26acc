using System;
using System.Diagnostics;
using System.Threading;

namespace GdbHost.GdbStub.Run;

/// <summary>
/// "--clock host": holds the machine's thread back while virtual time is ahead of real time. It only delays; no host
/// clock reaches the machine, so the run is the same run.
/// </summary>
internal sealed class RealTimePace
{
    private const ulong NanosecondsPerMillisecond = 1_000_000;

    private readonly Stopwatch _sinceBase = Stopwatch.StartNew();
    private ulong _baseNanoseconds;

    /// <summary>Called instead of <see cref="Hold"/> while the guest may run as fast as it can.</summary>
    public void Follow(ulong virtualNanoseconds)
    {
        _baseNanoseconds = virtualNanoseconds;
        _sinceBase.Restart();
    }

    /// <summary>Called on the machine's thread with the virtual time.</summary>
    public void Hold(ulong virtualNanoseconds)
    {
        ulong ran = virtualNanoseconds - _baseNanoseconds;
        ulong passed = (ulong)_sinceBase.Elapsed.TotalNanoseconds;
        if (passed > ran)
        {
            // The guest was slower, or stood still under a debugger; it is not to catch up.
            _baseNanoseconds = virtualNanoseconds;
            _sinceBase.Restart();
        }
        else if (ran - passed >= NanosecondsPerMillisecond)
        {
            Thread.Sleep((int)Math.Min((ran - passed) / NanosecondsPerMillisecond, int.MaxValue));
        }
    }
}
