using System.IO;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Time;

/// <summary>
/// The only time there is: virtual nanoseconds. One retired instruction is one nanosecond (a core of 1 GHz with one
/// instruction per cycle); waiting for an event adds the time that was skipped.
/// </summary>
internal sealed class VirtualClock : IStateful
{
    /// <summary>Nanoseconds of virtual time for one retired instruction.</summary>
    public const ulong NanosecondsPerInstruction = 1;

    /// <summary>Virtual nanoseconds since reset of the machine. Exact at instruction granularity while a core runs.</summary>
    public ulong Now { get; set; }

    public string StateName => "clock";

    public void Save(StateWriter to) => to.Write(Now);

    public void Restore(StateReader from)
    {
        const ulong Latest = 1UL << 62;
        ulong now = from.ReadUInt64();
        Now = now <= Latest ? now : throw new InvalidDataException("saved state is of a time that no machine reaches");
    }
}
