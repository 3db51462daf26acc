namespace GdbHost.GdbStub.Target;

/// <summary>The vCPUs, which gdb sees as threads 1 to <see cref="CpuCount"/> of process 1.</summary>
internal interface IThreads
{
    int CpuCount { get; }

    /// <summary>The short name of a vCPU, the same for all its life.</summary>
    string NameOf(int cpu);

    /// <summary>One line about what the vCPU is doing now, such as its exception level; asked only while the guest is stopped.</summary>
    string StateOf(int cpu);
}
