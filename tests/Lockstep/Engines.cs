using System;
using System.Collections.Generic;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Time;

namespace GdbHost.Lockstep;

/// <summary>What can execute a program on our side. Another engine is another row: the tool and the test run with each.</summary>
internal static class Engines
{
    public static readonly Func<Scheduler, Cluster> Interpreter = static scheduler => new Cluster(scheduler);

    public static readonly IReadOnlyDictionary<string, Func<Scheduler, Cluster>> All = new Dictionary<string, Func<Scheduler, Cluster>>
    {
        ["interpreter"] = Interpreter,
    };
}
